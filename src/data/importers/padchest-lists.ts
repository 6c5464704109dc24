/**
 * Names of classes of PadChest that evaluations score apart, as the source spells them (facts from the test protocol of
 * MAVL: Phan et al., CVPR 2024, arXiv 2403.07636). Its class "edema" is PadChest's "pulmonary edema".
 */

/** Classes that reports for pre-training (MIMIC-CXR) name often. */
const seen = [
  'normal',
  'pleural effusion',
  'pacemaker',
  'atelectasis',
  'pneumonia',
  'consolidation',
  'cardiomegaly',
  'emphysema',
  'nodule',
  'pulmonary edema',
  'pneumothorax',
  'fracture',
  'mass',
  'catheter',
] as const;

/** Classes that few pictures of the set show. */
const rare = [
  'suture material',
  'sternotomy',
  'supra aortic elongation',
  'metal',
  'abnormal foreign body',
  'central venous catheter via jugular vein',
  'vertebral anterior compression',
  'diaphragmatic eventration',
  'calcified densities',
  'volume loss',
  'single chamber device',
  'vertebral compression',
  'bullas',
  'axial hyperostosis',
  'aortic button enlargement',
  'calcified granuloma',
  'clavicle fracture',
  'dual chamber device',
  'mediastinic lipomatosis',
  'esophagic dilatation',
  'azygoesophageal recess shift',
  'breast mass',
  'round atelectasis',
  'surgery humeral',
  'aortic aneurysm',
  'nephrostomy tube',
  'sternoclavicular junction hypertrophy',
  'pulmonary artery hypertension',
  'pleural mass',
  'empyema',
  'external foreign body',
  'respiratory distress',
  'total atelectasis',
  'ventriculoperitoneal drain tube',
  'right sided aortic arch',
  'aortic endoprosthesis',
  'cyst',
  'pulmonary venous hypertension',
  'double J stent',
] as const;

/** Classes that are not among the words of MAVL's pre-training, besides the rare ones, which are not either. */
const unseenBesides = [
  'hypoexpansion basal',
  'non axial articular degenerative changes',
  'multiple nodules',
  'COPD signs',
  'mediastinal shift',
  'hiatal hernia',
  'central venous catheter',
  'ground glass pattern',
  'surgery lung',
  'miliary opacities',
  'sclerotic bone lesion',
  'pleural plaques',
  'osteosynthesis material',
  'calcified mediastinal adenopathy',
  'apical pleural thickening',
  'aortic elongation',
  'major fissure thickening',
  'callus rib fracture',
  'cervical rib',
  'loculated pleural effusion',
  'flattened diaphragm',
] as const;

export const padchestLists: Readonly<Record<'seen' | 'rare' | 'unseen', readonly string[]>> = {
  seen,
  rare,
  unseen: [...unseenBesides, ...rare],
};
