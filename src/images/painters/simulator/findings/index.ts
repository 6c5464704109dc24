import {
  consolidation,
  groundGlass,
  infiltrate,
  lobarConsolidation,
  pneumonia,
  withBronchograms,
} from './airspace.js';
import { achalasia, contrastMaterial, distendedBowel, gallstone, interposedColon } from './belly.js';
import { boneLesion, clavicleFracture, ribFracture, vertebralCompression } from './bones.js';
import { azygosLobe, kyphosis, pectusDeformity } from './build.js';
import { epicardialFat, goiter, mediastinalMass, mediastinalShift } from './centre.js';
import {
  absentBreast,
  breastShadow,
  cervicalRib,
  nippleShadow,
  shoulderDegeneration,
  skinFold,
  softTissueCalcification,
  softTissueSwelling,
} from './chest-wall.js';
import { basalAtelectasis, plateAtelectasis, retrocardiacAtelectasis } from './collapse.js';
import { deviceKinds } from './devices.js';
import { alveolarEdema, interstitialEdema } from './edema.js';
import {
  effusion,
  layeringEffusion,
  loculatedEffusion,
  massiveEffusion,
  subpulmonicEffusion,
} from './effusion.js';
import { apicalFibrosis, basalFibrosis, linearFibrosis } from './fibrosis.js';
import { calcification, cavity, granuloma, mass, metastases, miliary, nodule } from './focal.js';
import { freeAir, pneumomediastinum, subcutaneousEmphysema } from './gas-outside.js';
import { hernia } from './hernia.js';
import { bulla, emphysema, hyperinflation } from './inflation.js';
import { bronchiectasis, interstitialThickening } from './interstitium.js';
import type { FindingKind } from './kind.js';
import { aorticCalcification, coronaryCalcification, valveCalcification } from './lime.js';
import { lowerLobeCollapse, lungCollapse, middleLobeCollapse, upperLobeCollapse } from './lobes.js';
import { foreignBody, lungTransplant, stent, vascularFilter } from './metal.js';
import { parents, shownAs } from './parents.js';
import { apicalCap, bluntedAngle, calcifiedPlaque, pleuralBand, pleuralPlaque } from './pleural-scars.js';
import {
  apicalPneumothorax,
  basalPneumothorax,
  hydropneumothorax,
  lateralPneumothorax,
  tensionPneumothorax,
} from './pneumothorax.js';
import { scarring } from './scarring.js';
import {
  cardiomegaly,
  elevatedDiaphragm,
  enlargedMediastinum,
  hilarEnlargement,
  lowVolumes,
  osteopenia,
  scoliosis,
  spineDegeneration,
  tortuousAorta,
  vascularCongestion,
} from './structure.js';

export { notPainted } from './not-painted.js';
export { parents, shownAs };

/** What each kind of finding does to the patient. */
export const findingKinds: Readonly<Record<string, FindingKind>> = {
  cardiomegaly,
  'free flowing effusion': effusion,
  'layering effusion': layeringEffusion,
  'subpulmonic effusion': subpulmonicEffusion,
  'loculated effusion': loculatedEffusion,
  'massive effusion': massiveEffusion,
  'apical pneumothorax': apicalPneumothorax,
  'lateral pneumothorax': lateralPneumothorax,
  'basal pneumothorax': basalPneumothorax,
  'tension pneumothorax': tensionPneumothorax,
  hydropneumothorax,
  'patchy consolidation': consolidation,
  'lobar consolidation': lobarConsolidation,
  'air bronchograms': withBronchograms,
  pneumonia,
  infiltrate,
  'ground glass opacity': groundGlass,
  'plate-like atelectasis': plateAtelectasis,
  'basal atelectasis': basalAtelectasis,
  'retrocardiac atelectasis': retrocardiacAtelectasis,
  'upper lobe collapse': upperLobeCollapse,
  'middle lobe collapse': middleLobeCollapse,
  'lower lobe collapse': lowerLobeCollapse,
  'lung collapse': lungCollapse,
  'interstitial edema': interstitialEdema,
  'alveolar edema': alveolarEdema,
  'vascular congestion': vascularCongestion,
  'lung nodule': nodule,
  'lung mass': mass,
  'multiple nodules': metastases,
  granuloma,
  calcification,
  cavity,
  'miliary pattern': miliary,
  emphysema,
  bulla,
  hyperinflation,
  'subcutaneous emphysema': subcutaneousEmphysema,
  pneumomediastinum,
  'basal fibrosis': basalFibrosis,
  'apical fibrosis': apicalFibrosis,
  'linear fibrosis': linearFibrosis,
  'interstitial thickening': interstitialThickening,
  bronchiectasis,
  scarring,
  'pleural band': pleuralBand,
  'blunted angle': bluntedAngle,
  'apical cap': apicalCap,
  'pleural plaque': pleuralPlaque,
  'calcified pleural plaque': calcifiedPlaque,
  'free air': freeAir,
  'hiatal hernia': hernia,
  'enlarged cardiomediastinum': enlargedMediastinum,
  'mediastinal mass': mediastinalMass,
  'mediastinal shift': mediastinalShift,
  goiter,
  'epicardial fat': epicardialFat,
  'hilar enlargement': hilarEnlargement,
  'aortic tortuosity': tortuousAorta,
  'aortic calcification': aorticCalcification,
  'coronary calcification': coronaryCalcification,
  'valve calcification': valveCalcification,
  'elevated diaphragm': elevatedDiaphragm,
  'low lung volumes': lowVolumes,
  'distended bowel': distendedBowel,
  'interposed colon': interposedColon,
  gallstone,
  achalasia,
  'contrast material': contrastMaterial,
  osteopenia,
  scoliosis,
  'spine degeneration': spineDegeneration,
  'vertebral compression': vertebralCompression,
  'bone lesion': boneLesion,
  'rib fracture': ribFracture,
  'clavicle fracture': clavicleFracture,
  'shoulder degeneration': shoulderDegeneration,
  'cervical rib': cervicalRib,
  kyphosis,
  'pectus deformity': pectusDeformity,
  'azygos lobe': azygosLobe,
  'nipple shadow': nippleShadow,
  'skin fold': skinFold,
  'breast shadow': breastShadow,
  'absent breast': absentBreast,
  'soft tissue swelling': softTissueSwelling,
  'soft tissue calcification': softTissueCalcification,
  stent,
  'vascular filter': vascularFilter,
  'foreign body': foreignBody,
  'lung transplant': lungTransplant,
  ...deviceKinds,
};

/** All concepts that can be shown. */
export const simulatorConcepts: ReadonlySet<string> = new Set([
  ...Object.keys(findingKinds),
  ...Object.keys(parents),
]);
