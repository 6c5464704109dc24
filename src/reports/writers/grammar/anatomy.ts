import type { PlannedEntity } from '../../../data/index.js';
import { fillList, joinList } from './fill.js';
import { type Choice, draw } from './noun-phrase.js';
import { type Region, regionOf } from './nouns/index.js';
import type { Unit } from './parts.js';
import type { Style } from './styles.js';

/** Parts of the body of which reports speak in the plural, or cannot count. The others stand in the singular. */
const PLURALS: Readonly<Record<string, string>> = {
  lung: 'lungs',
  'lung base': 'lung bases',
  'lung apex': 'lung apices',
  hilum: 'hila',
  rib: 'ribs',
  clavicle: 'clavicles',
  scapula: 'scapulae',
  shoulder: 'shoulders',
  'costophrenic angle': 'costophrenic angles',
  'lymph node': 'lymph nodes',
  bones: 'bones',
  'soft tissue': 'soft tissues',
  'pulmonary artery': 'pulmonary arteries',
  'vertebral body': 'vertebral bodies',
  airway: 'airways',
  'upper lobe': 'upper lobes',
  'lower lobe': 'lower lobes',
  'upper lung zone': 'upper lung zones',
  'mid lung zone': 'mid lung zones',
  'lower lung zone': 'lower lung zones',
  'major fissure': 'major fissures',
  'coronary artery': 'coronary arteries',
  'intervertebral disc': 'intervertebral discs',
  'acromioclavicular joint': 'acromioclavicular joints',
};
/** Says no more than that it is there. */
const NEUTRAL: readonly string[] = [
  'The {list} {is} visualized.',
  'The {list} {is} included.',
  'The {list} {is} in the field of view.',
];

/** Parts of the body of which the tagger reads many qualities. */
const COMPANIONS = ['aorta', 'heart'];

/**
 * Sentences that name parts of the body. They are called unremarkable where that adds nothing that the tagger reads,
 * and no finding of the report lies in the same part of the chest.
 */
export function anatomyUnits(
  entities: readonly PlannedEntity[],
  occupied: ReadonlySet<Region>,
  style: Style,
  choice: Choice,
): Unit[] {
  const quiet: PlannedEntity[] = [];
  const other: PlannedEntity[] = [];
  const units: Unit[] = [];
  const pattern = draw(choice, style.anatomy);
  const neutral = choice.plain ? NEUTRAL[0]! : choice.random.pick(NEUTRAL);
  const add = (group: readonly PlannedEntity[], text: string) => {
    if (group.length === 0) return;
    const region = regionOf(group[0]!.concept);
    units.push({ region, text: sentenceOf(group, text, choice), entities: group, kind: 'anatomy' });
  };
  for (const entity of entities) {
    const alone = sentenceOf([entity], pattern, choice);
    const unremarkable = pattern.includes('nremarkable');
    const fits = !(unremarkable && occupied.has(regionOf(entity.concept)));
    if (!mayBeListed(entity, choice)) add([entity], readableAlone(entity, neutral, choice));
    else (fits && choice.vocabulary.says(alone, [entity]) ? quiet : other).push(entity);
  }
  add(quiet, pattern);
  add(other, neutral);
  return units;
}

/** Beside a "prominent soft tissue", from the bank of some corpus, also the aorta would be read as prominent. */
function mayBeListed(entity: PlannedEntity, { vocabulary }: Choice): boolean {
  const name = PLURALS[entity.concept] ?? entity.concept;
  return COMPANIONS.every(
    concept =>
      concept === entity.concept ||
      vocabulary.says(`The ${concept}, ${name} and ${concept} are visualized.`, [
        entity,
        { concept, type: 'ANATOMY' },
      ]),
  );
}

/** One of the neutral sentences that is read as the entity; else the one drawn. */
function readableAlone(entity: PlannedEntity, drawn: string, choice: Choice): string {
  return (
    [drawn, ...NEUTRAL].find(text => choice.vocabulary.says(sentenceOf([entity], text, choice), [entity])) ??
    drawn
  );
}

function sentenceOf(entities: readonly PlannedEntity[], pattern: string, { random, plain }: Choice): string {
  const names = entities.map(({ concept }) => PLURALS[concept] ?? concept);
  const plural =
    names.length > 1 || PLURALS[entities[0]!.concept] !== undefined || pattern.includes('portions');
  return fillList(pattern, joinList(names, 'and', !plain && random.chance(0.5)), plural);
}
