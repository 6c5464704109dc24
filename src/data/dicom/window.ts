import type { Attributes } from './attributes.js';

/** The shape of a window (PS3.3, C.11.2.1.2 and C.11.2.1.3). */
export type WindowShape = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/** Which values are shown between black and white. */
export interface Window {
  readonly shape: WindowShape;
  readonly center: number;
  readonly width: number;
}

/** The first of the windows that a file offers; undefined where it has none that makes sense. */
export function windowOf(attributes: Attributes): Window | undefined {
  const center = attributes.decimal('x00281050');
  const width = attributes.decimal('x00281051');
  const named = attributes.text('x00281056');
  const shape = named === 'LINEAR_EXACT' || named === 'SIGMOID' ? named : 'LINEAR';
  if (center === undefined || width === undefined) return undefined;
  return (shape === 'LINEAR' ? width >= 1 : width > 0) ? { shape, center, width } : undefined;
}

/** How bright a value is in the window, from 0 (black) to 1 (white). */
export function brightness({ shape, center, width }: Window, value: number): number {
  if (shape === 'SIGMOID') return 1 / (1 + Math.exp((-4 * (value - center)) / width));
  const [middle, span] = shape === 'LINEAR' ? [center - 0.5, width - 1] : [center, width];
  if (value <= middle - span / 2) return 0;
  if (value > middle + span / 2) return 1;
  return (value - middle) / span + 0.5;
}
