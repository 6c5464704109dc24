import type { Random } from '../../../../base/index.js';
import type { Body } from '../body-map.js';
import { hilumOf } from '../lung-detail.js';
import { eitherSide, type FindingKind, lungPlace, siteCentre, smoothRadius } from './kind.js';

/** Places a solid body in the lung: the lung gives way to soft tissue of this depth (cm). */
function solidify(
  body: Body,
  x: number,
  y: number,
  radius: number,
  lobes: number,
  random: Random,
  bone = 0,
  power = 0.5,
): void {
  const { size, paths, patient } = body;
  const outline = smoothRadius(random, lobes);
  const reach = radius * 1.6;
  const floor = 0.7 / size;
  const first = Math.max(0, Math.floor((y - reach) * size) - 1);
  const last = Math.min(size - 1, Math.ceil((y + reach) * size) + 1);
  const left = Math.max(0, Math.floor((x - reach) * size) - 1);
  const right = Math.min(size - 1, Math.ceil((x + reach) * size) + 1);
  for (let row = first; row <= last; row++)
    for (let column = left; column <= right; column++) {
      const at = row * size + column;
      const dx = (column + 0.5) / size - x;
      const dy = (row + 0.5) / size - y;
      const edge = Math.max(floor, radius * outline(Math.atan2(dy, dx)));
      const room = 1 - (dx * dx + dy * dy) / (edge * edge);
      if (room <= 0) continue;
      const depth = 2 * radius * patient.field * room ** power;
      const taken = Math.min(depth, paths.lung[at]! * 0.95);
      if (taken <= 0) continue;
      paths.lung[at]! -= taken;
      paths.soft[at]! += taken * (1 - bone);
      paths.bone[at]! += taken * bone;
    }
}

/** A round spot up to 3 cm. */
export const nodule: FindingKind = {
  laterality: { left: 0.42, right: 0.48, bilateral: 0.1 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const count =
        placed.extent === 'diffuse' || placed.extent === 'multifocal'
          ? 4 + own.integer(8)
          : own.chance(0.2)
            ? 2 + own.integer(3)
            : 1;
      for (let spot = 0; spot < count; spot++) {
        const [x, y] = lungPlace(body, side, ...siteCentre(placed.site, own));
        const radius =
          ((0.5 + 0.95 * placed.severity) * own.uniform(0.85, 1.15) * Math.sqrt(placed.strength)) /
          body.patient.field;
        // From a ball with a clear edge to a small haze without one.
        solidify(body, x, y, radius, own.uniform(0.03, 0.2), own, 0, own.uniform(0.5, 1.4));
      }
    }
  },
};

/** Several round spots of different sizes, on both sides. */
export const metastases: FindingKind = {
  laterality: { left: 0.05, right: 0.05, bilateral: 0.9 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const count = 2 + Math.round(own.uniform(1, 4) + 8 * placed.severity);
      for (let spot = 0; spot < count; spot++) {
        const [x, y] = lungPlace(
          body,
          side,
          ...(placed.site === undefined
            ? ([own.uniform(0.1, 0.95), Math.sqrt(own.uniform(0.02, 1))] as const)
            : siteCentre(placed.site, own)),
        );
        const cm = own.uniform(0.35, 0.8 + 1.1 * placed.severity) * Math.sqrt(placed.strength);
        solidify(body, x, y, cm / body.patient.field, own.uniform(0.02, 0.1), own, 0, own.uniform(0.5, 0.8));
      }
    }
  },
};

/** A lump above 3 cm, lobed or with strands. */
export const mass: FindingKind = {
  laterality: { left: 0.46, right: 0.5, bilateral: 0.04 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      // Many grow at the hilum.
      const [x, y] = lungPlace(
        body,
        side,
        ...siteCentre(placed.site ?? (own.chance(0.3) ? 'perihilar' : undefined), own),
      );
      const radius = ((1.6 + 2.8 * placed.severity) * own.uniform(0.9, 1.1)) / body.patient.field;
      // From a ball with a clear edge to a flat lump that fades out.
      const power = own.uniform(0.5, 1.3);
      const lobes = 1 + own.integer(3);
      solidify(body, x, y, radius, own.uniform(0.05, 0.16), own, 0, power);
      for (let lobe = 1; lobe < lobes; lobe++)
        solidify(
          body,
          x + own.normal(0, 0.6 * radius),
          y + own.normal(0, 0.6 * radius),
          radius * own.uniform(0.4, 0.7),
          0.1,
          own,
          0,
          power + 0.3,
        );
      if (own.chance(0.4)) strands(body, x, y, radius, own);
    }
  },
};

function strands(body: Body, x: number, y: number, radius: number, random: Random): void {
  const { brush, paths, patient } = body;
  for (let strand = 0; strand < 14; strand++) {
    const angle = random.uniform(0, 2 * Math.PI);
    const long = radius * random.uniform(1.1, 1.7);
    brush.segment(
      x + 0.8 * radius * Math.cos(angle),
      y + 0.8 * radius * Math.sin(angle),
      0.12 / patient.field,
      x + long * Math.cos(angle),
      y + long * Math.sin(angle),
      0.03 / patient.field,
      patient.field * 1.5,
    );
  }
  brush.addTo(paths.soft, paths.lung);
}

/** A small, dense, healed spot with lime. */
export const granuloma: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const count =
        placed.extent === 'multifocal' || placed.extent === 'diffuse'
          ? 4 + own.integer(6)
          : 1 + own.integer(2);
      for (let spot = 0; spot < count; spot++) {
        const [x, y] = lungPlace(body, side, ...siteCentre(placed.site, own));
        const radius = ((0.22 + 0.3 * placed.severity) * Math.sqrt(placed.strength)) / body.patient.field;
        solidify(body, x, y, radius, 0.08, own, 0.75);
      }
    }
  },
};

/** Lime in nodes of the hilum or in the lung. */
export const calcification: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    const { brush, paths, patient } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const hilum = hilumOf(body, side);
      const spots = 2 + own.integer(5);
      for (let spot = 0; spot < spots; spot++) {
        const radius = (own.uniform(0.18, 0.4) * Math.sqrt(placed.strength)) / patient.field;
        brush.ellipse(
          hilum.x + own.normal(0, 0.02),
          hilum.y + own.normal(0.01, 0.03),
          radius,
          radius * own.uniform(0.6, 1.3),
          0.6 + 0.8 * placed.severity,
          0.5,
        );
      }
      brush.addTo(paths.bone);
    }
  },
};

/** A hole with a wall, at times with a level. */
export const cavity: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    const { patient, size, paths } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [x, y] = lungPlace(body, side, ...siteCentre(placed.site ?? 'upper zone', own));
      const radius = (1.3 + 2.2 * placed.severity) / patient.field;
      const wall = (own.uniform(0.3, 0.8) * Math.sqrt(placed.strength)) / patient.field;
      solidify(body, x, y, radius, 0.06, own);
      const level = own.chance(0.4) ? y + radius * own.uniform(-0.1, 0.5) : 2;
      const inner = radius - wall;
      const first = Math.max(0, Math.floor((y - radius) * size));
      const last = Math.min(size - 1, Math.ceil((y + radius) * size));
      for (let row = first; row <= last; row++)
        for (
          let column = Math.max(0, Math.floor((x - radius) * size));
          column <= Math.min(size - 1, Math.ceil((x + radius) * size));
          column++
        ) {
          const dx = (column + 0.5) / size - x;
          const dy = (row + 0.5) / size - y;
          const room = inner * inner - dx * dx - dy * dy;
          if (room <= 0 || (row + 0.5) / size > level) continue;
          const at = row * size + column;
          paths.soft[at] = Math.max(0, paths.soft[at]! - 1.9 * Math.sqrt(room) * patient.field);
        }
    }
  },
};

/** Many tiny spots on both sides. */
export const miliary: FindingKind = {
  laterality: { left: 0, right: 0, bilateral: 1 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const count = 120 + Math.round(220 * placed.severity);
      for (let spot = 0; spot < count; spot++) {
        const [x, y] = lungPlace(body, side, own.uniform(0, 1), own.uniform(0.02, 1.02));
        solidify(
          body,
          x,
          y,
          ((0.14 + 0.1 * placed.severity) * placed.strength) / body.patient.field,
          0.05,
          own,
        );
      }
    }
  },
};
