import type { Random } from '../../../base/index.js';
import type { PlannedEntity } from '../../../data/index.js';
import { fillFrame, fillList, fillPresent, joinList } from './fill.js';
import { type Choice, canPlaceFirst, deniedNouns, presentPhrase } from './noun-phrase.js';
import { ANATOMY_PLURALS } from './nouns.js';
import { FRAMES, HEADINGS, NORMAL_IMPRESSIONS, NORMALS, type Style } from './templates.js';
import { DEGREE_ADVERBS } from './words.js';

/** How often two findings share a sentence, where they can. */
const PAIR_CHANCE = 0.15;
/** How often a finding that has a frame is said by it. */
const FRAME_CHANCE = 0.5;
/** How often the impression keeps a side, site, degree or extent that the findings tell. */
const KEEP_CHANCE = 0.8;
/** How often an impression with findings also denies something. */
const IMPRESSION_DENIAL_CHANCE = 0.15;

/** What a plan asks for, by the way it is said. */
interface Parts {
  readonly present: readonly PlannedEntity[];
  readonly denied: readonly PlannedEntity[];
  readonly normal: readonly PlannedEntity[];
  readonly anatomy: readonly PlannedEntity[];
}

/** A sentence and what it is about. */
interface Unit {
  readonly concept: string;
  readonly text: string;
  readonly kind: 'present' | 'denied' | 'normal' | 'anatomy';
}

/** Sorts a plan by the way its entities are said. `normals` are the bank's normal statements. */
export function partsOf(entities: readonly PlannedEntity[], normals: ReadonlySet<string>): Parts {
  const isPresent = ({ type }: PlannedEntity) => type === 'ABNORMALITY' || type === 'DISEASE';
  const isDenied = ({ type }: PlannedEntity) => type === 'NON-ABNORMALITY' || type === 'NON-DISEASE';
  return {
    present: entities.filter(isPresent),
    denied: entities.filter(entity => isDenied(entity) && !normals.has(entity.concept)),
    normal: entities.filter(entity => isDenied(entity) && normals.has(entity.concept)),
    anatomy: entities.filter(({ type }) => type === 'ANATOMY'),
  };
}

/** The FINDINGS section: all that is planned. */
export function composeFindings(parts: Parts, style: Style, choice: Choice): string {
  const { random } = choice;
  const present = presentUnits(random.shuffle(parts.present), style, choice);
  const denied = deniedUnits(random.shuffle(parts.denied), style, choice);
  const normal = random.shuffle(parts.normal).map(entity => normalUnit(entity, style, choice));
  const anatomy = anatomyUnits(parts.anatomy, style, choice);
  const units = [...inOrder(present, denied, normal, style.order, random), ...anatomy];
  return style.headings ? underHeadings(units) : units.map(unit => unit.text).join(' ');
}

/** The IMPRESSION section: the findings that are there, or that there are none. */
export function composeImpression(parts: Parts, style: Style, choice: Choice): string {
  const { random } = choice;
  if (parts.present.length === 0)
    return choice.plain ? NORMAL_IMPRESSIONS[0]! : random.pick(NORMAL_IMPRESSIONS);
  const summaries = random.shuffle(parts.present).map(entity => lessDetailed(entity, choice));
  if (style.impression === 'one line') {
    const phrases = summaries.map(entity => presentPhrase(entity, choice).bare);
    return `${capital(phrases.join('; '))}.`;
  }
  const sentences = summaries.map(entity =>
    random.chance(0.3)
      ? presentSentence(entity, style, choice)
      : `${capital(presentPhrase(entity, choice).bare)}.`,
  );
  if (parts.denied.length > 0 && random.chance(IMPRESSION_DENIAL_CHANCE)) {
    sentences.push(`No ${deniedNouns([random.pick(parts.denied).concept], choice).nouns[0]}.`);
  }
  if (style.impression === 'numbered' && sentences.length > 1) {
    return sentences.map((text, index) => `${index + 1}. ${text}`).join('\n');
  }
  return sentences.join(' ');
}

function presentUnits(entities: readonly PlannedEntity[], style: Style, choice: Choice): Unit[] {
  const units: Unit[] = [];
  for (let index = 0; index < entities.length; index++) {
    const entity = entities[index]!;
    const next = entities[index + 1];
    if (next !== undefined && canShare(entity, next, choice)) {
      const template = choice.random.pick(style.presentPair);
      const both = { ...choice, placeFirst: true };
      const text = fillPresent(template, presentPhrase(entity, both), presentPhrase(next, both));
      units.push({ concept: entity.concept, text, kind: 'present' });
      index++;
    } else {
      units.push({ concept: entity.concept, text: presentSentence(entity, style, choice), kind: 'present' });
    }
  }
  return units;
}

function canShare(one: PlannedEntity, other: PlannedEntity, { plain, random }: Choice): boolean {
  return !plain && canPlaceFirst(one) && canPlaceFirst(other) && random.chance(PAIR_CHANCE);
}

function presentSentence(entity: PlannedEntity, style: Style, choice: Choice): string {
  const { random } = choice;
  const frames = framesFor(entity);
  if (frames.length > 0 && !choice.plain && random.chance(FRAME_CHANCE)) {
    const { severity, side } = entity;
    const degree = severity === undefined ? '' : random.pick(DEGREE_ADVERBS[severity]);
    return fillFrame(random.pick(frames), degree, side ?? '');
  }
  return fillPresent(random.pick(style.present), presentPhrase(entity, choice));
}

function framesFor({ concept, side, site, extent }: PlannedEntity): readonly string[] {
  const frames = FRAMES[concept];
  if (frames === undefined || site !== undefined || extent !== undefined) return [];
  if (side === undefined) return frames.plain;
  return (side === 'bilateral' ? frames.bilateral : frames.left) ?? [];
}

function deniedUnits(entities: readonly PlannedEntity[], style: Style, choice: Choice): Unit[] {
  const { random } = choice;
  const units: Unit[] = [];
  let rest = style.headings ? byHeading(entities) : [...entities];
  while (rest.length > 0) {
    const most = Math.min(style.absentAtOnce, style.headings ? sameHeading(rest) : rest.length);
    const count = 1 + random.integer(most);
    const concepts = rest.slice(0, count).map(({ concept }) => concept);
    const { nouns, plural } = deniedNouns(concepts, choice);
    const list = joinList(nouns, 'or', random.chance(0.6));
    units.push({
      concept: rest[0]!.concept,
      text: fillList(random.pick(style.absent), list, plural),
      kind: 'denied',
    });
    rest = rest.slice(count);
  }
  return units;
}

function normalUnit({ concept }: PlannedEntity, style: Style, { random }: Choice): Unit {
  const known = NORMALS[concept];
  const text =
    known === undefined
      ? `${capital(concept)}.`
      : random.pick(random.chance(style.shortNormals) ? known.short : known.full);
  return { concept, text, kind: 'normal' };
}

function anatomyUnits(entities: readonly PlannedEntity[], style: Style, { random }: Choice): Unit[] {
  if (entities.length === 0) return [];
  const names = entities.map(({ concept }) => ANATOMY_PLURALS[concept] ?? concept);
  const plural = names.length > 1 || ANATOMY_PLURALS[entities[0]!.concept] !== undefined;
  const text = fillList(random.pick(style.anatomy), joinList(names, 'and', random.chance(0.5)), plural);
  return [{ concept: '', text, kind: 'anatomy' }];
}

function inOrder(
  present: readonly Unit[],
  denied: readonly Unit[],
  normal: readonly Unit[],
  order: Style['order'],
  random: Random,
): Unit[] {
  switch (order) {
    case 'findings first':
      return [...present, ...random.shuffle([...denied, ...normal])];
    case 'denials first':
      return [...normal, ...denied, ...present];
    case 'mixed':
      return random.shuffle([...present, ...denied, ...normal]);
  }
}

function underHeadings(units: readonly Unit[]): string {
  const lines = HEADINGS.map(({ heading }, index) => {
    const texts = units.filter(unit => headingOf(unit.concept) === index).map(unit => unit.text);
    return texts.length === 0 ? '' : `${heading}: ${texts.join(' ')}`;
  });
  return lines.filter(line => line !== '').join('\n');
}

function headingOf(concept: string): number {
  const words = concept.split(' ');
  const found = HEADINGS.findIndex(({ words: own }) => words.some(word => own.includes(word)));
  return found === -1 ? HEADINGS.length - 1 : found;
}

function byHeading(entities: readonly PlannedEntity[]): PlannedEntity[] {
  return [...entities].sort((one, other) => headingOf(one.concept) - headingOf(other.concept));
}

function sameHeading(entities: readonly PlannedEntity[]): number {
  const heading = headingOf(entities[0]!.concept);
  const count = entities.findIndex(({ concept }) => headingOf(concept) !== heading);
  return count === -1 ? entities.length : count;
}

/** The same finding with some of its details left out, as a summary does; its side stays. */
function lessDetailed(entity: PlannedEntity, { random }: Choice): PlannedEntity {
  const summary = { ...entity };
  if (!random.chance(KEEP_CHANCE)) delete summary.site;
  if (!random.chance(KEEP_CHANCE)) delete summary.severity;
  if (!random.chance(KEEP_CHANCE)) delete summary.extent;
  return summary;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
