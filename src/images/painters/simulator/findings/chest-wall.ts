import { arena } from '../arena.js';
import { type Body, type LungSide, signOf } from '../body-map.js';
import { clamp } from '../patient.js';
import type { Map2 } from '../raster.js';
import { tableIndex } from '../shape.js';
import { eitherSide, type FindingKind } from './kind.js';

const oftenBoth = { left: 0.25, right: 0.25, bilateral: 0.5 };

/** Middle of a breast, as fractions of the side: over the lower outer part of the lung. */
function breastOf({ thorax }: Body, side: LungSide): [x: number, y: number] {
  const y = thorax.top[side] - 0.02;
  return [thorax.middle + 0.6 * (thorax.wall[side][tableIndex(y)]! - thorax.middle), y];
}

/** Nipples seen on edge: small even discs at about the height of the floors. */
export const nippleShadow: FindingKind = {
  laterality: oftenBoth,
  change(body, placed, random) {
    const { brush, patient, paths } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [x, y] = breastOf(body, side);
      const radius = own.uniform(0.42, 0.65) / patient.field;
      brush.ellipse(
        x + own.normal(0, 0.02),
        y + own.uniform(-0.06, 0.03),
        radius,
        radius,
        own.uniform(0.6, 1) * placed.strength,
        0.3,
      );
      brush.addTo(paths.soft);
    }
  },
};

/** Skin pressed to a fold against the detector: a long edge, sharp on the outer and fading on the inner side. */
export const skinFold: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    const { thorax } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const sign = signOf(side);
      drawFold(body, {
        top: thorax.apex[side] + own.uniform(0, 0.12),
        long: own.uniform(0.25, 0.5),
        start: thorax.middle + sign * own.uniform(0.16, 0.26),
        lean: sign * own.uniform(-0.06, 0.1),
        bow: 0,
        width: own.uniform(0.025, 0.06),
        depth: own.uniform(1, 2) * placed.strength,
        toward: sign > 0 ? -1 : 1,
      });
    }
  },
};

/** A fold of skin; lengths as fractions of the side. */
export interface SkinFold {
  readonly top: number;
  readonly long: number;
  /** x of its edge at the top, how far it leans to its foot, and how far it bows between. */
  readonly start: number;
  readonly lean: number;
  readonly bow: number;
  readonly width: number;
  /** cm of soft tissue at the edge. */
  readonly depth: number;
  /** The way it fades: −1 to the left of the picture, 1 to the right. */
  readonly toward: -1 | 1;
}

/** An edge that is sharp on one side and fades to the other, as where skin is pressed to a fold. */
export function drawFold({ size, paths }: Body, fold: SkinFold): void {
  const { top, long, start, lean, bow, width, depth, toward } = fold;
  const first = Math.max(0, Math.floor(top * size));
  const last = Math.min(size - 1, Math.ceil((top + long) * size));
  for (let row = first; row <= last; row++) {
    const along = ((row + 0.5) / size - top) / long;
    const edge = start + lean * along + bow * Math.sin(Math.PI * along);
    const fade = Math.sin(Math.PI * Math.min(1, Math.max(0, along)));
    for (let column = 0; column < size; column++) {
      const off = (((column + 0.5) / size - edge) * toward) / width;
      if (off < 0 || off > 1) continue;
      const at = row * size + column;
      if (paths.soft[at]! <= 0 && paths.lung[at]! <= 0) continue;
      const sharp = Math.min(1, (off * width * size) / 1.2 + 0.3);
      paths.soft[at]! += depth * fade * (1 - off) * (1 - off) * sharp;
    }
  }
}

/** A large or augmented breast: an even veil with a round lower border over the base. */
export const breastShadow: FindingKind = {
  laterality: { left: 0.1, right: 0.1, bilateral: 0.8 },
  change(body, placed, random) {
    const { brush, paths } = body;
    const implant = random.chance(0.4);
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [x, y] = breastOf(body, side);
      const wide = implant ? own.uniform(0.07, 0.1) : own.uniform(0.1, 0.14);
      const tall = wide * own.uniform(0.95, 1.25);
      const depth = own.uniform(1.4, 2.8) * placed.strength;
      brush.ellipse(x, y + own.uniform(-0.03, 0.02), wide, tall, depth, implant ? 0.35 : 0.6);
      brush.addTo(paths.soft);
    }
  },
};

/** A side from which the breast was taken: less lies before the base of the lung, so it is darker. */
export const absentBreast: FindingKind = {
  laterality: { left: 0.48, right: 0.48, bilateral: 0.04 },
  change(body, placed, random) {
    const { brush, patient, size } = body;
    const taken = arena.empty(size * size);
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [x, y] = breastOf(body, side);
      const wide = own.uniform(0.1, 0.15);
      const depth = Math.max(1.2, 0.8 * patient.breast) * placed.strength;
      brush.ellipse(x, y - 0.02, wide, wide * own.uniform(1.1, 1.5), depth, 0.6);
    }
    brush.addTo(taken);
    takeWall(body, taken);
  },
};

/** Takes this depth from the wall of the chest, fat first. */
function takeWall({ paths }: Body, depth: Map2): void {
  for (let at = 0; at < depth.length; at++) {
    let rest = depth[at]!;
    if (rest === 0) continue;
    for (const tissue of [paths.fat, paths.soft]) {
      const cut = Math.min(rest, 0.7 * tissue[at]!);
      tissue[at]! -= cut;
      rest -= cut;
    }
  }
}

/** A swelling of the wall at the side of the chest or above the collar bone. */
export const softTissueSwelling: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    const { brush, paths, thorax, patient } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const sign = signOf(side);
      const high = own.chance(0.3);
      const y = thorax.apex[side] + (high ? -0.02 : own.uniform(0.3, 0.7) * patient.lungHeight[side]);
      const x = high
        ? thorax.middle + sign * own.uniform(0.13, 0.18)
        : thorax.wall[side][tableIndex(y)]! + sign * own.uniform(0.01, 0.04);
      const wide = 0.035 + 0.04 * placed.severity;
      const depth = (1.5 + 3 * placed.severity) * placed.strength;
      brush.ellipse(x, y, wide, wide * own.uniform(1.4, 2.4), depth, 1);
      brush.addTo(paths.soft);
    }
  },
};

/** Flecks of lime in the arteries of the neck, the armpit or the tendons of the shoulder. */
export const softTissueCalcification: FindingKind = {
  laterality: { left: 0.4, right: 0.4, bilateral: 0.2 },
  change(body, placed, random) {
    const { brush, paths, thorax, patient, shoulders } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const sign = signOf(side);
      const wall = thorax.wall[side][tableIndex(thorax.apex[side] + 0.25)]!;
      const [x, y] = {
        neck: [thorax.middle + sign * 0.06, thorax.apex[side] - 0.04] as const,
        armpit: [wall + sign * 0.04, thorax.apex[side] + 0.22] as const,
        shoulder: [shoulders[side].x, shoulders[side].y - 0.015] as const,
      }[own.weighted({ neck: 0.3, armpit: 0.5, shoulder: 0.2 })];
      // Neck and shoulders may lie outside the frame: then the lime lies at its edge.
      const [cx, cy] = [clamp(x, 0.04, 0.96), Math.max(y, 0.04)];
      const count = 3 + own.integer(5);
      for (let fleck = 0; fleck < count; fleck++) {
        const radius = own.uniform(0.12, 0.4) / patient.field;
        brush.ellipse(
          cx + own.normal(0, 0.008),
          cy + own.normal(0, 0.016),
          radius,
          radius * own.uniform(0.6, 1.8),
          own.uniform(0.4, 1.1) * placed.strength,
          0.4,
        );
      }
      brush.addTo(paths.bone);
    }
  },
};

/** A rib of the neck: short, above the first, downwards and out. */
export const cervicalRib: FindingKind = {
  laterality: { left: 0.3, right: 0.3, bilateral: 0.4 },
  change(body, placed, random) {
    const { brush, paths, thorax, patient } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const sign = signOf(side);
      const y = thorax.apex[side] - own.uniform(0.03, 0.045);
      const out = own.uniform(0.055, 0.085);
      const thick = own.uniform(0.35, 0.5) / patient.field;
      brush.curve(
        [
          [thorax.middle + sign * 0.04, y, thick],
          [thorax.middle + sign * (0.04 + 0.6 * out), y + 0.004, thick],
          [thorax.middle + sign * (0.04 + out), y + 0.03, 0.8 * thick],
        ],
        patient.field * 1.2 * placed.strength,
        0.13 / patient.field,
        0.35,
      );
      brush.addTo(paths.bone);
    }
  },
};

/** A worn joint of the shoulder: a dense socket, spurs at the head and at the outer end of the collar bone. */
export const shoulderDegeneration: FindingKind = {
  laterality: { left: 0.25, right: 0.3, bilateral: 0.45 },
  change(body, placed, random) {
    const { brush, paths, patient, shoulders } = body;
    const { field } = patient;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const sign = signOf(side);
      const { x, y } = shoulders[side];
      const dense = (0.5 + 0.7 * placed.severity) * placed.strength;
      const rim = 0.3 / field;
      brush.segment(x - sign * 0.03, y - 0.02, rim, x - sign * 0.026, y + 0.055, rim, field * dense);
      const spur = (0.4 + 0.7 * placed.severity) / field;
      brush.ellipse(x - sign * 0.02, y + 0.068, 1.6 * spur, spur, 1.5 * dense, 0.5, own.uniform(-0.5, 0.5));
      if (own.chance(0.7)) {
        // The joint of collar bone and shoulder blade.
        brush.ellipse(x - sign * 0.008, y - 0.045, 1.8 * spur, spur, 1.5 * dense, 0.5);
      }
      brush.addTo(paths.bone);
    }
  },
};
