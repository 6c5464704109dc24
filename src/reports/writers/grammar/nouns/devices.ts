import type { NounTable } from './entry.js';

/** Things that were put into the chest or are seen on it. */
export const DEVICE_NOUNS: NounTable = {
  'support device': {
    nouns: { 'a support device|support devices': 1, 'a medical device|medical devices': 1 },
    denied: { 'a support device|support devices': 1 },
  },
  'endotracheal tube': { nouns: { 'an endotracheal tube': 3, 'an ET tube': 1 } },
  'tracheostomy tube': { nouns: { 'a tracheostomy tube': 4, 'a tracheostomy cannula': 1 } },
  'central venous catheter': {
    nouns: {
      'a central venous catheter|central venous catheters': 4,
      'a central line|central lines': 1,
      'a PICC line': 4,
      'a central venous line|central venous lines': 1,
      'a venous catheter|venous catheters': 2,
    },
    denied: { 'a central venous catheter|central venous catheters': 2, 'a central line|central lines': 1 },
  },
  'nasogastric tube': {
    nouns: { 'a nasogastric tube': 3, 'an enteric tube': 3, 'a feeding tube': 2, 'an NG tube': 2 },
  },
  pacemaker: {
    nouns: {
      'a pacemaker|pacemakers': 6,
      'a cardiac pacemaker|cardiac pacemakers': 3,
      'a defibrillator|defibrillators': 3,
      'an ICD|ICDs': 2,
      'a pacing device|pacing devices': 1,
    },
    denied: { 'a pacemaker|pacemakers': 1 },
  },
  'chest tube': {
    nouns: {
      'a chest tube|chest tubes': 6,
      'a thoracostomy tube|thoracostomy tubes': 1,
      'a pleural drain|pleural drains': 1,
    },
  },
  'sternal wires': {
    nouns: { '+sternal wires': 1, '+median sternotomy wires': 4, '+sternotomy wires': 3 },
  },
  'surgical clips': { nouns: { '+surgical clips': 1 } },
  'spinal hardware': {
    nouns: { 'spinal hardware': 1, 'spinal fixation': 1, 'spinal fusion': 2 },
  },
  'coronary bypass': { nouns: { 'a coronary artery bypass graft': 1, 'a coronary bypass graft': 1 } },
  'prosthetic valve': { nouns: { 'a prosthetic valve|prosthetic valves': 2, 'a prosthetic heart valve': 1 } },
  stent: { nouns: { 'a stent|stents': 3, 'a vascular stent|vascular stents': 1 } },
  'shoulder prosthesis': { nouns: { 'a shoulder prosthesis|shoulder prostheses': 1 } },
  'foreign body': {
    nouns: { 'a foreign body|foreign bodies': 3, 'a radiopaque foreign body|radiopaque foreign bodies': 1 },
  },
  'intra-aortic balloon pump': { nouns: { 'an intra-aortic balloon pump': 1 } },
  'vascular filter': { nouns: { 'a vascular filter': 1 } },
  'ventriculoperitoneal shunt': {
    nouns: { 'a ventriculoperitoneal shunt': 1, 'a VP shunt': 2 },
  },
  'contrast material': { nouns: { 'contrast material': 1, 'oral contrast': 1 } },
};
