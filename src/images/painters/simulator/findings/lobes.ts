import type { Random } from '../../../../base/index.js';
import { type Body, clamp01, type LungSide, signOf, smoothStep } from '../body-map.js';
import { hilumOf } from '../lung-detail.js';
import { type FindingKind, fillBy, fromWall, lungHeight, noiseAt, noisePlace, type Placed } from './kind.js';
import { liftFloor, pullMediastinum } from './structure.js';

type Lobe = 'upper' | 'middle' | 'lower' | 'lung';

/** How far each collapse draws the middle to its side, lifts the floor and the hilum: shares of the picture. */
const pulls: Readonly<Record<Lobe, { middle: number; floor: number; hilum: number }>> = {
  upper: { middle: 0.016, floor: 0.025, hilum: 0.035 },
  middle: { middle: 0.002, floor: 0.01, hilum: 0 },
  lower: { middle: 0.016, floor: 0.045, hilum: -0.025 },
  lung: { middle: 0.05, floor: 0.045, hilum: 0 },
};

/** A lobe that shrinks: a wedge with a straight or hollow edge; hilum, floor and mediastinum follow. */
function collapseOf(lobe: Lobe, laterality: FindingKind['laterality']): FindingKind {
  return {
    laterality,
    reshape(patient, placed, random) {
      for (const side of placed.sides) {
        const much = (0.4 + 0.6 * placed.severity) * placed.strength * random.fork(side).uniform(0.7, 1.2);
        const pull = pulls[lobe];
        pullMediastinum(patient, signOf(side) * much * pull.middle);
        liftFloor(patient, side, much * pull.floor);
        patient.hilumRise = { ...patient.hilumRise, [side]: patient.hilumRise[side] + much * pull.hilum };
      }
    },
    change(body, placed, random) {
      for (const side of placed.sides) collapsedLobe(body, side, lobe, placed, random.fork(side));
    },
  };
}

export const upperLobeCollapse = collapseOf('upper', { left: 0.49, right: 0.49, bilateral: 0.02 });
export const middleLobeCollapse = collapseOf('middle', { left: 0, right: 1, bilateral: 0 });
export const lowerLobeCollapse = collapseOf('lower', { left: 0.52, right: 0.44, bilateral: 0.04 });
export const lungCollapse = collapseOf('lung', { left: 0.5, right: 0.5, bilateral: 0 });

function collapsedLobe(body: Body, side: LungSide, lobe: Lobe, placed: Placed, random: Random): void {
  const hilum = hilumOf(body, side);
  const { thorax } = body;
  const solid = Math.min(0.92, (0.3 + 0.4 * placed.severity) * placed.strength * random.uniform(0.85, 1.15));
  const inner = noisePlace(random, 0.8);
  const edge = random.uniform(0.006, 0.03);
  const hollow = random.uniform(0, 0.05);
  const reach = 1 - 0.5 * placed.severity;
  const root = lungHeight(body, side, hilum.y);
  fillBy(body, side, (x, y) => {
    const medial = Math.abs(x - thorax.middle) - 0.03;
    const wide = Math.max(0.02, medial + Math.max(0, fromWall(body, side, x, y)));
    const u = clamp01(medial / wide);
    const v = lungHeight(body, side, y);
    let share = 0;
    if (lobe === 'lung') share = 0.95;
    else if (lobe === 'upper' && side === 'right') {
      // Bounded below by the short fissure, which swings up and inwards about the hilum.
      const fissure = root + 0.03 - u * (0.12 + 0.4 * placed.severity) - hollow * Math.sin(Math.PI * u);
      share = smoothStep(-edge, edge, (fissure - v) * 0.5);
    } else if (lobe === 'upper') {
      // The left upper lobe falls forwards: a veil without an edge, densest at the hilum and the heart.
      const near = Math.exp(-0.5 * (((v - root + 0.08) / 0.3) ** 2 + (u / (0.45 + 0.4 * reach)) ** 2));
      share = 0.85 * near;
    } else if (lobe === 'middle') {
      const low = (v - root - 0.08) / (0.12 + 0.25 * reach);
      share =
        low < 0 || low > 1 ? 0 : smoothStep(-edge, edge, (Math.sin(Math.PI * low) * 0.75 * reach - u) * 0.2);
      share *= 0.8;
    } else {
      // From the hilum down along the spine to the floor, the outer edge straight.
      const down = v - root + 0.04;
      if (down > 0) share = smoothStep(-edge, edge, (0.06 + down * (0.35 + 0.75 * reach) - u) * 0.25);
      share *= Math.min(1, down / 0.12 + 0.2);
    }
    return share <= 0 ? 0 : solid * share * Math.max(0.3, 1 + 0.2 * noiseAt(inner, x, y, 6));
  });
}
