import { BONE_NOUNS, OTHER_NOUNS } from './bones.js';
import { DEVICE_NOUNS } from './devices.js';
import type { NounEntry, NounTable, Region } from './entry.js';
import { HEART_NOUNS, MEDIASTINUM_NOUNS } from './heart.js';
import { LUNG_NOUNS } from './lungs.js';
import { PLEURA_NOUNS } from './pleura.js';

export * from './entry.js';

const TABLES: Readonly<Record<Region, NounTable>> = {
  devices: DEVICE_NOUNS,
  heart: HEART_NOUNS,
  mediastinum: MEDIASTINUM_NOUNS,
  lungs: LUNG_NOUNS,
  pleura: PLEURA_NOUNS,
  bones: BONE_NOUNS,
  other: OTHER_NOUNS,
};

/** How each concept is said, and in which part of the chest it belongs. */
export const NOUNS: ReadonlyMap<string, NounEntry & { readonly region: Region }> = new Map(
  Object.entries(TABLES).flatMap(([region, table]) =>
    Object.entries(table).map(
      ([concept, entry]) => [concept, { ...entry, region: region as Region }] as const,
    ),
  ),
);

/** Words that tell where a concept without an entry belongs; what has none of them is set among the lungs. */
const REGION_WORDS: Readonly<Record<Exclude<Region, 'lungs'>, RegExp>> = {
  devices:
    /\b(device|tube|catheter|line|lead|wire|clip|stent|screw|rod|plate|prosthesis|hardware|implant|port)s?\b/,
  pleura: /\b(pleura|pleural|costophrenic|diaphragm|hemidiaphragm|fissural|fissure)\b/,
  heart: /\b(heart|cardiac|atrial|atrium|ventricular|ventricle|pericardial|coronary|valve|mitral)\b/,
  mediastinum:
    /\b(mediastinal|mediastinum|aorta|aortic|hilar|hilum|hila|trachea|tracheal|esophageal|paratracheal)\b/,
  bones:
    /\b(bone|bony|osseous|spine|spinal|rib|ribs|vertebral|vertebra|thoracic|disc|clavicle|scapula|shoulder|joint|endplate|skeletal|humeral|sternal)\b/,
  other:
    /\b(abdomen|abdominal|bowel|gastric|stomach|colon|liver|soft tissue|breast|axillary|neck|skin|biliary|hepatic)\b/,
};

/** The part of the chest in which a concept is reported. */
export function regionOf(concept: string): Region {
  const known = NOUNS.get(concept)?.region;
  if (known !== undefined) return known;
  for (const [region, words] of Object.entries(REGION_WORDS))
    if (words.test(concept)) return region as Region;
  return 'lungs';
}
