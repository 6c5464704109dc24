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
const NEUTRAL = [
  'The {list} {is} visualized.',
  'The {list} {is} included.',
  'The {list} {is} in the field of view.',
];

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
  const pattern = draw(choice, style.anatomy);
  for (const entity of entities) {
    const alone = sentenceOf([entity], pattern, choice);
    const unremarkable = pattern.includes('nremarkable');
    const fits = !(unremarkable && occupied.has(regionOf(entity.concept)));
    (fits && choice.vocabulary.says(alone, [entity]) ? quiet : other).push(entity);
  }
  const units: Unit[] = [];
  for (const [group, text] of [
    [quiet, pattern],
    [other, choice.plain ? NEUTRAL[0]! : choice.random.pick(NEUTRAL)],
  ] as const) {
    if (group.length === 0) continue;
    const region = regionOf(group[0]!.concept);
    units.push({ region, text: sentenceOf(group, text, choice), entities: group, kind: 'anatomy' });
  }
  return units;
}

function sentenceOf(entities: readonly PlannedEntity[], pattern: string, { random, plain }: Choice): string {
  const names = entities.map(({ concept }) => PLURALS[concept] ?? concept);
  const plural =
    names.length > 1 || PLURALS[entities[0]!.concept] !== undefined || pattern.includes('portions');
  return fillList(pattern, joinList(names, 'and', !plain && random.chance(0.5)), plural);
}
