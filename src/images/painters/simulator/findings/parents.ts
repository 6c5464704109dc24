import type { Random } from '../../../../base/index.js';
import type { Finding, View } from '../../../../data/index.js';

type Shares = Readonly<Record<string, number>>;

/** Concepts that are shown as one of several others, and how often as which; the text may narrow the choice. */
export const parents: Readonly<Record<string, Shares | ((finding: Finding, view: View) => Shares)>> = {
  'pleural effusion': ({ severity, site, side }, view): Shares => ({
    'free flowing effusion': 1,
    'layering effusion': view === 'AP supine' ? 0.8 : view === 'AP' ? 0.15 : 0,
    'subpulmonic effusion': view === 'PA' && site === undefined ? 0.1 : 0,
    'loculated effusion': site === 'apex' || site === 'upper zone' || site === 'mid zone' ? 3 : 0.06,
    'massive effusion': severity === 'severe' && side !== 'bilateral' ? 0.5 : 0,
  }),
  pneumothorax: ({ severity, site, side }, view): Shares => {
    const lying = view === 'AP supine';
    if (isHigh(site)) return { 'apical pneumothorax': 1 };
    if (site === 'base' || site === 'lower zone' || site === 'costophrenic angle' || site === 'lower lobe')
      return { 'basal pneumothorax': 1 };
    if (site === 'peripheral') return { 'lateral pneumothorax': 1 };
    return {
      'apical pneumothorax': lying ? 0.25 : 0.6,
      'lateral pneumothorax': 0.3,
      'basal pneumothorax': lying ? 0.6 : 0.06,
      'tension pneumothorax': severity === 'severe' && side !== 'bilateral' ? 0.35 : 0,
      hydropneumothorax: lying ? 0 : 0.06,
    };
  },
  consolidation: ({ extent }): Shares =>
    extent === undefined || extent === 'focal'
      ? { 'patchy consolidation': 0.65, 'lobar consolidation': 0.35 }
      : { 'patchy consolidation': 1 },
  atelectasis: ({ severity, site, extent, side }, view): Shares => {
    if (site === 'retrocardiac') return { 'retrocardiac atelectasis': 1 };
    const lobe =
      site === 'upper lobe' || site === 'middle lobe' || site === 'lower lobe' || site === 'lingula';
    const severe = severity === 'severe' || severity === 'moderate';
    const frontal = view === 'PA';
    return {
      'plate-like atelectasis': extent === 'diffuse' ? 0.1 : frontal ? 0.5 : 0.3,
      'basal atelectasis': isHigh(site) ? 0 : 0.35,
      // Who lies or sits in bed airs the left lower lobe least.
      'retrocardiac atelectasis': site === undefined && side !== 'right' ? (frontal ? 0.08 : 0.28) : 0,
      'lobar atelectasis': lobe ? 0.6 : severity === 'minimal' ? 0 : severe ? 0.3 : 0.08,
    };
  },
  'lobar atelectasis': ({ severity, site, side }): Shares => {
    const middle = side === 'left' ? 0 : 1;
    switch (site) {
      case 'lingula':
        return { 'upper lobe collapse': 1 };
      case 'middle lobe':
      case 'mid zone':
      case 'perihilar':
        return { 'middle lobe collapse': middle, 'upper lobe collapse': 1 - middle };
      case undefined:
        return {
          'lower lobe collapse': 0.57,
          'upper lobe collapse': 0.28,
          'middle lobe collapse': 0.08 * middle,
          'lung collapse': severity === 'severe' && side !== 'bilateral' ? 0.12 : 0,
        };
      default:
        return isHigh(site) ? { 'upper lobe collapse': 1 } : { 'lower lobe collapse': 1 };
    }
  },
  'pleural thickening': ({ site, extent }): Shares => {
    switch (site) {
      case 'apex':
        return { 'apical cap': 1 };
      case 'costophrenic angle':
      case 'base':
      case 'lower zone':
      case 'lower lobe':
        return { 'blunted angle': 1 };
      case undefined:
        return extent === 'diffuse'
          ? { 'blunted angle': 1 }
          : { 'blunted angle': 0.5, 'apical cap': 0.28, 'pleural band': 0.22 };
      default:
        return { 'pleural band': 1 };
    }
  },
  'pulmonary edema': ({ severity }): Shares => {
    const alveolar = { minimal: 0.15, mild: 0.35, moderate: 0.7, severe: 0.9, unsaid: 0.6 }[
      severity ?? 'unsaid'
    ];
    return { 'alveolar edema': alveolar, 'interstitial edema': 1 - alveolar };
  },
  'pulmonary fibrosis': ({ site, extent }): Shares => {
    if (isHigh(site)) return { 'apical fibrosis': 0.75, 'basal fibrosis': 0.25 };
    if (site !== undefined) return { 'basal fibrosis': 0.6, 'linear fibrosis': 0.4 };
    if (extent === 'diffuse') return { 'basal fibrosis': 1 };
    return { 'basal fibrosis': 0.55, 'apical fibrosis': 0.25, 'linear fibrosis': 0.2 };
  },
  fracture: { 'rib fracture': 0.85, 'clavicle fracture': 0.15 },
  'lung opacity': {
    consolidation: 0.3,
    pneumonia: 0.3,
    infiltrate: 0.15,
    'ground glass opacity': 0.1,
    atelectasis: 0.15,
  },
  'lung lesion': { 'lung nodule': 0.6, 'lung mass': 0.3, cavity: 0.1 },
  'pleural abnormality': { 'pleural thickening': 0.8, 'pleural plaque': 0.2 },
  'support device': {
    'endotracheal tube': 0.2,
    'central venous catheter': 0.25,
    'nasogastric tube': 0.15,
    pacemaker: 0.15,
    'chest tube': 0.08,
    'sternal wires': 0.12,
    port: 0.05,
  },
  'airspace disease': { consolidation: 0.5, pneumonia: 0.5 },
  aspiration: { pneumonia: 1 },
  'covid pneumonia': { 'ground glass opacity': 0.5, infiltrate: 0.2, pneumonia: 0.3 },
  'pulmonary hemorrhage': { 'ground glass opacity': 0.4, infiltrate: 0.2, consolidation: 0.4 },
  'acute respiratory distress syndrome': { 'alveolar edema': 0.8, 'ground glass opacity': 0.2 },
  'flattened diaphragm': { hyperinflation: 1 },
  lucency: { bulla: 1 },
  metastasis: { 'multiple nodules': 0.8, 'lung nodule': 0.2 },
  'septic emboli': { 'multiple nodules': 0.7, cavity: 0.3 },
  'fungal infection': { cavity: 0.4, 'lung nodule': 0.3, consolidation: 0.3 },
  sarcoidosis: { 'hilar enlargement': 1 },
  lymphadenopathy: { 'hilar enlargement': 0.7, 'enlarged cardiomediastinum': 0.3 },
  lymphoma: { 'mediastinal mass': 0.6, 'enlarged cardiomediastinum': 0.4 },
  'pulmonary hypertension': { 'hilar enlargement': 1 },
  'prominent pulmonary arteries': { 'hilar enlargement': 1 },
  'pulmonary vascular disease': { 'hilar enlargement': 1 },
  'granulomatous disease': { granuloma: 0.6, calcification: 0.4 },
  'calcified lymph node': { calcification: 1 },
  'volume loss': { atelectasis: 1 },
  'lung resection': { 'lobar atelectasis': 1 },
  'costophrenic blunting': { 'pleural effusion': 0.6, 'blunted angle': 0.4 },
  hemothorax: { 'pleural effusion': 1 },
  empyema: { 'loculated effusion': 0.6, 'pleural effusion': 0.4 },
  fibrothorax: { 'pleural thickening': 1 },
  mesothelioma: { 'pleural thickening': 0.7, 'loculated effusion': 0.3 },
  asbestosis: { 'calcified pleural plaque': 0.4, 'pleural plaque': 0.3, 'basal fibrosis': 0.3 },
  'bronchial thickening': { 'interstitial thickening': 0.6, bronchiectasis: 0.4 },
  bronchitis: { 'interstitial thickening': 1 },
  bronchiolitis: { 'interstitial thickening': 1 },
  'cystic fibrosis': { bronchiectasis: 1 },
  'lung abscess': { cavity: 1 },
  'aortic enlargement': { 'aortic tortuosity': 1 },
  'aortic aneurysm': { 'aortic tortuosity': 1 },
  'pericardial effusion': { cardiomegaly: 1 },
  cardiomyopathy: { cardiomegaly: 1 },
  'coronary bypass': { 'sternal wires': 1 },
  'rib deformity': { 'rib fracture': 1 },
  tuberculosis: { cavity: 0.3, 'apical fibrosis': 0.3, 'miliary pattern': 0.1, consolidation: 0.3 },
  copd: { emphysema: 0.6, hyperinflation: 0.4 },
  'heart failure': { 'pulmonary edema': 0.6, cardiomegaly: 0.4 },
  'lung cancer': { 'lung mass': 0.7, 'lung nodule': 0.3 },
  pneumonitis: { infiltrate: 0.3, 'ground glass opacity': 0.3, 'interstitial thickening': 0.4 },
  arthritis: ({ side }): Shares => ({
    'shoulder degeneration': 1,
    // The spine has no side.
    'spine degeneration': side === undefined ? 1.5 : 0,
  }),
  'reactive airways disease': { hyperinflation: 0.5, 'bronchial thickening': 0.5 },
  'aortic injury': { 'enlarged cardiomediastinum': 1 },
  'valvular heart disease': { cardiomegaly: 0.7, 'valve calcification': 0.3 },
  'congenital heart disease': { cardiomegaly: 0.5, 'prominent pulmonary arteries': 0.5 },
  'coronary artery disease': { 'coronary calcification': 0.7, cardiomegaly: 0.3 },
  osteomyelitis: { 'bone lesion': 1 },
  pleurisy: { 'costophrenic blunting': 1 },
  'bowel obstruction': { 'distended bowel': 1 },
  'interstitial lung disease': { 'pulmonary fibrosis': 0.5, 'interstitial thickening': 0.5 },
};

function isHigh(site: Finding['site']): boolean {
  return site === 'apex' || site === 'upper zone' || site === 'upper lobe';
}

/** The kind of finding as which a finding of the text is shown: its concept, or drawn among those that fit. */
export function shownAs(finding: Finding, view: View, random: Random): string {
  let concept = finding.concept;
  for (let depth = 0; depth < 4 && Object.hasOwn(parents, concept); depth++) {
    const shares = parents[concept]!;
    concept = random.fork(concept).weighted(typeof shares === 'function' ? shares(finding, view) : shares);
  }
  return concept;
}
