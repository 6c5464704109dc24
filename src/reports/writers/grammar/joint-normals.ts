import type { Weights } from './weighted.js';

/** One sentence for several normal statements at once. */
export const JOINT_NORMALS: readonly {
  readonly concepts: readonly string[];
  readonly full: Weights;
  readonly short: Weights;
}[] = [
  {
    concepts: ['normal heart size', 'normal mediastinum'],
    full: {
      'The cardiomediastinal silhouette is within normal limits.': 6,
      'Cardiomediastinal silhouette is within normal limits.': 4,
      'The cardiomediastinal silhouette is normal in size and contour.': 4,
      'The cardiomediastinal silhouette is normal.': 2,
      'Cardio mediastinal silhouette is unremarkable.': 4,
      'The cardiomediastinal contours are within normal limits.': 2,
      'The cardiomediastinal silhouette is within normal limits for size and contour.': 3,
    },
    short: {
      'Heart and mediastinum normal.': 6,
      'Normal cardiomediastinal silhouette.': 3,
      'Normal heart size and mediastinal contours.': 3,
      'Normal cardiomediastinal contours.': 1,
    },
  },
  {
    concepts: ['normal heart size', 'normal mediastinum', 'normal pulmonary vasculature'],
    full: {
      'The cardiomediastinal silhouette and pulmonary vasculature are within normal limits in size.': 2,
      'The cardiomediastinal silhouette and pulmonary vasculature are within normal limits.': 1,
      'Heart size, mediastinal contour, and pulmonary vascularity are within normal limits.': 1,
    },
    short: { 'Normal cardiomediastinal silhouette and pulmonary vasculature.': 1 },
  },
  {
    concepts: ['normal heart size', 'normal pulmonary vasculature'],
    full: {
      'The heart size and pulmonary vascularity appear within normal limits.': 4,
      'Heart size and pulmonary vascularity appear within normal limits.': 2,
    },
    short: { 'Heart size and pulmonary vascularity within normal limits.': 2 },
  },
  {
    concepts: ['intact bones', 'normal spine'],
    full: {
      'The osseous structures are unremarkable.': 2,
      'Visualized osseous structures are unremarkable.': 2,
      'The skeletal structures are normal.': 2,
      'Osseous structures are within normal limits.': 2,
    },
    short: { 'Osseous structures unremarkable.': 1, 'Osseous structures within normal limits.': 1 },
  },
  {
    concepts: ['clear lungs', 'normal pleura'],
    full: {
      'The lungs and pleural spaces are clear.': 1,
      'The lungs are clear and the pleural spaces are clear.': 1,
    },
    short: { 'Lungs and pleural spaces clear.': 1 },
  },
];
