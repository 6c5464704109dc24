import { GROUPS } from './groups.js';

/**
 * What one report cannot say together, as data. A statement is a concept with a sign: `+` it is there (or, for a
 * normal statement, it is so), `-` it is denied. `@name` stands for a group (`groups.ts`), `*` for every finding,
 * and `~words` for every finding whose name holds these words and that no rule names: what a user's bank knows and the
 * shipped one does not.
 *
 * To these come the `excludes` of the bank, places that exclude each other (`places.ts`), and three things that hold for all
 * concepts: none is said twice, also not in opposite words (`words.ts`); none is said and denied; and what is denied is not
 * there under a longer name ("no fracture", "rib fracture").
 */
export interface Rule {
  readonly one: readonly string[];
  readonly other: readonly string[];
}

export const RULES: readonly Rule[] = [
  // A normal statement against what it denies.
  { one: ['+normal chest'], other: ['+*'] },
  {
    one: ['+clear lungs'],
    other: [
      '+@lungs',
      '~lung',
      '~lungs',
      '~lobe',
      '~pulmonary',
      '~parenchymal',
      '~air space',
      '~airspace',
      '~interstitial',
      '~infiltrates',
      '~opacities',
    ],
  },
  {
    one: ['+normal heart size'],
    other: [
      '+@heart',
      '~atrial enlargement',
      '~ventricular enlargement',
      '~heart enlargement',
      '~cardiac enlargement',
    ],
  },
  {
    one: ['+normal mediastinum'],
    other: [
      '+@mediastinum',
      '+@heart',
      '~mediastinum',
      '~mediastinal',
      '~paratracheal',
      '~cardiomediastinal',
    ],
  },
  {
    one: ['+normal pulmonary vasculature'],
    other: ['+@vessels', '~vascular marking', '~vascular congestion', '~pulmonary vascular'],
  },
  { one: ['+normal hila'], other: ['+@hilum', '~hilar', '~hilum', '~hila'] },
  {
    one: ['+intact bones'],
    other: [
      '+@bones',
      '~bone',
      '~bony',
      '~osseous',
      '~skeletal',
      '~rib',
      '~clavicle',
      '~humerus',
      '~sternum',
      '~fracture',
      '~fractures',
      '~vertebral',
      '~vertebra',
      '~spine',
      '~cortical',
      '~trabecular',
      '~endplate',
    ],
  },
  {
    one: ['+normal spine'],
    other: [
      '+@spine',
      '+osteopenia',
      '~spine',
      '~spinal',
      '~vertebral',
      '~vertebra',
      '~endplate',
      '~lordosis',
    ],
  },
  { one: ['+sharp costophrenic angles'], other: ['+@pleura', '+elevated diaphragm'] },
  { one: ['+normal pleura'], other: ['+@pleura', '~pleural', '~pleura'] },
  {
    one: ['+normal diaphragm'],
    other: [
      '+elevated diaphragm',
      '+flattened diaphragm',
      '+hyperinflation',
      '+free air',
      '+hiatal hernia',
      '~diaphragm',
      '~hemidiaphragm',
      '~diaphragmatic',
    ],
  },
  {
    one: ['+normal lung volumes'],
    other: [
      '+hyperinflation',
      '+low lung volumes',
      '+emphysema',
      '+copd',
      '+atelectasis',
      '+volume loss',
      '+lung resection',
    ],
  },
  { one: ['+normal aorta'], other: ['+@aorta', '~aorta', '~aortic'] },
  {
    one: ['+midline trachea'],
    other: [
      '+mediastinal shift',
      '+goiter',
      '+volume loss',
      '+lung resection',
      '+tracheostomy tube',
      '~trachea',
      '~tracheal',
    ],
  },
  { one: ['+normal soft tissues'], other: ['+@soft tissues', '~soft tissue', '~soft tissues'] },
  {
    one: ['+normal upper abdomen'],
    other: ['+@abdomen', '~abdominal', '~abdomen', '~bowel', '~stomach', '~hepatic', '~liver', '~spleen'],
  },
  // What is there against its genus, or its sign, denied.
  { one: ['-lung opacity'], other: ['+@airspace', '+@nodular', '+@interstitial'] },
  { one: ['-airspace disease'], other: ['+@airspace'] },
  {
    one: ['-infiltrate'],
    other: [
      '+consolidation',
      '+airspace disease',
      '+pneumonia',
      '+covid pneumonia',
      '+pneumonitis',
      '+tuberculosis',
      '+aspiration',
    ],
  },
  {
    one: ['-consolidation'],
    other: [
      '+airspace disease',
      '+pneumonia',
      '+covid pneumonia',
      '+acute respiratory distress syndrome',
      '+air bronchograms',
    ],
  },
  { one: ['-pneumonia'], other: ['+consolidation', '+infiltrate', '+airspace disease', '+covid pneumonia'] },
  {
    one: ['-interstitial thickening'],
    other: ['+pulmonary fibrosis', '+interstitial lung disease', '+asbestosis', '+bronchial thickening'],
  },
  {
    one: ['-interstitial lung disease'],
    other: ['+pulmonary fibrosis', '+asbestosis', '+interstitial thickening'],
  },
  { one: ['-pulmonary fibrosis'], other: ['+interstitial lung disease', '+asbestosis', '+scarring'] },
  { one: ['-scarring'], other: ['+pulmonary fibrosis', '+granulomatous disease'] },
  { one: ['-bronchial thickening'], other: ['+bronchitis', '+bronchiectasis'] },
  { one: ['-lung lesion'], other: ['+@nodular'] },
  {
    one: ['-lung nodule'],
    other: ['+granuloma', '+metastasis', '+granulomatous disease', '+lung lesion', '+septic emboli'],
  },
  { one: ['-lung mass'], other: ['+lung cancer', '+lung lesion'] },
  { one: ['-lung cancer'], other: ['+lung mass', '+metastasis', '+mesothelioma'] },
  { one: ['-metastasis'], other: ['+lung cancer'] },
  { one: ['-cavity'], other: ['+lung abscess'] },
  { one: ['-calcification'], other: ['+granuloma', '+calcified lymph node', '+granulomatous disease'] },
  { one: ['-granuloma'], other: ['+granulomatous disease'] },
  {
    one: ['-granulomatous disease'],
    other: ['+granuloma', '+calcified lymph node', '+tuberculosis', '+sarcoidosis'],
  },
  { one: ['-pleural abnormality'], other: ['+@pleura'] },
  {
    one: ['-pleural thickening'],
    other: ['+pleural plaque', '+fibrothorax', '+mesothelioma', '+pleural abnormality'],
  },
  { one: ['-pleural plaque'], other: ['+asbestosis'] },
  { one: ['-costophrenic blunting'], other: ['+pleural effusion', '+hemothorax', '+empyema'] },
  {
    one: ['-pleural effusion'],
    other: ['+empyema', '+hemothorax', '+costophrenic blunting', '+pleural abnormality'],
  },
  { one: ['-hyperinflation'], other: ['+emphysema', '+copd'] },
  { one: ['-copd'], other: ['+emphysema', '+hyperinflation'] },
  { one: ['-emphysema'], other: ['+copd', '+bulla', '+hyperinflation'] },
  { one: ['-vascular congestion'], other: ['+pulmonary edema', '+heart failure'] },
  { one: ['-pulmonary edema'], other: ['+heart failure', '+acute respiratory distress syndrome'] },
  { one: ['-heart failure'], other: ['+pulmonary edema', '+vascular congestion', '+cardiomyopathy'] },
  { one: ['-cardiomegaly'], other: ['+@heart'] },
  {
    one: ['-enlarged cardiomediastinum'],
    other: [
      '+cardiomegaly',
      '+mediastinal mass',
      '+aortic aneurysm',
      '+lymphadenopathy',
      '+pericardial effusion',
    ],
  },
  { one: ['-mediastinal mass'], other: ['+lymphadenopathy', '+lymphoma', '+goiter'] },
  {
    one: ['-lymphadenopathy'],
    other: ['+calcified lymph node', '+hilar enlargement', '+sarcoidosis', '+lymphoma'],
  },
  { one: ['-hilar enlargement'], other: ['+@hilum'] },
  { one: ['-mediastinal shift'], other: ['+lung resection'] },
  { one: ['-volume loss'], other: ['+atelectasis', '+lung resection', '+low lung volumes', '+fibrothorax'] },
  { one: ['-atelectasis'], other: ['+volume loss'] },
  { one: ['-fracture'], other: ['+vertebral compression', '+rib deformity'] },
  { one: ['-vertebral compression'], other: ['+kyphosis'] },
  { one: ['-bone lesion'], other: ['+metastasis', '+osteomyelitis', '+fracture'] },
  { one: ['-spine degeneration'], other: ['+arthritis'] },
  { one: ['-arthritis'], other: ['+spine degeneration', '+shoulder degeneration'] },
  { one: ['-support device'], other: ['+@devices', '+spinal hardware', '+shoulder prosthesis'] },
  { one: ['-foreign body'], other: ['+surgical clips', '+@devices'] },
  { one: ['-aortic enlargement'], other: ['+aortic aneurysm', '+aortic tortuosity'] },
  { one: ['-aortic aneurysm'], other: ['+aortic enlargement'] },
  { one: ['-distended bowel'], other: ['+bowel obstruction'] },
  { one: ['-lucency'], other: ['+bulla', '+emphysema', '+cavity'] },
  { one: ['-bulla'], other: ['+emphysema', '+lucency'] },
  { one: ['-pulmonary hypertension'], other: ['+prominent pulmonary arteries'] },
  { one: ['-prominent pulmonary arteries'], other: ['+pulmonary hypertension'] },
  { one: ['-reactive airways disease'], other: ['+bronchitis', '+bronchiolitis'] },
  // Findings that do not meet in one chest.
  { one: ['+low lung volumes'], other: ['+hyperinflation', '+emphysema', '+copd', '+flattened diaphragm'] },
  { one: ['+elevated diaphragm'], other: ['+flattened diaphragm', '+hyperinflation'] },
  { one: ['+endotracheal tube'], other: ['+tracheostomy tube'] },
  { one: ['+lung resection'], other: ['+lung transplant'] },
  { one: ['+cardiomegaly'], other: ['~small heart', '~small cardiac silhouette', '~decreased heart size'] },
  {
    one: ['+low lung volumes'],
    other: ['~increased lung volume', '~increased lung volumes', '~hyperexpansion'],
  },
  {
    one: ['+hyperinflation'],
    other: ['~decreased lung volume', '~decreased lung volumes', '~hypoinflation'],
  },
  { one: ['+osteopenia'], other: ['~increased bone density', '~osteosclerosis'] },
  { one: ['+vascular congestion'], other: ['~oligemia', '~decreased pulmonary vascularity'] },
  { one: ['+lung transplant'], other: ['~native lung'] },
  // A genus beside its kind would count one thing twice.
  { one: ['+support device'], other: ['+@devices'] },
  { one: ['+lung lesion'], other: ['+lung nodule', '+lung mass'] },
  { one: ['+pleural abnormality'], other: ['+@pleura'] },
];

/** `+@lungs` as the statements of its members; any other statement as itself. */
export function unfold(statement: string): string[] {
  if (statement[1] !== '@') return [statement];
  const group = statement.slice(2);
  const members = GROUPS[group];
  if (members === undefined) throw new Error(`the rules name an unknown group "${group}"`);
  return members.flatMap(member => unfold(`${statement[0]}${member}`));
}

/** A group (`@name`) as its concepts, a concept as itself. */
export function conceptsOf(name: string): string[] {
  return unfold(`+${name}`).map(statement => statement.slice(1));
}

/** The concepts that the rules name. What they do not name goes by its words. */
export function namedByRules(rules: readonly Rule[] = RULES): Set<string> {
  const statements = rules.flatMap(({ one, other }) => [...one, ...other]).flatMap(unfold);
  return new Set(
    statements.filter(statement => /^[+-][^*]/.test(statement)).map(statement => statement.slice(1)),
  );
}

/** Longest phrase of a concept, in words, that another concept is looked for in. */
const LONGEST_PHRASE = 6;

/** All phrases of one to six words within a concept, the whole of it included where it is no longer. */
export function phrasesOf(concept: string): string[] {
  const words = concept.split(' ');
  return words.flatMap((_, start) =>
    Array.from({ length: Math.min(LONGEST_PHRASE, words.length - start) }, (__, length) =>
      words.slice(start, start + length + 1).join(' '),
    ),
  );
}
