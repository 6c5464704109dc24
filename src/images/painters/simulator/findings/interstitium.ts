import type { Random } from '../../../../base/index.js';
import { type Body, clamp01, type LungSide } from '../body-map.js';
import { scarring } from './focal.js';
import {
  bothSides,
  type FindingKind,
  fillBy,
  fromWall,
  lungHeight,
  lungPlace,
  noiseAt,
  noisePlace,
  type Placed,
  siteCentre,
} from './kind.js';
import { liftFloor } from './structure.js';

/** Whether the disease sits at the top: as the text says, or by chance. */
function isUpper(placed: Placed, random: Random): boolean {
  if (placed.site === undefined) return random.chance(0.3);
  return placed.site === 'upper zone' || placed.site === 'upper lobe' || placed.site === 'apex';
}

/** Weight of a place: at the edges, and at the base or the top. */
function weightOf(
  body: Body,
  side: LungSide,
  placed: Placed,
  upper: boolean,
): (x: number, y: number) => number {
  const everywhere = placed.extent === 'diffuse' ? 0.5 : 0.12;
  return (x, y) => {
    const edge = Math.exp(-Math.max(0, fromWall(body, side, x, y)) / 0.06);
    const height = clamp01(lungHeight(body, side, y));
    const zone = upper ? (1 - height) ** 1.5 : height * height;
    return clamp01(everywhere + 0.55 * edge * (0.4 + zone) + 0.75 * zone);
  };
}

/**
 * A net of strands: where noise fields cross zero, each strand of another strength, over a faint haze.
 * `width` is the half width of a strand as a share of the field's deviation.
 */
function net(
  body: Body,
  side: LungSide,
  share: number,
  mesh: number,
  width: number,
  placed: Placed,
  upper: boolean,
  random: Random,
): void {
  const one = noisePlace(random, 0.65);
  const other = noisePlace(random, 0.5);
  const patchy = noisePlace(random, 0.5);
  const weight = weightOf(body, side, placed, upper);
  const haze = random.uniform(0.1, 0.6);
  fillBy(body, side, (x, y) => {
    const patch = noiseAt(patchy, x, y, 3);
    const here = weight(x, y) * clamp01(0.7 + 0.5 * patch);
    if (here < 0.03) return 0;
    const a = noiseAt(one, x, y, mesh) / (width * (1 + 0.5 * clamp01(patch)));
    const b = noiseAt(other, x, y, mesh * 1.3) / width;
    const line = 1 / (1 + a * a) + 0.7 / (1 + b * b);
    return here * share * (haze + 0.7 * line);
  });
}

/** Scarred interstitium: a net at the edges and bases, honeycombs, lungs that shrink. */
export const fibrosis: FindingKind = {
  laterality: { left: 0.12, right: 0.15, bilateral: 0.73 },
  reshape(patient, placed, random) {
    for (const side of placed.sides)
      liftFloor(patient, side, random.uniform(0, 0.012 + 0.025 * placed.severity));
  },
  change(body, placed, random) {
    const upper = isUpper(placed, random);
    for (const side of placed.sides) {
      const own = random.fork(side);
      const share = (0.17 + 0.26 * placed.severity) * placed.strength * own.uniform(0.7, 1.2);
      net(body, side, share, own.uniform(4, 9), own.uniform(0.2, 0.45), placed, upper, own);
      net(body, side, share * 0.6, own.uniform(8, 14), 0.4, placed, upper, own.fork('fine'));
      if (upper) scarring.change?.(body, { ...placed, sides: [side], site: 'apex' }, own.fork('scar'));
      else if (placed.severity > 0.5 && own.chance(0.5)) honeycomb(body, side, placed, own);
    }
  },
};

/** Small holes with walls at the edge of the base. */
function honeycomb(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { brush, paths, patient } = body;
  const count = 20 + Math.round(60 * placed.severity);
  for (let hole = 0; hole < count; hole++) {
    const [x, y] = lungPlace(body, side, random.uniform(0.55, 1), random.uniform(0.65, 1.05));
    const radius = random.uniform(0.25, 0.6) / patient.field;
    brush.segment(x, y, radius, x, y, radius, patient.field * 0.55, 0.12 / patient.field, 0);
    if (hole % 3 === 0) brush.addTo(paths.soft, paths.lung);
  }
  brush.addTo(paths.soft, paths.lung);
}

/** Thick septa and bronchial walls everywhere. */
export const interstitialThickening: FindingKind = {
  laterality: bothSides,
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      net(
        body,
        side,
        (0.1 + 0.14 * placed.severity) * placed.strength,
        own.uniform(7, 12),
        0.22,
        { ...placed, extent: 'diffuse' },
        isUpper(placed, own),
        own,
      );
    }
  },
};

/** Wide bronchi with thick walls: tram lines and rings. */
export const bronchiectasis: FindingKind = {
  laterality: { left: 0.25, right: 0.25, bilateral: 0.5 },
  change(body, placed, random) {
    const { brush, paths, patient } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [u, v] = siteCentre(placed.site ?? 'lower zone', own);
      const count = 6 + Math.round(12 * placed.severity);
      for (let tube = 0; tube < count; tube++) {
        const [x, y] = lungPlace(body, side, u * 0.7 + own.normal(0, 0.14), v + own.normal(0, 0.12));
        const radius = own.uniform(0.25, 0.5) / patient.field;
        const long = own.chance(0.4) ? 0 : own.uniform(0.02, 0.05);
        const angle = Math.atan2(v - 0.5, (u - 0.1) * (side === 'left' ? 1 : -1)) + own.normal(0, 0.4);
        brush.segment(
          x,
          y,
          radius,
          x + long * Math.cos(angle),
          y + long * Math.sin(angle),
          radius * 0.9,
          patient.field * 1.6 * placed.strength,
          0.13 / patient.field,
          0,
        );
        brush.addTo(paths.soft, paths.lung);
      }
    }
  },
};
