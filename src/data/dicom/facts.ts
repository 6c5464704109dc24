import { ageOf, sexOf, viewOf } from '../importers/fields.js';
import type { Sample, View } from '../records/index.js';
import type { Attributes } from './attributes.js';

/** What kind of object a file is. */
export type DicomKind =
  | 'computed-radiography'
  | 'digital-x-ray'
  | 'secondary-capture'
  | 'computed-tomography'
  | 'other';

/**
 * All that is ever told of a file's header. Each value is one of a fixed few or a small whole number: no text of the
 * file passes, so that a name written into the wrong tag does not pass either.
 */
export interface DicomFacts {
  /** As `CR` or `DX`; null for what is no known modality. */
  readonly modality: string | null;
  readonly view: View | null;
  readonly sex: Sample['sex'];
  /** In years; 90 stands for all ages from 90 on, which identify a person (HIPAA, 45 CFR 164.514(b)(2)(i)(C)). */
  readonly age: number | null;
  /** As `CHEST`; null for what is no known part of the body. */
  readonly bodyPart: string | null;
  /** Whether text is burnt into the pixels, as far as the file says. */
  readonly burnedInAnnotation: 'yes' | 'no' | null;
  readonly kind: DicomKind;
  /** Whether the pixels are made for looking at, or as the detector gave them. */
  readonly presentation: 'for presentation' | 'for processing' | null;
}

// PS3.3, C.7.3.1.1.1: those that pictures of a chest may come with, and their neighbours.
const modalities: ReadonlySet<string> = new Set(
  'CR DX DR XR RG RF MG IO PX XA XC OT CT MR US NM PT SC HC'.split(' '),
);

// PS3.16, annex L, and the spellings of large public sets.
const bodyParts: ReadonlySet<string> = new Set(
  (
    'CHEST THORAX LUNG HEART RIB STERNUM CLAVICLE SHOULDER ABDOMEN PELVIS SPINE TSPINE LSPINE CSPINE NECK HEAD ' +
    'SKULL ARM HAND WRIST ELBOW HUMERUS FOREARM LEG KNEE FOOT ANKLE FEMUR HIP EXTREMITY BREAST WHOLEBODY'
  ).split(' '),
);

const kinds: ReadonlyMap<string, DicomKind> = new Map([
  ['1.2.840.10008.5.1.4.1.1.1', 'computed-radiography'],
  ['1.2.840.10008.5.1.4.1.1.1.1', 'digital-x-ray'],
  ['1.2.840.10008.5.1.4.1.1.1.1.1', 'digital-x-ray'],
  ['1.2.840.10008.5.1.4.1.1.2', 'computed-tomography'],
  ['1.2.840.10008.5.1.4.1.1.7', 'secondary-capture'],
  ['1.2.840.10008.5.1.4.1.1.7.1', 'secondary-capture'],
  ['1.2.840.10008.5.1.4.1.1.7.2', 'secondary-capture'],
  ['1.2.840.10008.5.1.4.1.1.7.3', 'secondary-capture'],
  ['1.2.840.10008.5.1.4.1.1.7.4', 'secondary-capture'],
]);

/** The second part of the class for pictures as the detector gave them. */
const FOR_PROCESSING = '1.2.840.10008.5.1.4.1.1.1.1.1';

// PS3.16, CID 4010: SNOMED CT codes, and the older ones of SNOMED RT.
const viewCodes: ReadonlyMap<string, View> = new Map([
  ['399348003', 'AP'],
  ['R-10206', 'AP'],
  ['272479007', 'PA'],
  ['R-10214', 'PA'],
  ['399067008', 'lateral'],
  ['399173006', 'lateral'],
  ['399198007', 'lateral'],
  ['R-10230', 'lateral'],
  ['R-10232', 'lateral'],
  ['R-10236', 'lateral'],
]);

/** Reads the facts; what is missing or unheard of is null. */
export function factsOf(attributes: Attributes): DicomFacts {
  const age = ageOf(attributes.text('x00101010') ?? '');
  const sopClass = attributes.text('x00080016') ?? '';
  return {
    modality: among(modalities, attributes.text('x00080060')),
    view: viewAmong(attributes),
    sex: sexOf(attributes.text('x00100040') ?? ''),
    age: age === null ? null : Math.min(90, age),
    bodyPart: among(bodyParts, attributes.text('x00180015')?.replace(/[\s_-]/g, '')),
    burnedInAnnotation: yesOrNo(attributes.text('x00280301')),
    kind: kinds.get(sopClass) ?? 'other',
    presentation: presentationOf(attributes.text('x00080068'), sopClass),
  };
}

function viewAmong(attributes: Attributes): View | null {
  const code = attributes.firstItem('x00540220')?.text('x00080100') ?? '';
  return viewOf(attributes.text('x00185101') ?? '') ?? viewCodes.get(code) ?? null;
}

function presentationOf(intent: string | undefined, sopClass: string): DicomFacts['presentation'] {
  if (intent === 'FOR PRESENTATION') return 'for presentation';
  if (intent === 'FOR PROCESSING' || sopClass === FOR_PROCESSING) return 'for processing';
  return null;
}

function yesOrNo(text: string | undefined): 'yes' | 'no' | null {
  if (text === 'YES') return 'yes';
  return text === 'NO' ? 'no' : null;
}

function among(known: ReadonlySet<string>, text: string | undefined): string | null {
  const word = text?.toUpperCase() ?? '';
  return known.has(word) ? word : null;
}
