import type { NounTable } from './entry.js';

/** Findings of the pleural spaces and of the diaphragm. */
export const PLEURA_NOUNS: NounTable = {
  'pleural effusion': {
    nouns: {
      'a pleural effusion|pleural effusions': 13,
      'an effusion|effusions': 4,
      'pleural fluid': 1,
    },
    denied: {
      'a pleural effusion|pleural effusions': 100,
      'a large pleural effusion|large pleural effusions': 20,
      'a definite pleural effusion|definite pleural effusions': 8,
      'an effusion|effusions': 23,
      'visible pleural fluid': 2,
      'a visible pleural effusion|visible pleural effusions': 1,
    },
    degrees: 'amount',
  },
  pneumothorax: {
    nouns: { 'a pneumothorax|pneumothoraces': 1 },
    denied: {
      'a pneumothorax|pneumothoraces': 40,
      'visible pneumothorax': 1,
      'visualized pneumothorax': 1,
    },
    degrees: 'amount',
  },
  'pleural thickening': {
    nouns: { 'pleural thickening': 18, 'pleural scarring': 4, 'thickening of the pleura': 1 },
    denied: { 'pleural thickening': 1 },
  },
  'pleural abnormality': {
    nouns: {
      'a pleural abnormality|pleural abnormalities': 1,
      'a pleural lesion|pleural lesions': 1,
      'pleural disease': 2,
    },
    denied: { 'pleural disease': 3, 'a pleural abnormality|pleural abnormalities': 1 },
  },
  'pleural plaque': {
    nouns: {
      'a pleural plaque|pleural plaques': 3,
      'a calcified pleural plaque|calcified pleural plaques': 1,
    },
    degrees: 'size',
  },
  'costophrenic blunting': {
    nouns: {
      'blunting of the {side} costophrenic angle': 10,
      'costophrenic angle blunting': 8,
      'costophrenic blunting': 1,
      'blunting of the {side} costophrenic sulcus': 1,
    },
    denied: { 'costophrenic angle blunting': 1, 'blunting of the costophrenic angles': 1 },
  },
  hemothorax: { nouns: { 'a hemothorax|hemothoraces': 1 }, degrees: 'amount' },
  empyema: { nouns: { empyema: 1 }, degrees: 'amount' },
  mesothelioma: { nouns: { mesothelioma: 1 } },
  pleurisy: { nouns: { pleurisy: 1 } },
  fibrothorax: { nouns: { fibrothorax: 1 } },
  'elevated diaphragm': {
    nouns: {
      'elevation of the {side} hemidiaphragm': 20,
      'hemidiaphragm elevation': 4,
      'eventration of the {side} hemidiaphragm': 4,
      'diaphragmatic elevation': 1,
    },
    denied: { 'hemidiaphragm elevation': 1, 'elevation of the hemidiaphragm': 1 },
  },
  'flattened diaphragm': {
    nouns: {
      'flattening of the {side} hemidiaphragm': 4,
      'flattening of the diaphragm': 6,
      'diaphragmatic flattening': 1,
    },
    denied: { 'diaphragmatic flattening': 1, 'flattening of the diaphragm': 2 },
  },
};
