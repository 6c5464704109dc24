import type { PlannedEntity } from '../../../data/index.js';
import { fillFrame, fillPresent, sentence } from './fill.js';
import { EXPLAINED, FRAMES, JOINT_FRAMES } from './frames.js';
import { type Choice, canPlaceFirst, draw, pick, presentPhrase } from './noun-phrase.js';
import type { Region } from './nouns/index.js';
import type { Unit } from './parts.js';
import { PLACES_OF_DEVICES } from './places.js';
import type { Style } from './styles.js';
import { Weighted } from './weighted.js';
import { DEGREE_ADVERBS } from './words.js';

/** How often a sign and its cause share a sentence, where a plan has both. */
const EXPLAIN_CHANCE = 0.6;
const NEEDS_SENTENCE = / (in|at|of|and|on) |thoracic|volumes|lungs|markings|aorta|arteries|mediastinum/;
const PLAIN_PATTERN = 'There {is} {np}.';
/** Where one finding may come with another. */
const GOES_WITH: ReadonlySet<Region> = new Set<Region>(['lungs', 'pleura', 'heart']);
/** Joins a sign with its cause. All are read as affirmed: a reader writes them of what he holds to be there. */
const EXPLANATIONS = Weighted.of({
  '{np} consistent with {bare2}.': 4,
  '{np}, likely {bare2}.': 2,
  '{np}, compatible with {bare2}.': 1,
  'There {is} {np} consistent with {bare2}.': 3,
  'There {is} {np}, most likely representing {bare2}.': 1,
});

/**
 * Sentences for the findings that are there.
 * @param anatomy - Parts of the body still to be named; those that a sentence names are taken out.
 */
export function presentUnits(
  entities: readonly PlannedEntity[],
  style: Style,
  choice: Choice,
  anatomy: PlannedEntity[],
): Unit[] {
  const units: Unit[] = [];
  const rest = [...entities];
  for (let entity = rest.shift(); entity !== undefined; entity = rest.shift()) {
    const { region } = choice.vocabulary.lexeme(entity.concept);
    const shared = choice.plain ? undefined : sharedSentence(entity, rest, style, choice);
    if (shared !== undefined) rest.splice(rest.indexOf(shared.other), 1);
    const text =
      shared?.text ??
      (choice.plain ? undefined : placedDevice(entity, choice, anatomy)) ??
      presentSentence(entity, style, choice);
    units.push({
      region,
      text,
      entities: shared === undefined ? [entity] : [entity, shared.other],
      kind: 'present',
    });
  }
  return units;
}

interface Shared {
  readonly text: string;
  readonly other: PlannedEntity;
}

function sharedSentence(
  entity: PlannedEntity,
  rest: readonly PlannedEntity[],
  style: Style,
  choice: Choice,
): Shared | undefined {
  return (
    jointFrame(entity, rest, style, choice) ??
    explained(entity, rest, choice) ??
    pairOf(entity, rest, style, choice)
  );
}

/** "The aorta is mildly tortuous and calcified." */
function jointFrame(
  entity: PlannedEntity,
  rest: readonly PlannedEntity[],
  { verbs, frameChance }: Style,
  choice: Choice,
): Shared | undefined {
  for (const { concepts, text } of JOINT_FRAMES) {
    if (concepts[0] !== entity.concept) continue;
    const other = rest.find(({ concept }) => concept === concepts[1]);
    if (other === undefined || !verbs || !choice.random.chance(frameChance)) continue;
    const degreeOf = ({ severity }: PlannedEntity) =>
      severity === undefined ? '' : `${pick(choice, DEGREE_ADVERBS[severity])} `;
    const filled = text
      .replace('{1}', degreeOf(entity))
      .replace('{2}', concepts[1] === 'emphysema' ? '' : degreeOf(other));
    if (choice.vocabulary.says(filled, [entity, other])) return { text: filled, other };
  }
  return undefined;
}

/** "Patchy left basilar opacity consistent with pneumonia." The cause has no place of its own. */
function explained(
  entity: PlannedEntity,
  rest: readonly PlannedEntity[],
  choice: Choice,
): Shared | undefined {
  const causes = EXPLAINED[entity.concept];
  if (causes === undefined) return undefined;
  const other = rest.find(
    ({ concept, side, site, extent, change }) =>
      causes.includes(concept) &&
      side === undefined &&
      site === undefined &&
      extent === undefined &&
      change === undefined,
  );
  if (other === undefined || !choice.random.chance(EXPLAIN_CHANCE)) return undefined;
  const text = fillPresent(
    EXPLANATIONS.pick(choice.random),
    presentPhrase(entity, choice, 'before'),
    presentPhrase(other, choice, 'before'),
  );
  return choice.vocabulary.says(text, [entity, other]) ? { text, other } : undefined;
}

/** Two findings of one part of the chest, with all that is said of them before their nouns. */
function pairOf(
  entity: PlannedEntity,
  [next]: readonly PlannedEntity[],
  style: Style,
  choice: Choice,
): Shared | undefined {
  if (next === undefined || !canPlaceFirst(entity) || !canPlaceFirst(next)) return undefined;
  const { vocabulary, random } = choice;
  const region = vocabulary.lexeme(entity.concept).region;
  if (
    region === 'other' ||
    region !== vocabulary.lexeme(next.concept).region ||
    !random.chance(style.pairChance)
  )
    return undefined;
  const [one, two] = [presentPhrase(entity, choice, 'before'), presentPhrase(next, choice, 'before')];
  // "Edema with calcification and loss of volume": a noun with a place or an "and" of its own needs a sentence, and
  // so does what may be said of two things: "low lung volumes and a small mass".
  if (NEEDS_SENTENCE.test(`${one.bare} ${two.bare}`)) return undefined;
  const drawn = draw(choice, style.pair);
  // Bones and devices do not come "with" each other.
  const pattern = GOES_WITH.has(region) ? drawn : drawn.replace(/,? with /, ' and ');
  return { text: fillPresent(pattern, one, two), other: next };
}

/** "The endotracheal tube ends above the carina", where the plan names both. */
function placedDevice(entity: PlannedEntity, choice: Choice, anatomy: PlannedEntity[]): string | undefined {
  const places = PLACES_OF_DEVICES[entity.concept];
  const place =
    places === undefined ? undefined : anatomy.find(({ concept }) => places[concept] !== undefined);
  if (places === undefined || place === undefined) return undefined;
  const { full, bare } = presentPhrase(entity, choice, 'before');
  const text = `${sentence(choice.random.chance(0.5) ? full : bare)} ${places[place.concept]}.`;
  if (!choice.vocabulary.says(text, [entity, place])) return undefined;
  anatomy.splice(anatomy.indexOf(place), 1);
  return text;
}

/** One finding in one sentence. */
export function presentSentence(entity: PlannedEntity, style: Style, choice: Choice): string {
  const frame =
    choice.plain || !choice.random.chance(style.frameChance) ? undefined : framed(entity, style, choice);
  if (frame !== undefined) return frame;
  const pattern = draw(choice, style.present);
  if (!pattern.includes('{front}')) {
    const phrase = presentPhrase(entity, choice);
    // "There appear to be increased markings" is read as a verb and its subject.
    return fillPresent(
      phrase.plural && pattern.startsWith('There appears') ? PLAIN_PATTERN : pattern,
      phrase,
    );
  }
  if (entity.site === undefined) return fillPresent(PLAIN_PATTERN, presentPhrase(entity, choice));
  const phrase = presentPhrase(entity, choice, 'front');
  if (phrase.front === '') return fillPresent(PLAIN_PATTERN, phrase);
  return fillPresent(pattern, phrase);
}

function framed(entity: PlannedEntity, { verbs }: Style, choice: Choice): string | undefined {
  const { concept, side, site, severity, extent, change } = entity;
  const frames = FRAMES[concept];
  if (frames === undefined || site !== undefined || extent !== undefined || change !== undefined)
    return undefined;
  const sentences =
    side === undefined
      ? verbs
        ? frames.plain
        : frames.short
      : side === 'bilateral'
        ? frames.bilateral
        : frames.sided;
  if (sentences === undefined || Object.keys(sentences).length === 0) return undefined;
  const degree = severity === undefined ? '' : pick(choice, DEGREE_ADVERBS[severity]);
  const text = fillFrame(choice.random.weighted(sentences), degree, side ?? '');
  return choice.vocabulary.says(text, [entity]) ? text : undefined;
}
