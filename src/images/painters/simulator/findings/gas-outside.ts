import type { Random } from '../../../../base/index.js';
import { arena } from '../arena.js';
import { type Body, type LungSide, signOf } from '../body-map.js';
import { tableIndex } from '../shape.js';
import { eitherSide, type FindingKind, midline } from './kind.js';

/** Takes soft tissue away where the brush has drawn air. */
function carve(body: Body): void {
  const { brush, paths, size } = body;
  const air = arena.empty(size * size);
  brush.addTo(air);
  for (let at = 0; at < air.length; at++) {
    if (air[at] === 0) continue;
    const fromFat = Math.min(air[at]!, 0.9 * paths.fat[at]!);
    paths.fat[at]! -= fromFat;
    paths.soft[at]! -= Math.min(air[at]! - fromFat, 0.7 * paths.soft[at]!);
  }
}

/** Streaks of air in the chest wall that fan out along the muscle, and up into the neck. */
export function subcutaneousAir(body: Body, side: LungSide, much: number, random: Random): void {
  const { brush, thorax, patient } = body;
  const { field } = patient;
  const sign = signOf(side);
  const height = patient.lungHeight[side];
  const streaks = 18 + Math.round(60 * much);
  for (let streak = 0; streak < streaks; streak++) {
    const v = random.uniform(-0.05, 0.35 + 0.65 * much);
    const y = thorax.apex[side] + v * height;
    const wall = thorax.wall[side][tableIndex(y)]!;
    // Most of it lies beyond the ribs; the big chest muscle carries some over the upper lung.
    const over = random.chance(0.3) && v < 0.55;
    const x = over
      ? wall - sign * random.uniform(0.01, 0.14)
      : wall + (sign * (random.uniform(0.2, 1.6) * patient.wallThickness)) / field;
    const angle = over ? random.normal(0.75, 0.2) : random.normal(1.45, 0.22);
    const long = (random.uniform(0.6, 3.2) * (0.6 + 0.6 * much)) / field;
    const radius = random.uniform(0.05, 0.2 + 0.16 * much) / field;
    brush.segment(
      x,
      y,
      radius,
      x - sign * long * Math.cos(angle),
      y + long * Math.sin(angle),
      radius * random.uniform(0.3, 1),
      field * random.uniform(1.5, 5),
    );
    if (streak % 6 === 5) carve(body);
  }
  for (let streak = 0; streak < Math.round(14 * much); streak++) {
    const x = thorax.middle + sign * random.uniform(0.03, 0.1);
    const y = thorax.apex[side] - random.uniform(0, 0.1);
    const radius = random.uniform(0.06, 0.2) / field;
    brush.segment(
      x,
      y,
      radius,
      x + random.normal(0, 0.008),
      y - random.uniform(0.02, 0.07),
      radius / 2,
      field * 3,
    );
  }
  carve(body);
}

/** Air in the soft tissue of the chest wall and neck. */
export const subcutaneousEmphysema: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    for (const side of placed.sides)
      subcutaneousAir(
        body,
        side,
        Math.min(1.3, (0.25 + placed.severity) * placed.strength),
        random.fork(side),
      );
  },
};

/** Air around heart and great vessels: dark lines beside them, up into the neck. */
export const pneumomediastinum: FindingKind = {
  laterality: midline,
  change(body, placed, random) {
    const { brush, thorax, patient, paths } = body;
    const { field } = patient;
    const radius = (0.12 + 0.25 * placed.severity) / field;
    const depth = field * 2.5 * placed.strength;
    const heart = patient.contours.heart;
    let top = 1;
    for (let at = 1; at < heart.length; at += 2) top = Math.min(top, heart[at]!);
    for (const sign of [-1, 1]) {
      const side = sign < 0 ? 'right' : 'left';
      const points: [number, number, number][] = [];
      const until = sign > 0 ? top + random.uniform(0.08, 0.22) : top + random.uniform(-0.05, 0.1);
      for (let step = 0; step <= 10; step++) {
        const y = thorax.apex[side] - 0.04 + ((until - thorax.apex[side] + 0.04) * step) / 10;
        const edge = thorax.medial[side][tableIndex(y)]!;
        const x = y < thorax.apex[side] ? thorax.middle + sign * 0.05 : edge - sign * 0.004;
        points.push([x, y, radius * random.uniform(0.6, 1.1)]);
      }
      brush.curve(points, depth);
      carve(body);
      brush.curve(
        points.map(([x, y]) => [x + sign * (radius + 0.002), y, 0.05 / field] as const),
        field * 4,
      );
      brush.addTo(paths.soft, paths.lung);
    }
    if (random.chance(0.6)) subcutaneousAir(body, random.chance(0.5) ? 'left' : 'right', 0.15, random);
  },
};

/** Air under the raised floors, above the liver or stomach. */
export const freeAir: FindingKind = {
  laterality: { left: 0.05, right: 0.5, bilateral: 0.45 },
  change(body, placed, random) {
    const { thorax, paths, size } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const sign = signOf(side);
      // A sickle that follows the floor, some mm below it.
      const middle = thorax.middle + sign * own.uniform(0.11, 0.17);
      const wide = (0.05 + 0.06 * placed.severity) * own.uniform(0.9, 1.1);
      const tall = (0.007 + 0.03 * placed.severity) * placed.strength;
      const wall = own.uniform(0.006, 0.012);
      const depth = own.uniform(3, 6);
      for (let row = 0; row < size; row++) {
        const y = (row + 0.5) / size;
        for (let column = 0; column < size; column++) {
          const x = (column + 0.5) / size;
          const u = (x - middle) / wide;
          if (Math.abs(u) >= 1) continue;
          const dome = thorax.dome[side][tableIndex(x)]!;
          const below = y - dome - wall;
          const high = tall * 2 * Math.sqrt(1 - u * u);
          if (below <= 0 || below >= high) continue;
          const at = row * size + column;
          const edge = Math.min(1, (below * size) / 1.5, ((high - below) * size) / 2);
          paths.soft[at]! -= Math.min(depth * edge, 0.7 * paths.soft[at]!);
        }
      }
    }
  },
};
