import { atelectasis, consolidation, edema, infiltrate, pneumonia } from './airspace.js';
import { aorticCalcification, fracture } from './bones.js';
import { deviceKinds } from './devices.js';
import { calcification, cavity, granuloma, hernia, mass, miliary, nodule, scarring } from './focal.js';
import { bronchiectasis, fibrosis, interstitialThickening } from './interstitium.js';
import type { FindingKind } from './kind.js';
import { effusion, freeAir, pleuralThickening, pneumothorax } from './pleura.js';
import {
  cardiomegaly,
  elevatedDiaphragm,
  emphysema,
  enlargedMediastinum,
  hilarEnlargement,
  hyperinflation,
  scoliosis,
  spineDegeneration,
  tortuousAorta,
  vascularCongestion,
} from './structure.js';

/** What each concept does to the patient. */
export const findingKinds: Readonly<Record<string, FindingKind>> = {
  cardiomegaly,
  'pleural effusion': effusion,
  pneumothorax,
  consolidation,
  pneumonia,
  infiltrate,
  atelectasis,
  'pulmonary edema': edema,
  'vascular congestion': vascularCongestion,
  'lung nodule': nodule,
  'lung mass': mass,
  granuloma,
  calcification,
  cavity,
  'miliary pattern': miliary,
  emphysema,
  hyperinflation,
  'pulmonary fibrosis': fibrosis,
  'interstitial thickening': interstitialThickening,
  bronchiectasis,
  scarring,
  'pleural thickening': pleuralThickening,
  'free air': freeAir,
  'hiatal hernia': hernia,
  'enlarged cardiomediastinum': enlargedMediastinum,
  'hilar enlargement': hilarEnlargement,
  'aortic tortuosity': tortuousAorta,
  'aortic calcification': aorticCalcification,
  'elevated diaphragm': elevatedDiaphragm,
  scoliosis,
  'spine degeneration': spineDegeneration,
  fracture,
  ...deviceKinds,
};

/** Concepts that are shown as one of several others, and how often as which. */
export const parents: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'lung opacity': { consolidation: 0.3, pneumonia: 0.3, infiltrate: 0.25, atelectasis: 0.15 },
  'lung lesion': { 'lung nodule': 0.6, 'lung mass': 0.3, cavity: 0.1 },
  'pleural abnormality': { 'pleural thickening': 1 },
  'support device': {
    'endotracheal tube': 0.2,
    'central venous catheter': 0.25,
    'nasogastric tube': 0.15,
    pacemaker: 0.15,
    'chest tube': 0.08,
    'sternal wires': 0.12,
    port: 0.05,
  },
  tuberculosis: { cavity: 0.4, scarring: 0.2, 'miliary pattern': 0.1, consolidation: 0.3 },
  copd: { emphysema: 0.6, hyperinflation: 0.4 },
  'heart failure': { 'pulmonary edema': 0.6, cardiomegaly: 0.4 },
  'lung cancer': { 'lung mass': 0.7, 'lung nodule': 0.3 },
  pneumonitis: { infiltrate: 0.6, 'interstitial thickening': 0.4 },
  'interstitial lung disease': { 'pulmonary fibrosis': 0.5, 'interstitial thickening': 0.5 },
};

/** All concepts that can be shown. */
export const simulatorConcepts: ReadonlySet<string> = new Set([
  ...Object.keys(findingKinds),
  ...Object.keys(parents),
]);
