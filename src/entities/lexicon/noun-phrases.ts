import type { EntityKind } from '../bank/index.js';
import type { Sentence } from './sentences.js';

/** A noun phrase that the bank does not know, at words [start, end). */
export interface NounPhrase {
  readonly start: number;
  readonly end: number;
  readonly kind: EntityKind;
}

/** What a phrase is by its last word, in the singular. Other heads ("comparison", "view") are no entities. */
const HEADS: Readonly<Record<'abnormality' | 'disease' | 'anatomy', readonly string[]>> = {
  abnormality: [
    'abnormality',
    'adhesion',
    'air',
    'angulation',
    'area',
    'bulge',
    'change',
    'collapse',
    'collection',
    'contour',
    'crowding',
    'cuffing',
    'cyst',
    'defect',
    'deformity',
    'density',
    'depression',
    'deviation',
    'dilatation',
    'dilation',
    'displacement',
    'distention',
    'elevation',
    'enlargement',
    'erosion',
    'fluid',
    'focus',
    'fullness',
    'gas',
    'haze',
    'haziness',
    'hardware',
    'implant',
    'indistinctness',
    'injury',
    'irregularity',
    'lesion',
    'lucency',
    'marking',
    'narrowing',
    'nodularity',
    'nodule',
    'obscuration',
    'opacity',
    'prominence',
    'prosthesis',
    'retraction',
    'shadow',
    'shift',
    'spur',
    'stenosis',
    'stranding',
    'swelling',
    'thickening',
    'tortuosity',
    'widening',
    'wire',
    'tube',
    'catheter',
    'clip',
    'screw',
    'rod',
    'plate',
    'stent',
    'lead',
    'stripe',
    'pathology',
  ],
  disease: [
    'carcinoma',
    'disease',
    'disorder',
    'embolism',
    'emphysema',
    'failure',
    'fibrosis',
    'hemorrhage',
    'hernia',
    'hypertension',
    'infarct',
    'infection',
    'insufficiency',
    'lymphoma',
    'malignancy',
    'neoplasm',
    'sarcoma',
    'syndrome',
    'tumor',
  ],
  anatomy: [
    'angle',
    'apex',
    'artery',
    'base',
    'body',
    'bone',
    'border',
    'cage',
    'cavity',
    'diaphragm',
    'fissure',
    'gland',
    'hemithorax',
    'joint',
    'junction',
    'ligament',
    'lobe',
    'lung',
    'margin',
    'muscle',
    'node',
    'notch',
    'process',
    'region',
    'rib',
    'segment',
    'skeleton',
    'space',
    'spine',
    'structure',
    'sulcus',
    'tissue',
    'valve',
    'vein',
    'vertebra',
    'vessel',
    'wall',
    'zone',
  ],
};
const KIND_OF_HEAD = new Map(
  Object.entries(HEADS).flatMap(([kind, heads]) => heads.map(head => [head, kind as EntityKind] as const)),
);
const INSIDE = new Set(['NOUN', 'PROPN', 'ADJ']);
/** Longer runs are lists without commas or redacted text. */
const LONGEST = 5;
/** What stands for a name or date that was taken out, also with an ending: "XXXX's". */
const REDACTED = /^x{3}/;
/** Modifiers that tell how a thing is, not which. */
const LOOSE = new Set([
  'other',
  'such',
  'same',
  'large',
  'small',
  'new',
  'acute',
  'chronic',
  'prior',
  'previous',
  'old',
  'definite',
  'significant',
  'certain',
  'more',
  'many',
  'stable',
  'mild',
  'moderate',
  'severe',
  'focal',
  'gross',
  'obvious',
  'visible',
  'left',
  'right',
  'bilateral',
  'minimal',
  'interval',
  'similar',
  'multiple',
  'several',
  'possible',
  'suspicious',
  'unchanged',
  'subtle',
  'first',
  'second',
  'radiographic',
  'apparent',
  'multilevel',
  'single',
  'residual',
  'diffuse',
  'scattered',
  'marked',
  'overall',
  'current',
  'recent',
  'tiny',
  'slight',
  'normal',
  'abnormal',
]);

/** Noun phrases of free words: adjectives and nouns in a row whose head names a thing. */
export function nounPhrases(sentence: Sentence, taken: readonly boolean[]): NounPhrase[] {
  const { words, tags } = sentence;
  const phrases: NounPhrase[] = [];
  for (let start = 0; start < words.length; ) {
    if (!inside(start)) {
      start++;
      continue;
    }
    let end = start + 1;
    while (end < words.length && inside(end)) end++;
    const phrase = typed(start, end);
    if (phrase !== undefined) phrases.push(phrase);
    start = end;
  }
  return phrases;

  function inside(at: number): boolean {
    return taken[at] !== true && INSIDE.has(tags[at] ?? '') && /^[a-z]/.test(words[at]!);
  }

  function typed(start: number, end: number): NounPhrase | undefined {
    let last = end;
    while (last > start && tags[last - 1] === 'ADJ') last--;
    let first = start;
    while (first < last - 1 && LOOSE.has(words[first]!)) first++;
    const kind = last > first ? kindOf(words[last - 1]!) : undefined;
    // A bare head ("change", "region") says nothing.
    if (kind === undefined || last - first < 2 || last - first > LONGEST) return undefined;
    return words.slice(first, last).some(word => LOOSE.has(word) || REDACTED.test(word))
      ? undefined
      : { start: first, end: last, kind };
  }
}

function kindOf(head: string): EntityKind | undefined {
  const kind = KIND_OF_HEAD.get(singular(head));
  if (kind !== undefined) return kind;
  if (/(itis|oma|osis|iasis|pathy|plasia)$/.test(head)) return 'disease';
  return /(ectasis|megaly|ectomy|plasty|ostomy)$/.test(head) ? 'abnormality' : undefined;
}

/** The singular of a regular plural. */
export function singular(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(ss|us|is)$/.test(word) || word.length < 4) return word;
  if (/(x|z|ch|sh|ss)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}
