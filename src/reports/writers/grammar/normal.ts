import type { PlannedEntity } from '../../../data/index.js';
import { joinList, sentence } from './fill.js';
import { JOINT_NORMALS } from './joint-normals.js';
import { NORMAL_PREDICATES, NORMALS } from './normal-statements.js';
import type { Choice } from './noun-phrase.js';
import { regionOf } from './nouns/index.js';
import type { Unit } from './parts.js';
import type { Style } from './styles.js';
import { Weighted } from './weighted.js';

const PREDICATES = Weighted.of(NORMAL_PREDICATES);
/** The most subjects of one sentence. */
const SUBJECTS_AT_ONCE = 3;
/** How often a sentence with many subjects begins with an article. */
const ARTICLE_CHANCE = 0.55;
const SHORT_ADJECTIVE_CHANCE = 0.4;

/** Sentences for the normal statements, some of them in one. */
export function normalUnits(entities: readonly PlannedEntity[], style: Style, choice: Choice): Unit[] {
  const rest = [...entities];
  const units: Unit[] = [];
  const take = (taken: readonly PlannedEntity[], text: string) => {
    for (const entity of taken) rest.splice(rest.indexOf(entity), 1);
    units.push({ region: regionOfNormal(taken[0]!.concept), text, entities: taken, kind: 'normal' });
  };
  if (!choice.plain) {
    const joint = jointStatement(rest, style, choice);
    if (joint !== undefined) take(joint.entities, joint.text);
    const shared = sharedStatement(rest, style, choice);
    if (shared !== undefined) take(shared.entities, shared.text);
  }
  for (const entity of [...rest]) take([entity], statementOf(entity, style, choice));
  return units;
}

export function regionOfNormal(concept: string) {
  return NORMALS[concept]?.region ?? regionOf(concept);
}

function statementOf(
  { concept }: PlannedEntity,
  style: Style,
  { random, vocabulary, plain }: Choice,
): string {
  const known = NORMALS[concept];
  if (known === undefined) return `${sentence(concept)}.`;
  const statements = random.chance(style.shortNormals) ? known.short : known.full;
  const text = plain ? Object.keys(statements)[0]! : random.weighted(statements);
  const entity: PlannedEntity = { concept, type: 'NON-ABNORMALITY' };
  if (vocabulary.says(text, [entity])) return text;
  const all = [...Object.keys(known.full), ...Object.keys(known.short), `${sentence(concept)}.`];
  return all.find(other => vocabulary.says(other, [entity])) ?? text;
}

interface Joint {
  readonly entities: PlannedEntity[];
  readonly text: string;
}

/** One of the sentences that say several statements at once. */
function jointStatement(
  rest: readonly PlannedEntity[],
  style: Style,
  { random, vocabulary }: Choice,
): Joint | undefined {
  const fitting = JOINT_NORMALS.filter(({ concepts }) =>
    concepts.every(concept => rest.some(entity => entity.concept === concept)),
  );
  if (fitting.length === 0 || !random.chance(style.jointNormals)) return undefined;
  const { concepts, full, short } = random.pick(fitting);
  const text = random.weighted(random.chance(style.shortNormals) ? short : full);
  const entities = rest.filter(({ concept }) => concepts.includes(concept));
  return vocabulary.says(text, entities) ? { entities, text } : undefined;
}

/** "The heart size and mediastinal contours are within normal limits." */
function sharedStatement(
  rest: readonly PlannedEntity[],
  style: Style,
  { random, vocabulary }: Choice,
): Joint | undefined {
  const able = rest.filter(
    ({ concept }) => !/lung/.test(concept) && NORMALS[concept]?.subjects !== undefined,
  );
  const outer = (entity: PlannedEntity) =>
    ['bones', 'other', 'pleura'].includes(regionOfNormal(entity.concept));
  const wantsOuter = able.filter(outer).length > 1 && random.chance(0.5);
  const entities = able.filter(entity => outer(entity) === wantsOuter).slice(0, SUBJECTS_AT_ONCE);
  if (entities.length < 2 || !random.chance(style.jointNormals)) return undefined;
  const subjects = entities.map(({ concept }) =>
    random.weighted(NORMALS[concept]!.subjects!).replace(/^\+/, ''),
  );
  const list = joinList(subjects, 'and', random.chance(0.5));
  const predicate = PREDICATES.pick(random);
  const text = random.chance(style.shortNormals)
    ? random.chance(SHORT_ADJECTIVE_CHANCE)
      ? `Normal ${list}.`
      : `${sentence(list)} ${predicate}.`
    : `${random.chance(ARTICLE_CHANCE) ? `The ${list}` : sentence(list)} are ${predicate}.`;
  return vocabulary.says(text, entities) ? { entities, text } : undefined;
}
