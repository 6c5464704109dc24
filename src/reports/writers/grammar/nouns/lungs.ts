import type { NounTable } from './entry.js';

/** Findings and diseases of the lungs and the airways. */
export const LUNG_NOUNS: NounTable = {
  consolidation: {
    nouns: {
      consolidation: 6,
      'airspace consolidation': 4,
      'a consolidative opacity|consolidative opacities': 1,
      'alveolar consolidation': 1,
      'lung consolidation': 2,
    },
    denied: {
      consolidation: 4,
      'focal consolidation': 30,
      'a focal consolidation|focal consolidations': 2,
      'focal airspace consolidation': 11,
      'focal alveolar consolidation': 5,
      'focal pulmonary consolidation': 2,
      'focal lung consolidation': 2,
    },
  },
  'airspace disease': {
    nouns: { 'airspace disease': 12, 'air space disease': 1 },
    denied: { 'airspace disease': 3, 'focal airspace disease': 20, 'acute airspace disease': 1 },
  },
  infiltrate: {
    nouns: {
      'an infiltrate|infiltrates': 10,
      infiltration: 1,
      'an interstitial infiltrate|interstitial infiltrates': 1,
      'a pulmonary infiltrate|pulmonary infiltrates': 1,
    },
    denied: {
      'an infiltrate|infiltrates': 8,
      'a focal infiltrate|focal infiltrates': 9,
      'an acute infiltrate|acute infiltrates': 3,
    },
  },
  'lung opacity': {
    nouns: {
      'an opacity|opacities': 12,
      'an airspace opacity|airspace opacities': 4,
      'an interstitial opacity|interstitial opacities': 2,
      '+streaky opacities': 2,
      'a density|densities': 4,
      opacification: 1,
      'a pulmonary opacity|pulmonary opacities': 1,
      'a hazy opacity|hazy opacities': 1,
      'a parenchymal opacity|parenchymal opacities': 1,
    },
    denied: {
      'a focal airspace opacity|focal airspace opacities': 9,
      'a focal air space opacity|focal air space opacities': 5,
      'a suspicious pulmonary opacity|suspicious pulmonary opacities': 4,
      'an airspace opacity|airspace opacities': 2,
      'a focal opacity|focal opacities': 1,
    },
  },
  atelectasis: {
    nouns: {
      atelectasis: 22,
      'subsegmental atelectasis': 6,
      'linear atelectasis': 1,
      'streaky atelectasis': 1,
      '+atelectatic changes': 1,
      'discoid atelectasis': 1,
      'platelike atelectasis': 1,
      'bandlike atelectasis': 1,
    },
    denied: { atelectasis: 1 },
  },
  'lung nodule': {
    nouns: {
      'a nodule|nodules': 6,
      'a pulmonary nodule|pulmonary nodules': 2,
      'a lung nodule|lung nodules': 2,
    },
    denied: {
      'a nodule|nodules': 8,
      'a pulmonary nodule|pulmonary nodules': 2,
      'a suspicious pulmonary nodule|suspicious pulmonary nodules': 1,
      'a noncalcified nodule|noncalcified nodules': 1,
    },
    degrees: 'size',
  },
  'lung mass': {
    nouns: {
      'a mass|masses': 5,
      'a lung mass|lung masses': 2,
      'a pulmonary mass|pulmonary masses': 1,
      'a mass lesion|mass lesions': 1,
    },
    denied: {
      'a mass|masses': 10,
      'a pulmonary mass|pulmonary masses': 1,
      'a suspicious pulmonary mass|suspicious pulmonary masses': 1,
    },
    degrees: 'size',
  },
  'lung lesion': {
    nouns: {
      'a lung lesion|lung lesions': 1,
      'a pulmonary lesion|pulmonary lesions': 1,
      'a parenchymal lesion|parenchymal lesions': 1,
    },
    degrees: 'size',
  },
  cavity: {
    nouns: { 'a cavity|cavities': 4, cavitation: 1, 'a thick walled cavity|thick walled cavities': 1 },
    degrees: 'size',
  },
  granuloma: {
    nouns: { 'a granuloma|granulomas': 5, 'a calcified granuloma|calcified granulomas': 14 },
    denied: { 'a granuloma|granulomas': 1 },
    degrees: 'size',
  },
  calcification: {
    nouns: {
      'a calcification|calcifications': 8,
      'a parenchymal calcification|parenchymal calcifications': 1,
      'a calcified density|calcified densities': 1,
      'a calcific density|calcific densities': 1,
    },
    denied: { 'a calcification|calcifications': 1 },
    degrees: 'size',
  },
  'calcified lymph node': { nouns: { 'a calcified lymph node|calcified lymph nodes': 1 } },
  'interstitial thickening': {
    nouns: {
      'interstitial thickening': 2,
      'interstitial prominence': 9,
      '+increased interstitial markings': 8,
      '+prominent interstitial markings': 9,
      '+coarsened interstitial markings': 4,
      'septal thickening': 1,
      'peribronchial cuffing': 3,
    },
    denied: { 'interstitial thickening': 2, 'interstitial prominence': 2, 'peribronchial cuffing': 1 },
  },
  scarring: {
    nouns: {
      scarring: 14,
      'a scar|scars': 3,
      'parenchymal scarring': 1,
      'pulmonary scarring': 1,
      'linear scarring': 1,
      'bandlike scarring': 1,
    },
    denied: { scarring: 1 },
  },
  hyperinflation: {
    nouns: {
      hyperinflation: 5,
      hyperexpansion: 4,
      '+hyperexpanded lungs': 4,
      '+hyperinflated lungs': 3,
    },
    denied: { hyperinflation: 3, hyperexpansion: 2 },
  },
  'low lung volumes': {
    nouns: { '+low lung volumes': 15, hypoinflation: 2, '+diminished lung volumes': 1 },
    denied: { hypoinflation: 1 },
  },
  'vascular congestion': {
    nouns: {
      'pulmonary vascular congestion': 8,
      'vascular congestion': 3,
      'vascular engorgement': 4,
      'central vascular congestion': 2,
      'pulmonary venous congestion': 1,
    },
    denied: {
      'vascular congestion': 4,
      'pulmonary vascular congestion': 3,
      'pulmonary venous congestion': 2,
      'vascular engorgement': 1,
    },
  },
  bronchiectasis: { nouns: { bronchiectasis: 4, '+bronchiectatic changes': 1 } },
  'air bronchograms': { nouns: { '+air bronchograms': 1 } },
  'bronchial thickening': { nouns: { 'bronchial thickening': 1, 'airway thickening': 1 } },
  bulla: {
    nouns: { 'a bulla|bullae': 3, 'bullous change': 1 },
    degrees: 'size',
  },
  lucency: { nouns: { 'a lucency|lucencies': 1 }, degrees: 'size' },
  'volume loss': { nouns: { 'volume loss': 8, 'loss of lung volume': 1 } },
  pneumonia: {
    nouns: { pneumonia: 10, bronchopneumonia: 1, 'lung infection': 1 },
    denied: { pneumonia: 10, 'focal pneumonia': 1, 'lobar pneumonia': 1, bronchopneumonia: 1 },
  },
  'pulmonary edema': {
    nouns: {
      'pulmonary edema': 10,
      edema: 4,
      'interstitial edema': 7,
      'pulmonary interstitial edema': 2,
      'interstitial pulmonary edema': 2,
    },
    denied: { 'pulmonary edema': 10, edema: 5, 'overt pulmonary edema': 1 },
  },
  emphysema: { nouns: { emphysema: 8, '+emphysematous changes': 4, 'pulmonary emphysema': 1 } },
  'pulmonary fibrosis': {
    nouns: {
      'pulmonary fibrosis': 5,
      fibrosis: 6,
      '+fibrotic changes': 2,
      'interstitial fibrosis': 1,
    },
    denied: { 'pulmonary fibrosis': 1, fibrosis: 1 },
  },
  tuberculosis: {
    nouns: { tuberculosis: 4, 'pulmonary tuberculosis': 1 },
    denied: { tuberculosis: 2, 'active tuberculosis': 2 },
  },
  copd: {
    nouns: {
      COPD: 8,
      'chronic obstructive pulmonary disease': 2,
      'obstructive lung disease': 1,
      'chronic obstructive lung disease': 1,
    },
    denied: { COPD: 2, 'obstructive lung disease': 1 },
  },
  'lung cancer': {
    nouns: { 'lung cancer': 3, 'bronchogenic carcinoma': 1 },
    denied: { malignancy: 2, 'lung cancer': 1 },
  },
  metastasis: { nouns: { 'metastatic disease': 7, 'a metastasis|metastases': 2 } },
  'granulomatous disease': {
    nouns: {
      'granulomatous disease': 6,
      'old granulomatous disease': 4,
      'chronic granulomatous disease': 2,
      'a granulomatous process|granulomatous processes': 1,
    },
    denied: { 'granulomatous disease': 1 },
  },
  'septic emboli': { nouns: { '+septic emboli': 1 } },
  'pulmonary embolism': {
    nouns: { 'a pulmonary embolism': 1, 'a pulmonary embolus|pulmonary emboli': 1 },
  },
  'lung abscess': {
    nouns: { 'a lung abscess|lung abscesses': 1, 'a pulmonary abscess|pulmonary abscesses': 1 },
    degrees: 'size',
  },
  'covid pneumonia': { nouns: { 'COVID pneumonia': 1, 'COVID 19 pneumonia': 1 } },
  'lung resection': { nouns: { 'lung resection': 1, 'partial lung resection': 1 } },
  'lung transplant': { nouns: { 'a lung transplant': 1 } },
  pneumonitis: { nouns: { pneumonitis: 1 } },
  aspiration: { nouns: { aspiration: 1 } },
  bronchitis: { nouns: { bronchitis: 1 } },
  bronchiolitis: { nouns: { bronchiolitis: 1 } },
  'reactive airways disease': { nouns: { 'reactive airways disease': 1 } },
  'interstitial lung disease': { nouns: { 'interstitial lung disease': 1 } },
  sarcoidosis: { nouns: { sarcoidosis: 1 } },
  'pulmonary hypertension': { nouns: { 'pulmonary hypertension': 1 } },
  'pulmonary vascular disease': { nouns: { 'pulmonary vascular disease': 1 } },
  asbestosis: { nouns: { asbestosis: 1 } },
  'acute respiratory distress syndrome': { nouns: { 'acute respiratory distress syndrome': 1, ARDS: 1 } },
  'pulmonary hemorrhage': { nouns: { 'pulmonary hemorrhage': 1 } },
  'fungal infection': { nouns: { 'fungal infection': 1 } },
  'cystic fibrosis': { nouns: { 'cystic fibrosis': 1 } },
};
