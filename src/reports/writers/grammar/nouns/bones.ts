import type { NounTable } from './entry.js';

/** Findings of the bones, the joints and the chest wall. */
export const BONE_NOUNS: NounTable = {
  'spine degeneration': {
    nouns: {
      '+degenerative changes of the spine': 8,
      '+degenerative changes of the thoracic spine': 10,
      '+degenerative changes in the thoracic spine': 4,
      'thoracic spondylosis': 4,
      'degenerative disc disease': 2,
      '+osteophytes': 3,
    },
    denied: { 'degenerative disc disease': 1, '+degenerative changes of the spine': 1 },
  },
  scoliosis: {
    nouns: { scoliosis: 7, 'scoliotic curvature': 2, 'thoracic scoliosis': 1 },
    denied: { scoliosis: 1 },
  },
  kyphosis: { nouns: { kyphosis: 3, 'thoracic kyphosis': 3 } },
  osteopenia: {
    nouns: { osteopenia: 10, 'osseous demineralization': 1, 'bone demineralization': 1 },
    denied: { osteopenia: 1 },
  },
  'vertebral compression': {
    nouns: {
      'vertebral compression': 1,
      'a compression deformity|compression deformities': 3,
      'anterior wedging': 2,
      'vertebral wedging': 1,
    },
    denied: { 'a compression deformity|compression deformities': 1 },
  },
  fracture: {
    nouns: { 'a fracture|fractures': 3, 'a rib fracture|rib fractures': 6 },
    denied: {
      'a fracture|fractures': 4,
      'a rib fracture|rib fractures': 3,
      'a displaced rib fracture|displaced rib fractures': 5,
      'an acute fracture|acute fractures': 1,
    },
    degrees: 'displacement',
  },
  'rib deformity': { nouns: { 'a rib deformity|rib deformities': 1 } },
  'bone lesion': {
    nouns: {
      'a bone lesion|bone lesions': 1,
      'an osseous lesion|osseous lesions': 1,
      'a sclerotic lesion|sclerotic lesions': 1,
    },
    denied: {
      'a bone lesion|bone lesions': 1,
      'a destructive bony lesion|destructive bony lesions': 2,
    },
  },
  'shoulder degeneration': {
    nouns: {
      '+degenerative changes of the {side} shoulder': 6,
      'shoulder degeneration': 1,
      'glenohumeral arthritis': 1,
      'acromioclavicular arthritis': 1,
    },
    denied: { 'glenohumeral arthritis': 1, 'shoulder degeneration': 1 },
  },
  arthritis: { nouns: { '+arthritic changes': 5, osteoarthritis: 3, arthritis: 2 } },
  'shoulder dislocation': {
    nouns: {
      'a shoulder dislocation|shoulder dislocations': 1,
      'a glenohumeral dislocation|glenohumeral dislocations': 1,
    },
  },
  'pectus deformity': { nouns: { 'a pectus deformity': 1, 'pectus excavatum': 1 } },
  'cervical rib': { nouns: { 'a cervical rib|cervical ribs': 1 } },
  osteomyelitis: { nouns: { osteomyelitis: 1 } },
};

/** Findings of the soft tissues, the abdomen and the neck. */
export const OTHER_NOUNS: NounTable = {
  'free air': {
    nouns: { 'free intraperitoneal air': 3, 'free air': 2, pneumoperitoneum: 3 },
    denied: {
      'free intraperitoneal air': 12,
      'free subdiaphragmatic air': 4,
      'free air under the diaphragm': 3,
      pneumoperitoneum: 1,
    },
    degrees: 'amount',
  },
  'subcutaneous emphysema': {
    nouns: { 'subcutaneous emphysema': 3, 'subcutaneous air': 1, 'soft tissue emphysema': 1 },
  },
  'distended bowel': { nouns: { 'bowel distention': 1, 'distended bowel': 1, 'dilated bowel': 1 } },
  'interposed colon': { nouns: { 'colonic interposition': 1, 'interposed colon': 1 } },
  gallstone: { nouns: { 'a gallstone|gallstones': 1 } },
  'bowel obstruction': { nouns: { 'bowel obstruction': 1, ileus: 1 } },
  'azygos lobe': { nouns: { 'an azygos lobe': 2, 'an azygos fissure': 1 } },
  'breast shadow': { nouns: { 'a breast shadow|breast shadows': 1 } },
  'nipple shadow': { nouns: { 'a nipple shadow|nipple shadows': 1 } },
  'skin fold': { nouns: { 'a skin fold|skin folds': 1 } },
  'absent breast': { nouns: { 'a mastectomy|mastectomies': 1 } },
  'soft tissue swelling': { nouns: { 'soft tissue swelling': 2, 'soft tissue prominence': 1 } },
  'soft tissue calcification': { nouns: { 'a soft tissue calcification|soft tissue calcifications': 1 } },
};
