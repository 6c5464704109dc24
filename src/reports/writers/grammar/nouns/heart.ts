import type { NounTable } from './entry.js';

/** Findings of the heart. */
export const HEART_NOUNS: NounTable = {
  cardiomegaly: {
    nouns: {
      cardiomegaly: 30,
      'cardiac enlargement': 2,
      'enlargement of the cardiac silhouette': 2,
      'enlargement of the heart': 1,
    },
    denied: { cardiomegaly: 1, 'cardiac enlargement': 1 },
  },
  'pericardial effusion': {
    nouns: { 'a pericardial effusion': 5, 'pericardial fluid': 1 },
    degrees: 'amount',
  },
  'heart failure': {
    nouns: { 'congestive heart failure': 5, 'heart failure': 4, CHF: 2 },
    denied: { 'heart failure': 5, 'overt heart failure': 2, CHF: 2, 'congestive heart failure': 1 },
  },
  cardiomyopathy: { nouns: { cardiomyopathy: 1 } },
  'valve calcification': { nouns: { 'valve calcification': 1, 'valvular calcification': 1 } },
  'coronary calcification': {
    nouns: { 'coronary artery calcification': 2, 'coronary calcification': 1 },
  },
  'coronary artery disease': { nouns: { 'coronary artery disease': 1 } },
  'valvular heart disease': { nouns: { 'valvular heart disease': 1, 'valvular disease': 1 } },
  'congenital heart disease': { nouns: { 'congenital heart disease': 1 } },
  'epicardial fat': {
    nouns: { 'epicardial fat': 4, 'an epicardial fat pad|epicardial fat pads': 1, 'pericardial fat': 1 },
  },
};

/** Findings of the mediastinum, the hila and the great vessels. */
export const MEDIASTINUM_NOUNS: NounTable = {
  'enlarged cardiomediastinum': {
    nouns: {
      'mediastinal widening': 3,
      'cardiomediastinal enlargement': 1,
      'widening of the mediastinum': 2,
      'a widened mediastinum': 2,
    },
    denied: { 'mediastinal widening': 10, 'widening of the mediastinum': 1 },
  },
  'mediastinal mass': {
    nouns: {
      'a mediastinal mass|mediastinal masses': 3,
      'an anterior mediastinal mass|anterior mediastinal masses': 1,
    },
    degrees: 'size',
  },
  'mediastinal shift': {
    nouns: { 'mediastinal shift': 1 },
    denied: { 'mediastinal shift': 4, 'significant mediastinal shift': 1 },
  },
  'hilar enlargement': {
    nouns: {
      'hilar enlargement': 2,
      'hilar prominence': 1,
      'prominence of the {side} hilum': 3,
      'hilar fullness': 2,
    },
    denied: { 'hilar enlargement': 1, 'hilar prominence': 1 },
  },
  lymphadenopathy: {
    nouns: { lymphadenopathy: 5, adenopathy: 4 },
    denied: { adenopathy: 10, lymphadenopathy: 1 },
  },
  'prominent pulmonary arteries': {
    nouns: { '+prominent pulmonary arteries': 1, '+enlarged pulmonary arteries': 1 },
  },
  'aortic tortuosity': {
    nouns: {
      'aortic tortuosity': 1,
      'a tortuous aorta': 12,
      'a tortuous thoracic aorta': 3,
      'tortuosity of the thoracic aorta': 6,
      'tortuosity of the aorta': 2,
      'aortic ectasia': 3,
      'unfolding of the thoracic aorta': 3,
    },
    denied: { 'aortic tortuosity': 2, 'tortuosity of the aorta': 1 },
  },
  'aortic calcification': {
    nouns: {
      'aortic calcification': 3,
      '+atherosclerotic changes': 6,
      '+atherosclerotic calcifications': 5,
      'atherosclerotic vascular calcification': 3,
      'calcification of the aorta': 2,
      'calcification of the aortic arch': 2,
    },
    denied: { 'aortic calcification': 1 },
  },
  'aortic enlargement': {
    nouns: {
      'aortic enlargement': 1,
      'dilatation of the aorta': 2,
      'aortic dilatation': 1,
      'a dilated aorta': 2,
    },
    denied: { 'aortic dilatation': 1, 'aortic enlargement': 1 },
  },
  'aortic aneurysm': {
    nouns: { 'an aortic aneurysm': 4, 'a thoracic aortic aneurysm': 1 },
    degrees: 'size',
  },
  'aortic injury': { nouns: { 'aortic injury': 1 } },
  pneumomediastinum: { nouns: { pneumomediastinum: 1 }, degrees: 'amount' },
  'hiatal hernia': { nouns: { 'a hiatal hernia': 10, 'a hiatus hernia': 1 }, degrees: 'size' },
  goiter: { nouns: { 'a goiter': 3, 'thyroid enlargement': 1 }, degrees: 'size' },
  achalasia: { nouns: { achalasia: 1 } },
  lymphoma: { nouns: { lymphoma: 1 } },
};
