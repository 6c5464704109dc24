import type { Random } from '../../../../base/index.js';
import { arena } from '../arena.js';
import { type Body, type LungSide, smoothStep } from '../body-map.js';
import { hilumOf } from '../lung-detail.js';
import {
  eitherSide,
  type FindingKind,
  fillBy,
  fillPatches,
  lungHeight,
  lungPlace,
  noiseAt,
  noisePlace,
  type Patch,
  type Placed,
  siteCentre,
} from './kind.js';

/** Alveoli filled: dense, with open bronchi that show dark within. */
export const consolidation: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [x, y] = lungPlace(body, side, ...siteCentre(placed.site, own));
      const wide = (0.055 + 0.1 * placed.severity) * own.uniform(0.85, 1.2);
      const tall = wide * own.uniform(0.7, 1.5);
      const patches: Patch[] = [];
      const count = placed.extent === 'multifocal' ? 3 + own.integer(3) : 1 + own.integer(3);
      for (let patch = 0; patch < count; patch++) {
        const away = patch === 0 ? 0 : placed.extent === 'multifocal' ? 0.14 : 0.06;
        patches.push({
          x: x + own.normal(0, away),
          y: y + own.normal(0, away),
          rx: wide * own.uniform(0.55, 1),
          ry: tall * own.uniform(0.55, 1),
          solid: Math.min(0.9, (0.18 + 0.38 * placed.severity) * own.uniform(0.8, 1.1) * placed.strength),
          softness: own.uniform(0.4, 1),
        });
      }
      fillPatches(body, side, patches, own, 0.7, 0.3);
      const open = placed.concept === 'air bronchograms' ? 1 : placed.severity > 0.4 ? 0.6 : 0;
      if (own.chance(open)) airBronchograms(body, side, x, y, wide, own);
    }
  },
};

/** Filled lung in which open bronchi show. */
export const withBronchograms: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    const severity = 0.5 + 0.5 * placed.severity;
    consolidation.change?.(body, { ...placed, concept: 'air bronchograms', severity }, random);
  },
};

/** A lobe filled up to its fissure: one straight edge, no loss of volume. */
export const lobarConsolidation: FindingKind = {
  laterality: { left: 0.4, right: 0.57, bilateral: 0.03 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const upper = isUpperLobe(placed, own);
      const middle = placed.site === 'middle lobe' || placed.site === 'lingula';
      const solid = Math.min(0.9, (0.3 + 0.4 * placed.severity) * own.uniform(0.85, 1.1) * placed.strength);
      const fissure = own.uniform(0.42, 0.55);
      const slope = own.uniform(-0.12, 0.12);
      const edge = own.uniform(0.01, 0.08);
      const reach = own.uniform(0.5, 1) * (0.6 + 0.6 * placed.severity);
      const broad = noisePlace(own, 0.65);
      fillBy(body, side, (x, y) => {
        const v = lungHeight(body, side, y);
        const off = fissure + slope * (Math.abs(x - body.thorax.middle) / 0.2 - 0.5) - v;
        const past = upper ? off : -off;
        const end = middle ? past > 0.32 : past > reach;
        const here = smoothStep(-edge, edge, past) * (end ? 0 : 1 - smoothStep(0.6 * reach, reach, past));
        return here <= 0 ? 0 : solid * here * Math.max(0.2, 1 + 0.35 * noiseAt(broad, x, y, 4));
      });
      const [x, y] = lungPlace(body, side, 0.4, upper ? 0.28 : 0.7);
      if (own.chance(0.5)) airBronchograms(body, side, x, y, 0.1, own);
    }
  },
};

function isUpperLobe(placed: Placed, random: Random): boolean {
  switch (placed.site) {
    case 'upper lobe':
    case 'upper zone':
    case 'apex':
      return true;
    case undefined:
      return random.chance(0.4);
    default:
      return false;
  }
}

/** Haze through which the vessels still show: alveoli filled in part. */
export const groundGlass: FindingKind = {
  laterality: { left: 0.12, right: 0.18, bilateral: 0.7 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const most = (0.05 + 0.13 * placed.severity) * placed.strength;
      const patches = layPatches(body, side, placed, own, {
        radius: 0.07 + 0.07 * placed.severity,
        solid: most,
      });
      fillPatches(body, side, patches, own, 1.1, 0.5);
    }
  },
};

/** Soft patches as the text says: one, some in a part of the lung, apart from each other, or all over. */
function layPatches(
  body: Body,
  side: LungSide,
  placed: Placed,
  random: Random,
  size: { readonly radius: number; readonly solid: number },
): Patch[] {
  const { extent, site } = placed;
  const focal = extent === 'focal';
  const count = focal
    ? 1 + random.integer(2)
    : extent === 'diffuse'
      ? 10 + random.integer(5)
      : 3 + random.integer(5);
  const spread = focal ? 0.05 : extent === 'diffuse' ? 0.3 : extent === 'multifocal' ? 0.26 : 0.15;
  const [u, v] = siteCentre(site ?? (random.chance(0.5) ? 'lower zone' : undefined), random);
  const patches: Patch[] = [];
  for (let patch = 0; patch < count; patch++) {
    const far = extent === 'diffuse' && site === undefined;
    const [x, y] = far
      ? lungPlace(body, side, random.uniform(0.05, 0.95), random.uniform(0.08, 1))
      : lungPlace(body, side, u + random.normal(0, spread), v + random.normal(0, 0.85 * spread));
    const radius = size.radius * random.uniform(0.6, 1.3) * (focal ? 0.75 : 1);
    patches.push({
      x,
      y,
      rx: radius,
      ry: radius * random.uniform(0.7, 1.45),
      solid: Math.min(0.85, size.solid * random.uniform(0.6, 1.2)),
      softness: random.uniform(0.6, 1),
    });
  }
  return patches;
}

/** Open bronchi within filled lung: branching dark lines that head away from the hilum. */
function airBronchograms(
  body: Body,
  side: LungSide,
  x: number,
  y: number,
  reach: number,
  random: Random,
): void {
  const { brush, paths, patient, size } = body;
  const air = arena.empty(size * size);
  const hilum = hilumOf(body, side);
  const heading = Math.atan2(y - hilum.y, x - hilum.x);
  for (let line = 0; line < 4; line++) {
    const angle = heading + random.normal(0, 0.35);
    const fromX = x - reach * Math.cos(angle) * random.uniform(0.4, 0.9) + random.normal(0, 0.2 * reach);
    const fromY = y - reach * Math.sin(angle) * random.uniform(0.4, 0.9) + random.normal(0, 0.2 * reach);
    const long = reach * random.uniform(0.6, 1.2);
    const radius = random.uniform(0.1, 0.2) / patient.field;
    brush.segment(
      fromX,
      fromY,
      radius,
      fromX + long * Math.cos(angle),
      fromY + long * Math.sin(angle),
      radius * 0.5,
      patient.field * 1.5,
    );
  }
  brush.addTo(air);
  for (let at = 0; at < air.length; at++)
    if (air[at]! > 0) paths.soft[at] = Math.max(0, paths.soft[at]! - air[at]!);
}

/** Patchy airspace disease: several soft patches, often in one lobe, at times on both sides. */
export const pneumonia: FindingKind = {
  laterality: { left: 0.33, right: 0.42, bilateral: 0.25 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const wide = placed.extent === undefined && placed.sides.length > 1;
      const patches = layPatches(body, side, wide ? { ...placed, extent: 'multifocal' } : placed, own, {
        radius: 0.04 + 0.06 * placed.severity,
        solid: (0.09 + 0.2 * placed.severity) * placed.strength,
      });
      fillPatches(body, side, patches, own, 0.9, 0.6);
    }
  },
};

/** An ill-defined haze with a fine grain, of any size: what older reports call an infiltrate. */
export const infiltrate: FindingKind = {
  laterality: { left: 0.25, right: 0.35, bilateral: 0.4 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const patches = layPatches(body, side, placed, own, {
        radius: 0.05 + 0.08 * placed.severity,
        solid: (0.05 + 0.13 * placed.severity) * placed.strength,
      });
      fillPatches(body, side, patches, own, 1.2, 1.2);
    }
  },
};
