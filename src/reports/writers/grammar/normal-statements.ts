import type { Region } from './nouns/index.js';
import type { Weights } from './weighted.js';

/** How a normal statement is made. Weights as real reports (Open-i) use the words, on a coarse scale. */
export interface NormalWords {
  readonly region: Region;
  /** Whole sentences. */
  readonly full: Weights;
  /** Sentences without a verb. */
  readonly short: Weights;
  /** What may share a sentence with other subjects: "the heart size and [mediastinal contours] are normal". */
  readonly subjects?: Weights;
}

export const NORMALS: Readonly<Record<string, NormalWords>> = {
  'normal heart size': {
    region: 'heart',
    full: {
      'Heart size is normal.': 9,
      'The heart is normal in size.': 9,
      'Heart size is within normal limits.': 4,
      'The heart size is normal.': 4,
      'The cardiac silhouette is normal in size.': 2,
      'The heart is normal in size and contour.': 3,
      'Cardiac silhouette is within normal limits.': 1,
      'The heart size appears normal.': 1,
      'The heart is normal size.': 1,
      'Heart size is grossly within normal limits.': 1,
    },
    short: {
      'Heart size normal.': 7,
      'Normal heart size.': 6,
      'Heart size within normal limits.': 6,
      'Heart normal in size.': 1,
      'Normal cardiac silhouette.': 1,
    },
    subjects: { 'heart size': 10, heart: 6, 'cardiac silhouette': 2 },
  },
  'normal mediastinum': {
    region: 'mediastinum',
    full: {
      'The mediastinum is unremarkable.': 7,
      'Mediastinal contours are normal.': 4,
      'Mediastinal contours are within normal limits.': 2,
      'The mediastinal contour is within normal limits.': 2,
      'The mediastinum is within normal limits.': 1,
      'Mediastinal contour is unremarkable.': 1,
    },
    short: { 'Mediastinum normal.': 2, 'Normal mediastinal contours.': 3, 'Unremarkable mediastinum.': 1 },
    subjects: { mediastinum: 7, '+mediastinal contours': 9, 'mediastinal silhouette': 2 },
  },
  'normal hila': {
    region: 'mediastinum',
    full: {
      'The hila are unremarkable.': 2,
      'The hilar contours are normal.': 2,
      'Hilar contours are within normal limits.': 1,
    },
    short: { 'Normal hilar contours.': 2, 'Hila normal.': 1, 'Hila unremarkable.': 1 },
    subjects: { '+hilar contours': 3, '+hila': 1 },
  },
  'normal aorta': {
    region: 'mediastinum',
    full: {
      'The aorta is unremarkable.': 2,
      'The thoracic aorta is normal.': 1,
      'The aorta is normal in caliber.': 1,
    },
    short: { 'Aorta normal.': 1, 'Normal aortic contour.': 1, 'Aorta unremarkable.': 1 },
    subjects: { aorta: 2, 'aortic contour': 1 },
  },
  'normal pulmonary vasculature': {
    region: 'lungs',
    full: {
      'Pulmonary vascularity is within normal limits.': 4,
      'Pulmonary vascularity is normal.': 3,
      'Pulmonary vasculature is normal.': 3,
      'The pulmonary vasculature is within normal limits.': 1,
      'The pulmonary vasculature is unremarkable.': 1,
    },
    short: {
      'Normal pulmonary vascularity.': 4,
      'Pulmonary vasculature within normal limits.': 2,
      'Pulmonary vascularity normal.': 1,
      'Normal pulmonary vasculature.': 1,
    },
    subjects: { 'pulmonary vascularity': 9, 'pulmonary vasculature': 6 },
  },
  'clear lungs': {
    region: 'lungs',
    full: {
      'The lungs are clear.': 20,
      'Lungs are clear.': 10,
      'The lungs are clear bilaterally.': 7,
      'Both lungs are clear.': 4,
      'Lungs are clear bilaterally.': 3,
      'The lungs appear clear.': 2,
      'The lungs are grossly clear.': 1,
      'The lung fields are clear.': 1,
    },
    short: { 'Lungs are clear.': 10, 'Clear lungs.': 3, 'Lungs clear.': 2, 'Lungs grossly clear.': 1 },
    subjects: { '+lungs': 1 },
  },
  'normal lung volumes': {
    region: 'lungs',
    full: { 'Lung volumes are normal.': 3, 'The lung volumes are within normal limits.': 1 },
    short: { 'Normal lung volumes.': 2, 'Lung volumes normal.': 1 },
    subjects: { '+lung volumes': 1 },
  },
  'midline trachea': {
    region: 'mediastinum',
    full: { 'The trachea is midline.': 6, 'Trachea is midline.': 2, 'The trachea is in the midline.': 1 },
    short: { 'Trachea midline.': 2, 'Trachea is midline.': 1 },
  },
  'normal pleura': {
    region: 'pleura',
    full: {
      'The pleural spaces are clear.': 4,
      'Pleural spaces are clear.': 3,
      'The pleural spaces are normal.': 1,
    },
    short: { 'Pleural spaces clear.': 2, 'Normal pleural spaces.': 1, 'Clear pleural spaces.': 1 },
    subjects: { '+pleural spaces': 1 },
  },
  'sharp costophrenic angles': {
    region: 'pleura',
    full: {
      'The costophrenic angles are sharp.': 3,
      'Both costophrenic angles are sharp.': 1,
      'The costophrenic angles are clear.': 2,
      'Costophrenic angles are sharp bilaterally.': 1,
    },
    short: {
      'Costophrenic angles sharp.': 2,
      'Sharp costophrenic angles.': 1,
      'Clear costophrenic angles.': 1,
    },
  },
  'normal diaphragm': {
    region: 'pleura',
    full: {
      'The diaphragm is unremarkable.': 2,
      'The hemidiaphragms are normal.': 1,
      'The hemidiaphragms are unremarkable.': 1,
    },
    short: { 'Diaphragm normal.': 1, 'Diaphragm unremarkable.': 1 },
    subjects: { diaphragm: 2, '+hemidiaphragms': 1 },
  },
  'intact bones': {
    region: 'bones',
    full: {
      'Bony structures are intact.': 4,
      'The osseous structures are intact.': 3,
      'Visualized osseous structures appear intact.': 3,
      'The osseous structures appear intact.': 1,
      'There is no acute bony abnormality.': 3,
      'There are no acute bony findings.': 3,
      'There are no acute osseous abnormalities.': 1,
      'No acute bony abnormality is seen.': 1,
      'Bony structures appear intact.': 1,
      'Osseous structures are grossly intact.': 1,
    },
    short: {
      'No acute bony abnormality.': 5,
      'No acute bony abnormalities.': 3,
      'Osseous structures intact.': 2,
      'No acute osseous abnormality.': 2,
      'No acute bone abnormality.': 2,
      'Negative for acute bone abnormality.': 1,
      'No acute osseous findings.': 1,
      'Bones intact.': 1,
    },
    subjects: { 'bony thorax': 3, '+ribs': 1 },
  },
  'normal spine': {
    region: 'bones',
    full: {
      'The thoracic spine is unremarkable.': 2,
      'Vertebral body heights are maintained.': 2,
      'The thoracic spine appears normal.': 1,
    },
    short: {
      'Thoracic spine normal.': 1,
      'Vertebral body heights maintained.': 1,
      'Thoracic spine unremarkable.': 1,
    },
    subjects: { 'thoracic spine': 1 },
  },
  'normal soft tissues': {
    region: 'other',
    full: {
      'The soft tissues are unremarkable.': 4,
      'Soft tissues are normal.': 2,
      'The visualized soft tissues are within normal limits.': 1,
    },
    short: {
      'Soft tissues unremarkable.': 3,
      'Soft tissues grossly unremarkable.': 1,
      'Normal soft tissues.': 1,
    },
    subjects: { '+soft tissues': 1 },
  },
  'normal upper abdomen': {
    region: 'other',
    full: {
      'The visualized upper abdomen is unremarkable.': 3,
      'The upper abdomen is unremarkable.': 2,
      'Visualized upper abdomen is grossly unremarkable.': 1,
    },
    short: { 'Upper abdomen unremarkable.': 2, 'Visualized upper abdomen unremarkable.': 1 },
    subjects: { 'visualized upper abdomen': 2, 'upper abdomen': 1 },
  },
  'normal chest': {
    region: 'other',
    full: {
      'There is no acute cardiopulmonary abnormality.': 3,
      'No acute cardiopulmonary abnormality is seen.': 2,
      'No acute cardiopulmonary abnormality identified.': 2,
      'There is no acute cardiopulmonary process.': 1,
      'There is no evidence of active disease.': 1,
      'There is no acute cardiopulmonary disease.': 1,
    },
    short: {
      'No acute cardiopulmonary abnormality.': 10,
      'No acute cardiopulmonary findings.': 4,
      'No acute cardiopulmonary disease.': 4,
      'No active disease.': 3,
      'No acute disease.': 2,
      'No acute cardiopulmonary process.': 2,
      'No acute findings.': 2,
    },
  },
};

/** What normal subjects that share a sentence are said to be. */
export const NORMAL_PREDICATES: Weights = { 'within normal limits': 10, normal: 6, unremarkable: 4 };

/** What an impression says of a report without findings. */
export const NORMAL_IMPRESSIONS: Weights = {
  'No acute cardiopulmonary abnormality.': 30,
  'No acute cardiopulmonary findings.': 12,
  'No acute cardiopulmonary disease.': 11,
  'No acute cardiopulmonary abnormalities.': 10,
  'No active disease.': 9,
  'No acute disease.': 7,
  'No acute cardiopulmonary process.': 7,
  'No acute abnormality.': 3,
  'No acute findings.': 3,
  'Normal chest.': 3,
  'No evidence of active disease.': 3,
  'No acute cardiopulmonary abnormality identified.': 2,
  'Normal chest radiograph.': 1,
};
