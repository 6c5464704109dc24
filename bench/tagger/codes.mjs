// What a human code of Open-i (MeSH and RadLex terms with qualifiers, "Cardiomegaly/mild") maps to among the
// tagger's concepts. Decided from the meaning of the codes, before any disagreement was looked at.
// Codes without a counterpart (Technical Quality of Image Unsatisfactory, Sulcus, Shoulder …) are left out.

/** True when the qualifiers of a code hold one of these words. */
const withAny =
  (...words) =>
  qualifiers =>
    words.some(word => qualifiers.some(qualifier => qualifier.includes(word)));
const always = () => true;

/**
 * name → heads: code heads with a condition on their qualifiers; concepts: any affirmed mention of these by
 * the tagger is presence. `normal` has no concepts: it is the absence of any affirmed abnormality or disease.
 */
export const CODED = {
  normal: { heads: { normal: always }, concepts: [] },
  cardiomegaly: {
    heads: {
      Cardiomegaly: always,
      'Cardiac Shadow': withAny('enlarged', 'prominent', 'borderline'),
      Heart: withAny('enlarged', 'prominent'),
    },
    concepts: ['cardiomegaly'],
  },
  'lung opacity': { heads: { Opacity: always, Density: always }, concepts: ['lung opacity'] },
  atelectasis: { heads: { 'Pulmonary Atelectasis': always }, concepts: ['atelectasis'] },
  granuloma: { heads: { 'Calcified Granuloma': always, Granuloma: always }, concepts: ['granuloma'] },
  'granulomatous disease': {
    heads: { 'Granulomatous Disease': always },
    concepts: ['granulomatous disease'],
  },
  'aortic calcification': {
    heads: { Atherosclerosis: always, Calcinosis: withAny('aorta', 'blood vessels') },
    concepts: ['aortic calcification'],
  },
  'calcified lymph node': {
    heads: { Calcinosis: withAny('lymph nodes', 'hilum', 'mediastinum') },
    concepts: ['calcified lymph node'],
  },
  'spine degeneration': {
    heads: {
      'Thoracic Vertebrae': withAny('degenerative'),
      'Thoracic vertebrae': withAny('degenerative'),
      'Lumbar Vertebrae': withAny('degenerative'),
      'Cervical Vertebrae': withAny('degenerative'),
      Spine: withAny('degenerative'),
      Osteophyte: always,
      Spondylosis: always,
      'Hyperostosis, Diffuse Idiopathic Skeletal': always,
    },
    concepts: ['spine degeneration'],
  },
  scarring: { heads: { Cicatrix: always }, concepts: ['scarring'] },
  'low lung volumes': { heads: { Lung: withAny('hypoinflation') }, concepts: ['low lung volumes'] },
  hyperinflation: {
    heads: { Lung: withAny('hyperdistention'), 'Lung, Hyperlucent': always },
    concepts: ['hyperinflation'],
  },
  'aortic tortuosity': {
    heads: { Aorta: withAny('tortuous'), 'Aorta, Thoracic': withAny('tortuous') },
    concepts: ['aortic tortuosity'],
  },
  'pleural effusion': { heads: { 'Pleural Effusion': always }, concepts: ['pleural effusion'] },
  'interstitial thickening': {
    heads: { Markings: always, Lung: withAny('interstitial') },
    concepts: ['interstitial thickening'],
  },
  // The five device codes are used for one another by the coders; their union is CheXpert's "Support Devices".
  'support device': {
    heads: {
      'Catheters, Indwelling': always,
      'Implanted Medical Device': always,
      'Medical Device': always,
      'Tube, Inserted': always,
      Stents: always,
    },
    concepts: [
      'support device',
      'endotracheal tube',
      'tracheostomy tube',
      'central venous catheter',
      'nasogastric tube',
      'pacemaker',
      'chest tube',
      'prosthetic valve',
      'stent',
      'intra-aortic balloon pump',
      'vascular filter',
      'ventriculoperitoneal shunt',
    ],
  },
  'elevated diaphragm': {
    heads: { Diaphragm: withAny('elevated'), 'Diaphragmatic Eventration': always },
    concepts: ['elevated diaphragm'],
  },
  'flattened diaphragm': { heads: { Diaphragm: withAny('flattened') }, concepts: ['flattened diaphragm'] },
  'airspace disease': { heads: { 'Airspace Disease': always }, concepts: ['airspace disease'] },
  scoliosis: { heads: { Scoliosis: always }, concepts: ['scoliosis'] },
  'surgical material': {
    heads: { 'Surgical Instruments': always, Sutures: always },
    concepts: ['surgical clips', 'sternal wires'],
  },
  'lung nodule': { heads: { Nodule: always }, concepts: ['lung nodule'] },
  'vascular congestion': { heads: { 'Pulmonary Congestion': always }, concepts: ['vascular congestion'] },
  fracture: { heads: { 'Fractures, Bone': always }, concepts: ['fracture'] },
  'costophrenic blunting': {
    heads: { 'Costophrenic Angle': withAny('blunted') },
    concepts: ['costophrenic blunting'],
  },
  'vertebral compression': {
    heads: { Deformity: withAny('vertebra') },
    concepts: ['vertebral compression'],
  },
  infiltrate: { heads: { Infiltrate: always }, concepts: ['infiltrate'] },
  emphysema: {
    heads: { Emphysema: always, 'Pulmonary Emphysema': always, 'Bullous Emphysema': always },
    concepts: ['emphysema'],
  },
  copd: { heads: { 'Pulmonary Disease, Chronic Obstructive': always }, concepts: ['copd'] },
  'pulmonary edema': { heads: { 'Pulmonary Edema': always }, concepts: ['pulmonary edema'] },
  'hiatal hernia': { heads: { 'Hernia, Hiatal': always }, concepts: ['hiatal hernia'] },
  'pleural thickening': { heads: { Thickening: withAny('pleura') }, concepts: ['pleural thickening'] },
  pneumonia: { heads: { Pneumonia: always }, concepts: ['pneumonia'] },
  pneumothorax: {
    heads: { Pneumothorax: always, Hydropneumothorax: always, Hemopneumothorax: always },
    concepts: ['pneumothorax'],
  },
  consolidation: { heads: { Consolidation: always }, concepts: ['consolidation'] },
  'pulmonary fibrosis': {
    heads: { 'Pulmonary Fibrosis': always, Fibrosis: always },
    concepts: ['pulmonary fibrosis'],
  },
  'lung mass': { heads: { Mass: withAny('lung') }, concepts: ['lung mass'] },
  kyphosis: { heads: { Kyphosis: always }, concepts: ['kyphosis'] },
  osteopenia: {
    heads: { 'Bone Diseases, Metabolic': always, Osteoporosis: always },
    concepts: ['osteopenia'],
  },
  'heart failure': { heads: { 'Heart Failure': always }, concepts: ['heart failure'] },
};

/** The names that a report's codes stand for. */
export function namesOf(codes) {
  const names = new Set();
  for (const code of codes) {
    const [head, ...qualifiers] = code.split('/').map(part => part.trim());
    for (const [name, { heads }] of Object.entries(CODED)) {
      if (Object.hasOwn(heads, head) && heads[head](qualifiers)) names.add(name);
    }
  }
  return names;
}

/** The names that a report's mentions stand for. */
export function namesRead(mentions) {
  const present = mentions.filter(
    ({ type, polarity }) => polarity === 'affirmed' && (type === 'ABNORMALITY' || type === 'DISEASE'),
  );
  if (present.length === 0) return new Set(['normal']);
  const concepts = new Set(present.map(({ concept }) => concept));
  return new Set(
    Object.entries(CODED)
      .filter(([, { concepts: any }]) => any.some(concept => concepts.has(concept)))
      .map(([name]) => name),
  );
}
