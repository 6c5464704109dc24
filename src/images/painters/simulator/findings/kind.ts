import type { Random } from '../../../../base/index.js';
import type { Finding } from '../../../../data/index.js';
import { type Body, clamp01, type LungSide, sides, signOf, smoothStep } from '../body-map.js';
import { type NoisePlace, noiseAt, noisePlace } from '../noise.js';
import type { Patient } from '../patient.js';
import { tableIndex } from '../shape.js';

/** A finding with all that the text left open drawn. */
export interface Placed {
  readonly concept: string;
  readonly sides: readonly LungSide[];
  readonly site: Finding['site'];
  readonly extent: Finding['extent'];
  /** 0 hardly there to 1 extreme. */
  readonly severity: number;
  /** 1 at first; raised when the finding was too faint to be seen. */
  readonly strength: number;
}

/** What a finding does to a patient. */
export interface FindingKind {
  /** Usual sides when the text names none: how likely each is. */
  readonly laterality: { readonly left: number; readonly right: number; readonly bilateral: number };
  /** Changes the anatomy before the tissues are laid out. */
  reshape?(patient: Patient, placed: Placed, random: Random): void;
  /** Changes the tissues. */
  change?(body: Body, placed: Placed, random: Random): void;
}

export const eitherSide = { left: 0.4, right: 0.45, bilateral: 0.15 };
export const bothSides = { left: 0.07, right: 0.08, bilateral: 0.85 };
export const midline = { left: 0, right: 0, bilateral: 1 };

/** Picture place of a place in a lung: u from 0 at the middle to 1 at the wall, v from 0 at the top to 1 at the floor. */
export function lungPlace(body: Body, side: LungSide, u: number, v: number): [x: number, y: number] {
  const { thorax } = body;
  const y = thorax.apex[side] + v * (thorax.top[side] - thorax.apex[side]);
  const row = tableIndex(y);
  // Further down the heart lies before the inner part of the lung, on the left more than on the right: behind it
  // little can be seen.
  const behind = (side === 'left' ? 0.07 : 0.02) * smoothStep(0.45, 0.9, v);
  const medial = thorax.middle + signOf(side) * (0.045 + behind);
  return [medial + u * (thorax.wall[side][row]! - medial), y];
}

/** Middle of a site in a lung and how wide it reaches, as (u, v). */
export function siteCentre(site: Finding['site'], random: Random): [u: number, v: number] {
  const u = random.uniform(0.25, 0.8);
  switch (site) {
    case 'apex':
      return [random.uniform(0.3, 0.7), random.uniform(0.08, 0.16)];
    case 'upper zone':
    case 'upper lobe':
      return [u, random.uniform(0.2, 0.42)];
    case 'mid zone':
      return [u, random.uniform(0.45, 0.62)];
    case 'middle lobe':
    case 'lingula':
      return [random.uniform(0.15, 0.6), random.uniform(0.68, 0.85)];
    case 'lower zone':
    case 'lower lobe':
      return [u, random.uniform(0.7, 0.92)];
    case 'base':
      return [u, random.uniform(0.85, 1)];
    case 'perihilar':
      return [random.uniform(0.08, 0.35), random.uniform(0.42, 0.65)];
    case 'retrocardiac':
      return [random.uniform(0.05, 0.3), random.uniform(0.75, 0.95)];
    case 'peripheral':
      return [random.uniform(0.75, 0.92), random.uniform(0.25, 0.9)];
    case 'costophrenic angle':
      return [random.uniform(0.85, 1), random.uniform(0.98, 1.08)];
    default:
      return [u, random.uniform(0.2, 0.95)];
  }
}

/** An uneven patch: middle, half axes and how solid its core is. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly rx: number;
  readonly ry: number;
  readonly solid: number;
  /** 0 sharp to 1 fading from the middle out. */
  readonly softness: number;
}

/** Fills the lung of one side in patches whose edges noise makes uneven. */
export function fillPatches(
  body: Body,
  side: LungSide,
  patches: readonly Patch[],
  random: Random,
  roughness = 0.5,
  grain = 0.35,
): void {
  const edge = noisePlace(random, 0.5);
  const inner = noisePlace(random, 0.65);
  const { size, thorax } = body;
  const { lung, soft } = body.paths;
  const [from, to] = columnsOf(body, side);
  let top = 1;
  let bottom = 0;
  for (const patch of patches) {
    top = Math.min(top, patch.y - 2 * patch.ry);
    bottom = Math.max(bottom, patch.y + 2 * patch.ry);
  }
  const first = Math.max(0, Math.floor(top * size));
  const last = Math.min(size - 1, Math.ceil(bottom * size));
  for (let row = first; row <= last; row++) {
    const y = (row + 0.5) / size;
    for (let column = from; column < to; column++) {
      const at = row * size + column;
      if (lung[at]! <= 0) continue;
      const x = (column + 0.5) / size;
      let clear = 1;
      let wave = Number.NaN;
      for (const patch of patches) {
        const u = (x - patch.x) / patch.rx;
        const v = (y - patch.y) / patch.ry;
        const squared = u * u + v * v;
        if (squared > 4) continue;
        if (Number.isNaN(wave)) wave = noiseAt(edge, x, y, 4);
        const inside = 1 - Math.sqrt(squared) + roughness * wave * 0.5;
        const width = 0.2 + 1.1 * patch.softness;
        const t = clamp01((inside + 0.35 * width) / width);
        clear *= 1 - patch.solid * t * t * (3 - 2 * t);
      }
      if (clear === 1) continue;
      const uneven = 1 + grain * 0.5 * noiseAt(inner, x, y, 4);
      const taken = lung[at]! * clamp01((1 - clear) * uneven) * fade(thorax.middle, x);
      lung[at]! -= taken;
      soft[at]! += taken;
    }
  }
}

/** Fills the lung of a side by a function of the place, from a height (y) down, by default from the top of the lung. */
export function fillBy(
  body: Body,
  side: LungSide,
  share: (x: number, y: number, at: number) => number,
  top = body.thorax.apex[side],
): void {
  const { size, thorax } = body;
  const { lung, soft } = body.paths;
  const [from, to] = columnsOf(body, side);
  for (let row = Math.max(0, Math.floor(top * size)); row < size; row++) {
    const y = (row + 0.5) / size;
    for (let column = from, at = row * size + from; column < to; column++, at++) {
      if (lung[at]! <= 0) continue;
      const x = (column + 0.5) / size;
      const value = share(x, y, at);
      if (value <= 0) continue;
      const taken = lung[at]! * Math.min(1, value * fade(thorax.middle, x));
      lung[at]! -= taken;
      soft[at]! += taken;
    }
  }
}

/** Columns of the picture that hold a side of the patient: from the first up to before the second. */
export function columnsOf({ size, thorax }: Body, side: LungSide): [from: number, to: number] {
  const split = Math.min(size, Math.max(0, Math.ceil(thorax.middle * size - 0.5)));
  return side === 'right' ? [0, split] : [split, size];
}

/** The lungs do not meet in the middle: what is in one of them ends softly there. */
function fade(middle: number, x: number): number {
  return clamp01((Math.abs(x - middle) - 0.015) / 0.08);
}

/** Distance from the inner chest wall to a place, positive inside. */
export function fromWall(body: Body, side: LungSide, x: number, y: number): number {
  return signOf(side) * (body.thorax.wall[side][tableIndex(y)]! - x);
}

/** Height in a lung: 0 at its top, 1 at the highest point of the floor. */
export function lungHeight(body: Body, side: LungSide, y: number): number {
  const { thorax } = body;
  return (y - thorax.apex[side]) / (thorax.top[side] - thorax.apex[side]);
}

export { type NoisePlace, noiseAt, noisePlace, sides, signOf };

/** An uneven round outline: radius factor by direction; `lobes` is how much it varies. */
export function smoothRadius(random: Random, lobes: number): (angle: number) => number {
  const waves = [2, 3, 5, 7].map(count => ({
    count,
    height: (lobes * random.normal(0, 1)) / Math.sqrt(count),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  return angle => {
    let radius = 1;
    for (const wave of waves) radius += wave.height * Math.sin(wave.count * angle + wave.phase);
    return Math.max(0.4, Math.min(1.6, radius));
  };
}
