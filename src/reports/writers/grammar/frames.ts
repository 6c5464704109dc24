/** Sentences of their own for a finding that is rather said with a verb than with a noun. */
export interface Frames {
  readonly plain: Readonly<Record<string, number>>;
  /** With one side, in `{side}`. */
  readonly sided?: Readonly<Record<string, number>>;
  readonly bilateral?: Readonly<Record<string, number>>;
  /** Without a verb, as under the heading of the organ or in short notes. */
  readonly short?: Readonly<Record<string, number>>;
}

/**
 * Frames by concept, with weights; `{degree}` is an adverb ("mildly"). Only for findings without site, extent or
 * change.
 */
export const FRAMES: Readonly<Record<string, Frames>> = {
  cardiomegaly: {
    plain: {
      'The heart is {degree} enlarged.': 6,
      'The cardiac silhouette is {degree} enlarged.': 6,
      'Heart size is {degree} enlarged.': 5,
      'The heart size is {degree} enlarged.': 4,
      'The heart appears {degree} enlarged.': 1,
    },
    short: { 'Heart {degree} enlarged.': 3, 'Heart size {degree} enlarged.': 3 },
  },
  'enlarged cardiomediastinum': {
    plain: { 'The mediastinum is {degree} widened.': 3, 'The superior mediastinum is {degree} widened.': 1 },
    short: { 'Mediastinum {degree} widened.': 1 },
  },
  'aortic tortuosity': {
    plain: {
      'The aorta is {degree} tortuous.': 5,
      'The thoracic aorta is {degree} tortuous.': 4,
      'The thoracic aorta is {degree} unfolded.': 1,
    },
    short: { 'Aorta {degree} tortuous.': 2, 'Thoracic aorta {degree} tortuous.': 1 },
  },
  'aortic calcification': {
    plain: {
      'The aorta is {degree} calcified.': 3,
      'The aortic arch is {degree} calcified.': 2,
      'The thoracic aorta is {degree} calcified.': 2,
    },
    short: { 'Aorta {degree} calcified.': 1 },
  },
  'aortic enlargement': {
    plain: { 'The aorta is {degree} dilated.': 1, 'The ascending aorta is {degree} dilated.': 1 },
  },
  hyperinflation: {
    plain: {
      'The lungs are {degree} hyperexpanded.': 4,
      'The lungs are {degree} hyperinflated.': 3,
      'Lungs are {degree} hyperexpanded.': 2,
    },
    short: { 'Lungs {degree} hyperexpanded.': 2, 'Lungs {degree} hyperinflated.': 2 },
  },
  'low lung volumes': {
    plain: {
      'Lung volumes are {degree} low.': 5,
      'The lung volumes are {degree} low.': 2,
      'The lungs are {degree} hypoinflated.': 3,
    },
    short: { 'Lung volumes {degree} low.': 1, 'Lungs {degree} hypoinflated.': 1 },
  },
  'vascular congestion': {
    plain: {
      'The pulmonary vasculature is {degree} engorged.': 2,
      'The pulmonary vessels are {degree} engorged.': 1,
    },
  },
  'interstitial thickening': {
    plain: {
      'The interstitial markings are {degree} increased.': 2,
      'Interstitial markings are {degree} prominent.': 2,
    },
  },
  'elevated diaphragm': {
    plain: { 'The diaphragm is {degree} elevated.': 1 },
    sided: { 'The {side} hemidiaphragm is {degree} elevated.': 3 },
    bilateral: { 'Both hemidiaphragms are {degree} elevated.': 1 },
    short: {},
  },
  'flattened diaphragm': {
    plain: { 'The diaphragm is {degree} flattened.': 2, 'The diaphragms are {degree} flattened.': 2 },
    sided: { 'The {side} hemidiaphragm is {degree} flattened.': 1 },
    bilateral: { 'Both hemidiaphragms are {degree} flattened.': 1 },
  },
  'costophrenic blunting': {
    plain: { 'The costophrenic angle is {degree} blunted.': 1 },
    sided: { 'The {side} costophrenic angle is {degree} blunted.': 1 },
    bilateral: {
      'Both costophrenic angles are {degree} blunted.': 1,
      'The costophrenic angles are {degree} blunted bilaterally.': 1,
    },
  },
  'spine degeneration': {
    plain: {
      'Degenerative changes are present in the spine.': 3,
      'Degenerative changes are seen in the thoracic spine.': 2,
    },
  },
  osteopenia: {
    plain: { 'The bones are {degree} osteopenic.': 2, 'The bones are {degree} demineralized.': 1 },
  },
};

/** What two findings of one subject say together; `{1}` and `{2}` are their degrees. */
export const JOINT_FRAMES: readonly {
  readonly concepts: readonly [string, string];
  readonly text: string;
}[] = [
  {
    concepts: ['aortic tortuosity', 'aortic calcification'],
    text: 'The aorta is {1}tortuous and {2}calcified.',
  },
  {
    concepts: ['aortic calcification', 'aortic tortuosity'],
    text: 'The thoracic aorta is {1}calcified and {2}tortuous.',
  },
  { concepts: ['aortic enlargement', 'aortic tortuosity'], text: 'The aorta is {1}dilated and {2}tortuous.' },
  {
    concepts: ['hyperinflation', 'emphysema'],
    text: 'The lungs are {1}hyperexpanded with {2}emphysematous changes.',
  },
];

/** A sign and what it is often put down to: "a patchy opacity consistent with pneumonia". */
export const EXPLAINED: Readonly<Record<string, readonly string[]>> = {
  'lung opacity': [
    'pneumonia',
    'atelectasis',
    'aspiration',
    'pulmonary edema',
    'covid pneumonia',
    'scarring',
  ],
  consolidation: ['pneumonia', 'aspiration', 'covid pneumonia', 'pulmonary hemorrhage'],
  'airspace disease': ['pneumonia', 'pulmonary edema', 'aspiration', 'acute respiratory distress syndrome'],
  infiltrate: ['pneumonia', 'pneumonitis', 'aspiration', 'fungal infection', 'tuberculosis'],
  'interstitial thickening': [
    'pulmonary edema',
    'interstitial lung disease',
    'pulmonary fibrosis',
    'bronchitis',
  ],
  'vascular congestion': ['heart failure', 'pulmonary edema'],
  cardiomegaly: ['heart failure', 'cardiomyopathy', 'valvular heart disease'],
  hyperinflation: ['copd', 'emphysema'],
  'flattened diaphragm': ['copd', 'emphysema'],
  granuloma: ['granulomatous disease'],
  'calcified lymph node': ['granulomatous disease'],
  calcification: ['granulomatous disease'],
  'lung mass': ['lung cancer'],
  'lung nodule': ['metastasis', 'lung cancer', 'sarcoidosis'],
  lymphadenopathy: ['sarcoidosis', 'lymphoma'],
  'hilar enlargement': ['sarcoidosis', 'pulmonary hypertension'],
  'prominent pulmonary arteries': ['pulmonary hypertension'],
  cavity: ['lung abscess', 'tuberculosis', 'fungal infection'],
  'pleural plaque': ['asbestosis'],
  'pleural thickening': ['mesothelioma', 'fibrothorax'],
  'mediastinal mass': ['lymphoma', 'goiter'],
  'bone lesion': ['metastasis', 'osteomyelitis'],
  'costophrenic blunting': ['pleurisy'],
};
