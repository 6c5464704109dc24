/** Where a thing ends or lies, by the part of the body that a plan names with it. */
export const PLACES_OF_DEVICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'endotracheal tube': { carina: 'with its tip above the carina', trachea: 'with its tip in the trachea' },
  'tracheostomy tube': { trachea: 'in the trachea', carina: 'with its tip above the carina' },
  'central venous catheter': {
    'superior vena cava': 'with its tip in the superior vena cava',
    'right atrium': 'with its tip in the right atrium',
    'brachiocephalic vein': 'with its tip in the brachiocephalic vein',
    'subclavian vein': 'in the subclavian vein',
    'jugular vein': 'in the jugular vein',
  },
  'nasogastric tube': { stomach: 'with its tip in the stomach', esophagus: 'in the esophagus' },
  pacemaker: {
    'right ventricle': 'with its lead in the right ventricle',
    'right atrium': 'with its lead in the right atrium',
  },
  'surgical clips': {
    axilla: 'in the axilla',
    'upper quadrant': 'in the upper quadrant',
    mediastinum: 'in the mediastinum',
    neck: 'in the neck',
    breast: 'in the breast',
  },
  'sternal wires': { sternum: 'in the sternum' },
  'calcified lymph node': { hilum: 'in the hilum', mediastinum: 'in the mediastinum' },
  lymphadenopathy: { mediastinum: 'in the mediastinum', hilum: 'in the hilum' },
  fracture: { clavicle: 'of the clavicle', humerus: 'of the humerus', scapula: 'of the scapula' },
  'contrast material': { stomach: 'in the stomach', bowel: 'in the bowel' },
  stent: { 'coronary artery': 'in the coronary artery' },
  'bone lesion': {
    rib: 'in the rib',
    humerus: 'in the humerus',
    scapula: 'in the scapula',
    clavicle: 'in the clavicle',
  },
};
