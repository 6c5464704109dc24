import type { Patient } from './patient.js';
import type { Brush, CurvePoint, Map2 } from './raster.js';
import type { Thorax } from './shape.js';

/** Path of the beam through each tissue at each pixel, in cm. */
export interface Paths {
  readonly soft: Map2;
  readonly fat: Map2;
  /** Aerated lung; its density is in `lungDensity`. */
  readonly lung: Map2;
  readonly blood: Map2;
  /** Compact (cortical) bone. */
  readonly bone: Map2;
  /** Spongy bone: mineral and marrow. */
  readonly spongy: Map2;
  /** Gas outside the lungs: windpipe, stomach, bowel. */
  readonly air: Map2;
  readonly metal: Map2;
}

/** The course of one rib from the spine over the side to the front. */
export interface RibCourse {
  readonly back: CurvePoint[];
  readonly front: CurvePoint[];
}

/** Tissues of which a finding may add or take. */
export type Tissue = keyof Paths;

export const tissues: readonly Tissue[] = ['soft', 'fat', 'lung', 'blood', 'bone', 'spongy', 'air', 'metal'];

/** A patient made of tissue, ready for the beam. */
export interface Body {
  readonly patient: Patient;
  readonly size: number;
  readonly thorax: Thorax;
  readonly paths: Paths;
  /** g/cm³ at each pixel where there is lung. */
  readonly lungDensity: Map2;
  /** Part of `blood` that is vessels within the lungs. */
  readonly vessels: Map2;
  /** Inner depth of the chest, lungs, heart and dome together. */
  readonly cavity: Map2;
  /** Courses of the ribs, set with the skeleton. */
  readonly ribs: Record<LungSide, RibCourse[]>;
  /** Shoulder joints and where the upper arms end. */
  readonly shoulders: Record<LungSide, { x: number; y: number; handX: number; handY: number }>;
  readonly brush: Brush;
}

/** Sides of the patient. */
export const sides = ['right', 'left'] as const;
export type LungSide = (typeof sides)[number];

/** −1 for the patient's right, which is the left of the picture. */
export function signOf(side: LungSide): number {
  return side === 'right' ? -1 : 1;
}

/** Kept within 0 and 1. */
export function clamp01(value: number): number {
  return value < 0 ? 0 : Math.min(value, 1);
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = clamp01((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}
