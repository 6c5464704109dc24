/**
 * Sentences, as data. In a template `{np}` is a noun phrase with its article ("a small left pleural effusion"),
 * `{bare}` one without, `{is}` agrees in number, `{degree}` is an adverb ("mildly"), `{side}` a
 * side, `{list}` a list of nouns. A sentence begins with a capital letter and ends with a stop by itself.
 */

/** A way of reporting. */
export interface Style {
  readonly name: string;
  /** How often it is used. */
  readonly weight: number;
  /** One finding that is there. */
  readonly present: readonly string[];
  /** Two findings in one sentence. */
  readonly presentPair: readonly string[];
  /** A list of what is denied. */
  readonly absent: readonly string[];
  /** The most things denied in one sentence. */
  readonly absentAtOnce: number;
  /** Parts of the body that are only named. */
  readonly anatomy: readonly string[];
  /** Sets sentences under headings by organ. */
  readonly headings: boolean;
  /** In what order: findings first, denials first, or as it comes. */
  readonly order: 'findings first' | 'denials first' | 'mixed';
  /** How often a normal statement is short ("Heart size normal.") rather than a whole sentence. */
  readonly shortNormals: number;
  /** The impression as a numbered list, by sentences, or all in one line. */
  readonly impression: 'numbered' | 'sentences' | 'one line';
}

export const STYLES: readonly Style[] = [
  {
    name: 'narrative',
    weight: 3,
    present: [
      'There {is} {np}.',
      '{Np} {is} seen.',
      '{Np} {is} present.',
      '{Np} {is} noted.',
      'There {is} {np} present.',
    ],
    presentPair: ['There {is} {np} and {np2}.', '{Np} and {np2} are seen.'],
    absent: [
      'There {is} no {list}.',
      'There is no evidence of {list}.',
      'No {list} {is} seen.',
      'There is no radiographic evidence of {list}.',
    ],
    absentAtOnce: 4,
    anatomy: ['The {list} {is} included in the field of view.', 'The {list} {is} visualized.'],
    headings: false,
    order: 'mixed',
    shortNormals: 0.1,
    impression: 'sentences',
  },
  {
    name: 'telegraphic',
    weight: 3,
    present: ['{Bare}.', '{Bare}.', '{Bare} present.', '{Bare} noted.'],
    presentPair: ['{Bare} and {bare2}.'],
    absent: ['No {list}.', 'No {list}.', 'Negative for {list}.'],
    absentAtOnce: 5,
    anatomy: ['{List} included.', '{List} visualized.'],
    headings: false,
    order: 'findings first',
    shortNormals: 0.9,
    impression: 'one line',
  },
  {
    name: 'structured',
    weight: 2,
    present: ['{Np} {is} present.', '{Bare}.', 'There {is} {np}.'],
    presentPair: ['{Np} and {np2} are present.'],
    absent: ['No {list}.', 'No evidence of {list}.'],
    absentAtOnce: 4,
    anatomy: ['{List} visualized.', 'The {list} {is} included.'],
    headings: true,
    order: 'findings first',
    shortNormals: 0.6,
    impression: 'numbered',
  },
  {
    name: 'resident',
    weight: 2,
    present: [
      '{Np} {is} identified.',
      'There {is} {np}.',
      '{Np} {is} demonstrated.',
      '{Np} {is} visualized.',
    ],
    presentPair: ['There {is} {np} as well as {np2}.', '{Np} and {np2} are identified.'],
    absent: [
      'No {list} {is} identified.',
      'There is no evidence for {list}.',
      'No radiographic evidence of {list}.',
      'No {list} {is} visualized.',
    ],
    absentAtOnce: 3,
    anatomy: [
      'The {list} {is} visualized on this examination.',
      'The {list} {is} included on this examination.',
    ],
    headings: false,
    order: 'denials first',
    shortNormals: 0,
    impression: 'numbered',
  },
  {
    name: 'attending',
    weight: 3,
    present: ['{Np}.', '{Bare}.', 'There {is} {np}.', '{Np} {is} evident.'],
    presentPair: ['{Bare} and {bare2}.', '{Np} and {np2} are seen.', '{Np} with {np2}.'],
    absent: ['No {list}.', 'Without {list}.', 'No evidence of {list}.', 'No {list} seen.'],
    absentAtOnce: 4,
    anatomy: ['{List} included.', 'The {list} {is} seen.'],
    headings: false,
    order: 'findings first',
    shortNormals: 0.5,
    impression: 'sentences',
  },
];

/** What is said when a report has been refused and is written again for the second time: one thing a sentence. */
export const PLAIN: Style = {
  name: 'plain',
  weight: 0,
  present: ['There {is} {np}.'],
  presentPair: ['There {is} {np} and {np2}.'],
  absent: ['There {is} no {list}.'],
  absentAtOnce: 1,
  anatomy: ['The {list} {is} visualized.'],
  headings: false,
  order: 'findings first',
  shortNormals: 0,
  impression: 'sentences',
};

/** Sentences of their own for findings that are rather said with a verb. Only for findings without a site or extent. */
export const FRAMES: Readonly<
  Record<
    string,
    {
      readonly plain: readonly string[];
      readonly left?: readonly string[];
      readonly bilateral?: readonly string[];
    }
  >
> = {
  cardiomegaly: {
    plain: [
      'The heart is {degree} enlarged.',
      'The cardiac silhouette is {degree} enlarged.',
      'Heart size is {degree} enlarged.',
      'Heart {degree} enlarged.',
    ],
  },
  'enlarged cardiomediastinum': {
    plain: ['The mediastinum is {degree} widened.', 'The superior mediastinum is {degree} widened.'],
  },
  'aortic tortuosity': {
    plain: ['The aorta is {degree} tortuous.', 'The thoracic aorta is {degree} tortuous.'],
  },
  'aortic calcification': {
    plain: ['The aorta is {degree} calcified.', 'The aortic arch is {degree} calcified.'],
  },
  'aortic enlargement': { plain: ['The aorta is {degree} dilated.'] },
  hyperinflation: {
    plain: ['The lungs are {degree} hyperinflated.', 'The lungs are {degree} hyperexpanded.'],
  },
  'low lung volumes': { plain: ['Lung volumes are {degree} low.', 'The lung volumes are {degree} low.'] },
  'elevated diaphragm': {
    plain: ['The diaphragm is {degree} elevated.'],
    left: ['The {side} hemidiaphragm is {degree} elevated.'],
    bilateral: ['Both hemidiaphragms are {degree} elevated.'],
  },
  'flattened diaphragm': {
    plain: ['The diaphragm is {degree} flattened.'],
    left: ['The {side} hemidiaphragm is {degree} flattened.'],
    bilateral: ['Both hemidiaphragms are {degree} flattened.'],
  },
  'costophrenic blunting': {
    plain: ['The costophrenic angle is {degree} blunted.'],
    left: ['The {side} costophrenic angle is {degree} blunted.'],
    bilateral: ['Both costophrenic angles are {degree} blunted.'],
  },
};

/** Normal statements: whole sentences and short ones. */
export const NORMALS: Readonly<
  Record<string, { readonly full: readonly string[]; readonly short: readonly string[] }>
> = {
  'normal heart size': {
    full: [
      'Heart size is normal.',
      'The heart is normal in size.',
      'Heart size is within normal limits.',
      'The cardiac silhouette is normal in size.',
      'The heart size is normal.',
      'Cardiac silhouette is within normal limits.',
    ],
    short: [
      'Heart size normal.',
      'Normal heart size.',
      'Heart normal in size.',
      'Normal cardiac silhouette.',
    ],
  },
  'normal mediastinum': {
    full: [
      'The mediastinum is unremarkable.',
      'Mediastinal contours are normal.',
      'The mediastinal contour is within normal limits.',
      'The mediastinum is normal in contour.',
    ],
    short: ['Mediastinum normal.', 'Normal mediastinal contour.', 'Unremarkable mediastinum.'],
  },
  'clear lungs': {
    full: [
      'The lungs are clear.',
      'Both lungs are clear.',
      'The lungs are clear bilaterally.',
      'The lung fields are clear.',
    ],
    short: ['Lungs are clear.', 'Clear lungs.', 'Lungs clear.'],
  },
  'normal pulmonary vasculature': {
    full: [
      'Pulmonary vascularity is normal.',
      'The pulmonary vasculature is within normal limits.',
      'The pulmonary vasculature is normal.',
    ],
    short: [
      'Normal pulmonary vasculature.',
      'Pulmonary vascularity normal.',
      'Normal pulmonary vascularity.',
    ],
  },
  'intact bones': {
    full: [
      'The osseous structures are intact.',
      'Bony structures are intact.',
      'The bones are intact.',
      'There is no acute bony abnormality.',
      'No acute osseous abnormality is seen.',
    ],
    short: [
      'Bones intact.',
      'Intact osseous structures.',
      'No acute osseous abnormality.',
      'No acute bony abnormality.',
    ],
  },
  'sharp costophrenic angles': {
    full: [
      'The costophrenic angles are sharp.',
      'Both costophrenic angles are sharp.',
      'The costophrenic angles are clear.',
    ],
    short: ['Costophrenic angles sharp.', 'Sharp costophrenic angles.', 'Clear costophrenic angles.'],
  },
  'normal chest': {
    full: [
      'There is no acute cardiopulmonary abnormality.',
      'No acute cardiopulmonary process is identified.',
      'There is no acute cardiopulmonary disease.',
      'There is no active disease.',
    ],
    short: [
      'No acute cardiopulmonary abnormality.',
      'No acute cardiopulmonary process.',
      'No acute cardiopulmonary disease.',
      'No acute cardiopulmonary findings.',
      'No acute disease.',
      'Normal chest.',
      'No acute findings.',
      'Normal chest radiograph.',
    ],
  },
  'normal hila': {
    full: ['The hila are unremarkable.', 'The hilar contours are normal.'],
    short: ['Normal hilar contours.', 'Hila normal.'],
  },
  'normal pleura': {
    full: ['The pleural spaces are clear.', 'The pleural spaces are normal.'],
    short: ['Pleural spaces clear.', 'Normal pleural spaces.'],
  },
  'midline trachea': {
    full: ['The trachea is midline.', 'The trachea is in the midline.'],
    short: ['Trachea midline.'],
  },
  'normal aorta': {
    full: ['The aorta is unremarkable.', 'The thoracic aorta is normal.'],
    short: ['Aorta normal.', 'Normal aortic contour.'],
  },
  'normal diaphragm': {
    full: ['The diaphragm is unremarkable.', 'The hemidiaphragms are normal.'],
    short: ['Diaphragm normal.'],
  },
  'normal spine': {
    full: ['The thoracic spine is unremarkable.', 'Vertebral body heights are maintained.'],
    short: ['Thoracic spine normal.'],
  },
  'normal soft tissues': {
    full: ['The soft tissues are unremarkable.', 'The visualized soft tissues are normal.'],
    short: ['Soft tissues unremarkable.', 'Normal soft tissues.'],
  },
  'normal upper abdomen': {
    full: ['The visualized upper abdomen is unremarkable.', 'The upper abdomen is normal.'],
    short: ['Upper abdomen unremarkable.'],
  },
  'normal lung volumes': {
    full: ['Lung volumes are normal.', 'The lung volumes are within normal limits.'],
    short: ['Normal lung volumes.', 'Lung volumes normal.'],
  },
};

/** A heading and the concepts that stand under it; what is under none stands under the last. */
export const HEADINGS: readonly { readonly heading: string; readonly words: readonly string[] }[] = [
  {
    heading: 'Parenchyma',
    words: [
      'lung',
      'lungs',
      'pulmonary',
      'consolidation',
      'airspace',
      'infiltrate',
      'atelectasis',
      'cavity',
      'granuloma',
      'scarring',
      'interstitial',
      'bronchiectasis',
      'emphysema',
      'pneumonia',
      'copd',
      'tuberculosis',
      'bulla',
      'volume',
      'hyperinflation',
    ],
  },
  {
    heading: 'Pleural',
    words: [
      'pleural',
      'pleura',
      'pneumothorax',
      'costophrenic',
      'empyema',
      'hemothorax',
      'fibrothorax',
      'pleurisy',
    ],
  },
  {
    heading: 'Cardiovascular',
    words: [
      'heart',
      'cardiomegaly',
      'cardiac',
      'aortic',
      'aorta',
      'coronary',
      'vascular',
      'pericardial',
      'cardiomyopathy',
      'cardiomediastinum',
    ],
  },
  {
    heading: 'Skeletal',
    words: [
      'bones',
      'bone',
      'fracture',
      'spine',
      'scoliosis',
      'kyphosis',
      'rib',
      'osteopenia',
      'vertebral',
      'arthritis',
      'shoulder',
    ],
  },
  { heading: 'Other', words: [] },
];

/** What an impression says of a report without findings. */
export const NORMAL_IMPRESSIONS: readonly string[] = [
  'No acute cardiopulmonary abnormality.',
  'No acute cardiopulmonary process.',
  'No acute cardiopulmonary disease.',
  'No acute cardiopulmonary findings.',
  'Normal chest.',
  'No acute disease.',
  'Normal chest radiograph.',
  'No evidence of acute cardiopulmonary disease.',
];
