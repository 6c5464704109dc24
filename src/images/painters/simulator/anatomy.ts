import type { Patient } from './patient.js';
import { cardiothoracicRatio } from './shape.js';

/** Ratios of a patient that can be set beside measured ones. */
export interface AnatomyRatios {
  /** Greatest width of the heart over the greatest inner width of the chest. */
  readonly cardiothoracic: number;
  /** Area of each lung's contour as a fraction of the picture. */
  readonly rightLung: number;
  readonly leftLung: number;
  /** Area of the right over the left lung. */
  readonly rightToLeft: number;
  /** Area of both lungs over the square of the inner width of the chest: free of how large the patient is shown. */
  readonly lungShape: number;
}

/** Measures a patient's contours. */
export function anatomyRatios(patient: Patient): AnatomyRatios {
  const { rightLung, leftLung } = patient.contours;
  const right = areaOf(rightLung);
  const left = areaOf(leftLung);
  const inner = extreme(leftLung, Math.max) - extreme(rightLung, Math.min);
  return {
    cardiothoracic: cardiothoracicRatio(patient.contours),
    rightLung: right,
    leftLung: left,
    rightToLeft: right / left,
    lungShape: (right + left) / (inner * inner),
  };
}

function extreme(points: readonly number[], pick: (one: number, other: number) => number): number {
  let found = points[0] ?? 0;
  for (let at = 2; at < points.length; at += 2) found = pick(found, points[at]!);
  return found;
}

/** Area of a closed contour of x, y pairs (shoelace formula). */
function areaOf(points: readonly number[]): number {
  let twice = 0;
  for (let at = 0; at < points.length; at += 2) {
    const next = (at + 2) % points.length;
    twice += points[at]! * points[next + 1]! - points[next]! * points[at + 1]!;
  }
  return Math.abs(twice) / 2;
}
