import type { Random } from '../../../base/index.js';
import { arena } from './arena.js';
import { type Body, type LungSide, sides, signOf } from './body-map.js';
import { kernels } from './kernels.js';
import { tableIndex } from './shape.js';

/** A branch of a bronchovascular tree, in fractions of the side. */
export interface Branch {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly r0: number;
  readonly r1: number;
}

/** Where the vessels of a lung start. */
export function hilumOf(body: Body, side: LungSide): { x: number; y: number } {
  const { thorax, patient } = body;
  const height = patient.lungHeight[side];
  const level = thorax.apex[side] + height * (side === 'left' ? 0.43 : 0.46);
  // Just beyond the inner edge of the lung, wherever that lies in this patient.
  const edge = Math.abs(thorax.medial[side][tableIndex(level)]! - thorax.middle);
  return {
    x:
      thorax.middle +
      0.8 * patient.mediastinalShift +
      signOf(side) * Math.min(0.11, Math.max(0.066, 0.95 * edge)),
    y: level - patient.hilumRise[side],
  };
}

/** Arteries and veins of the lungs and the hila: blood in place of lung. */
export function addVessels(body: Body, random: Random): void {
  const { brush, patient, paths, vessels, size } = body;
  const { field } = patient;
  const front = arena.empty(size * size);
  for (const side of sides) {
    const own = random.fork('vessels', side);
    const tree = growTree(body, side, own);
    // Odd and even branches overlap along the beam: two layers that add up.
    tree.forEach((branch, index) => {
      if (index % 2 === 0)
        brush.segment(branch.x0, branch.y0, branch.r0, branch.x1, branch.y1, branch.r1, field);
    });
    brush.addTo(front);
    tree.forEach((branch, index) => {
      if (index % 2 === 1)
        brush.segment(branch.x0, branch.y0, branch.r0, branch.x1, branch.y1, branch.r1, field);
    });
    hilum(body, side, own);
    brush.addTo(front);
  }
  kernels().layVessels(size, front, paths.lung, paths.blood, vessels, 0.85);
}

function hilum(body: Body, side: LungSide, random: Random): void {
  const { brush, patient } = body;
  const { field } = patient;
  const sign = signOf(side);
  const { x, y } = hilumOf(body, side);
  const large = (patient.hilum[side] * random.uniform(1, 1.3)) / field;
  // Main artery out of the mediastinum, its descending and upper branches, upper and lower vein.
  const turn = random.uniform(-0.01, 0.015);
  brush.curve(
    [
      [x - sign * 0.045, y - 0.02, large * 1.2],
      [x, y - 0.008, large * 1.15],
      [x + sign * 0.012, y + 0.035, large * 0.92],
      [x + sign * 0.02, y + 0.085, large * 0.68],
      [x + sign * (0.026 + turn), y + 0.15, large * 0.42],
    ],
    field * 0.95,
  );
  brush.curve(
    [
      [x - sign * 0.01, y - 0.015, large * 0.85],
      [x + sign * 0.012, y - 0.055, large * 0.55],
      [x + sign * (0.03 + turn), y - 0.1, large * 0.35],
    ],
    field * 0.9,
  );
  brush.curve(
    [
      [x - sign * 0.03, y + 0.06, large * 0.8],
      [x + sign * 0.02, y + 0.07 + turn, large * 0.55],
      [x + sign * 0.07, y + 0.075 + 2 * turn, large * 0.32],
    ],
    field * 0.8,
  );
  brush.segment(
    x - sign * 0.03,
    y + 0.005,
    large * 0.7,
    x + sign * 0.05,
    y - 0.04 + turn,
    large * 0.36,
    field * 0.8,
  );
  // Nodes and small branches around them.
  for (let spot = 0; spot < 7; spot++)
    brush.ellipse(
      x + random.normal(0.004 * sign, 0.018),
      y + random.normal(0.01, 0.032),
      large * random.uniform(0.3, 0.7),
      large * random.uniform(0.4, 0.9),
      random.uniform(0.8, 2),
      0.5,
      random.uniform(-0.8, 0.8),
    );
}

/** A tree that tapers by Murray's law (r³ = r₁³ + r₂³) and ends where vessels can no longer be seen. */
function growTree(body: Body, side: LungSide, random: Random): Branch[] {
  const { patient, thorax } = body;
  const { field } = patient;
  const sign = signOf(side);
  const start = hilumOf(body, side);
  const branches: Branch[] = [];
  const finest = 0.028 / field;
  const top = thorax.apex[side];
  const bottom = thorax.angle[side];
  const middleY = start.y;
  const grow = (x: number, y: number, heading: number, radius: number, rank: number) => {
    if (radius < finest || rank > 9) return;
    const long =
      ((2.1 + 9 * radius * field) / field) * random.uniform(0.45, 0.95) * (rank === 0 ? 0.9 : 0.75);
    const bend = random.normal(0, 0.12);
    const x1 = x + long * Math.cos(heading + bend);
    const y1 = y + long * Math.sin(heading + bend);
    const wall = thorax.wall[side][tableIndex(y1)]!;
    // Branches beyond the lung are left out but still drawn at random, so that the rest of the tree of a
    // patient stays the same when a finding moves the floor.
    const outside = sign * (wall - x1) < 0.006 || y1 < top || y1 > bottom + 0.03;
    if (outside && rank > 6) return;
    const thinner = radius * 0.9;
    const zone = y1 < middleY ? patient.upperVessels : patient.lowerVessels;
    if ((random.chance(patient.vesselCount) || rank < 2) && !outside)
      branches.push({ x0: x, y0: y, x1, y1, r0: radius * zone, r1: thinner * zone });
    const share = random.uniform(0.25, 0.75);
    const turn = random.uniform(0.35, 0.75);
    const flip = random.chance(0.5) ? 1 : -1;
    grow(x1, y1, heading + bend + flip * turn * (1 - share), thinner * Math.cbrt(share), rank + 1);
    grow(x1, y1, heading + bend - flip * turn * share, thinner * Math.cbrt(1 - share), rank + 1);
  };
  const mains = 12;
  for (let main = 0; main < mains; main++) {
    // From straight up over the side to steeply down; the middle of the picture has none.
    const angle = -1.45 + (2.95 * (main + random.uniform(-0.3, 0.3))) / (mains - 1);
    const low = angle > 0.2;
    const radius = (random.uniform(0.3, 0.55) * (low ? 1.2 : 0.9)) / field;
    const y = start.y + (low ? random.uniform(0.02, 0.09) : random.uniform(-0.05, 0.02));
    const heading = sign > 0 ? angle : Math.PI - angle;
    grow(start.x + sign * 0.005, y, heading, radius, 0);
  }
  return branches;
}
