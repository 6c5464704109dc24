import type { Random } from '../../../../base/index.js';
import { type Body, clamp01, type LungSide } from '../body-map.js';
import { hilumOf } from '../lung-detail.js';
import type { Patient } from '../patient.js';
import {
  type FindingKind,
  fillBy,
  lungHeight,
  lungPlace,
  noiseAt,
  noisePlace,
  type Placed,
  signOf,
} from './kind.js';

const usual = { left: 0.04, right: 0.06, bilateral: 0.9 };

/** Fluid in alveoli and interstitium: haze around the hila and below, lines at the edges, wide upper vessels. */
export const alveolarEdema: FindingKind = {
  laterality: usual,
  reshape(patient, placed) {
    redistribute(patient, placed.severity * placed.strength);
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const broad = noisePlace(own, 0.65);
      const fine = noisePlace(own, 0.8);
      const hilum = hilumOf(body, side);
      const core = (0.06 + 0.24 * placed.severity) * placed.strength * own.uniform(0.8, 1.15);
      const reach = 0.12 + 0.1 * placed.severity;
      const basal = own.uniform(0.2, 0.9);
      fillBy(body, side, (x, y) => {
        const dx = (x - hilum.x) / reach;
        const dy = (y - hilum.y - 0.04) / (reach * 1.35);
        const near = Math.exp(-0.5 * (dx * dx + dy * dy));
        const low = Math.max(0, lungHeight(body, side, y) - 0.35) * basal * 0.6;
        const haze = core * (0.85 * near + low + 0.12);
        return haze * Math.max(0.15, 1 + 0.45 * noiseAt(broad, x, y, 5) + 0.35 * noiseAt(fine, x, y, 4));
      });
      septalLines(body, side, placed, own);
    }
  },
};

/** Wide vessels and hila, the upper ones as wide as the lower: the veins are full. */
function redistribute(patient: Patient, more: number): void {
  patient.upperVessels *= 1.2 + 0.35 * more;
  patient.lowerVessels *= 1.05 + 0.15 * more;
  patient.hilum = {
    right: patient.hilum.right * (1.1 + 0.3 * more),
    left: patient.hilum.left * (1.1 + 0.3 * more),
  };
}

/** Fluid in the septa and around bronchi: lines at the edges, blurred vessels, thick bronchial walls. */
export const interstitialEdema: FindingKind = {
  laterality: usual,
  reshape(patient, placed) {
    redistribute(patient, (0.4 + 0.6 * placed.severity) * placed.strength);
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const hilum = hilumOf(body, side);
      const fine = noisePlace(own, 0.8);
      const other = noisePlace(own, 0.65);
      const share = (0.05 + 0.1 * placed.severity) * placed.strength * own.uniform(0.8, 1.2);
      fillBy(body, side, (x, y) => {
        const near = Math.exp(-Math.hypot(x - hilum.x, y - hilum.y) / 0.12);
        const low = clamp01(lungHeight(body, side, y));
        const strand = Math.abs(noiseAt(fine, x, y, 9)) < 0.25 ? 1.2 : 0.5;
        return (
          share * (0.35 + 0.8 * near + 0.5 * low) * strand * Math.max(0.3, 1 + 0.4 * noiseAt(other, x, y, 4))
        );
      });
      septalLines(body, side, { ...placed, severity: 0.5 + placed.severity }, own);
      cuffs(body, side, placed, own);
    }
  },
};

/** Rings of bronchi seen end on beside the hilum, their walls thick. */
function cuffs(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { brush, paths, patient } = body;
  const hilum = hilumOf(body, side);
  const count = 1 + random.integer(3);
  for (let ring = 0; ring < count; ring++) {
    const x = hilum.x + signOf(side) * random.uniform(0.01, 0.07);
    const y = hilum.y + random.normal(0, 0.04);
    const radius = random.uniform(0.25, 0.42) / patient.field;
    const wall = (0.1 + 0.08 * placed.severity) / patient.field;
    brush.segment(x, y, radius, x, y, radius, patient.field * 1.3 * placed.strength, wall, 0);
    brush.addTo(paths.soft, paths.lung);
  }
}

/** Kerley B lines: short, level lines that touch the pleura at the base. */
function septalLines(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { brush, paths, patient } = body;
  const count = Math.round(random.uniform(0, 12) * (0.4 + placed.severity));
  for (let line = 0; line < count; line++) {
    const [x, y] = lungPlace(body, side, 1, random.uniform(0.65, 1.02));
    const sign = signOf(side);
    const long = random.uniform(0.6, 1.6) / patient.field;
    const slope = random.normal(0, 0.12);
    brush.segment(
      x,
      y,
      0.05 / patient.field,
      x - sign * long,
      y + slope * long,
      0.04 / patient.field,
      patient.field * 6,
    );
  }
  brush.addTo(paths.soft, paths.lung);
}
