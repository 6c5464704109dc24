import type { Random } from '../../../../base/index.js';
import type { Body, LungSide } from '../body-map.js';
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
  signOf,
  siteCentre,
} from './kind.js';
import { liftFloor } from './structure.js';

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
      if (placed.severity > 0.4 && own.chance(0.6)) airBronchograms(body, side, x, y, wide, own);
    }
  },
};

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
  const air = new Float32Array(size * size);
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
      const patches: Patch[] = [];
      const wide = placed.extent === 'multifocal' || placed.extent === 'diffuse' || placed.sides.length > 1;
      const [u, v] = siteCentre(placed.site ?? (own.chance(0.6) ? 'lower zone' : undefined), own);
      const count = 3 + own.integer(5);
      for (let patch = 0; patch < count; patch++) {
        const [x, y] = lungPlace(
          body,
          side,
          u + own.normal(0, wide ? 0.25 : 0.13),
          v + own.normal(0, wide ? 0.22 : 0.1),
        );
        const radius = (0.04 + 0.06 * placed.severity) * own.uniform(0.6, 1.3);
        patches.push({
          x,
          y,
          rx: radius,
          ry: radius * own.uniform(0.7, 1.4),
          solid: Math.min(0.8, (0.09 + 0.2 * placed.severity) * own.uniform(0.6, 1.2) * placed.strength),
          softness: own.uniform(0.6, 1),
        });
      }
      fillPatches(body, side, patches, own, 0.9, 0.6);
    }
  },
};

/** An ill-defined haze with a fine net, of any size: what older reports call an infiltrate. */
export const infiltrate: FindingKind = {
  laterality: { left: 0.25, right: 0.35, bilateral: 0.4 },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const patches: Patch[] = [];
      const count = 2 + own.integer(4);
      const [u, v] = siteCentre(placed.site ?? (own.chance(0.45) ? 'lower zone' : undefined), own);
      for (let patch = 0; patch < count; patch++) {
        const [x, y] = lungPlace(body, side, u + own.normal(0, 0.2), v + own.normal(0, 0.18));
        const radius = (0.05 + 0.08 * placed.severity) * own.uniform(0.6, 1.3);
        patches.push({
          x,
          y,
          rx: radius,
          ry: radius * own.uniform(0.7, 1.5),
          solid: Math.min(0.6, (0.05 + 0.13 * placed.severity) * own.uniform(0.7, 1.2) * placed.strength),
          softness: 1,
        });
      }
      fillPatches(body, side, patches, own, 1.2, 1.2);
    }
  },
};

/** Fluid in alveoli and interstitium: haze around the hila and below, lines at the edges, wide upper vessels. */
export const edema: FindingKind = {
  laterality: bothUsually(),
  reshape(patient, placed) {
    const more = placed.severity * placed.strength;
    patient.upperVessels *= 1.2 + 0.35 * more;
    patient.lowerVessels *= 1.05 + 0.15 * more;
    patient.hilum = {
      right: patient.hilum.right * (1.1 + 0.3 * more),
      left: patient.hilum.left * (1.1 + 0.3 * more),
    };
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

function bothUsually() {
  return { left: 0.04, right: 0.06, bilateral: 0.9 };
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

/** Collapse: plates across the base, or a lobe that shrinks and pulls the floor up. */
export const atelectasis: FindingKind = {
  laterality: { left: 0.35, right: 0.35, bilateral: 0.3 },
  reshape(patient, placed, random) {
    for (const side of placed.sides)
      liftFloor(
        patient,
        side,
        random.fork('lift', side).uniform(0, 0.015 + 0.03 * placed.severity) * placed.strength,
      );
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const kind = own.weighted({ plate: 0.55, basal: 0.3, lobe: placed.severity > 0.5 ? 0.35 : 0.12 });
      if (kind === 'plate' || own.chance(0.3)) plates(body, side, placed, own);
      if (kind === 'basal') basalCollapse(body, side, placed, own);
      if (kind === 'lobe') lobarCollapse(body, side, placed, own);
    }
  },
};

function plates(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { brush, paths, patient, size } = body;
  const sign = signOf(side);
  const count = 1 + random.integer(placed.severity > 0.5 ? 4 : 3);
  const solid = new Float32Array(size * size);
  for (let plate = 0; plate < count; plate++) {
    const height =
      placed.site === undefined ? random.uniform(0.68, 0.99) : siteCentre(placed.site, random)[1];
    const [x, y] = lungPlace(body, side, random.uniform(0.1, 0.5), height + random.normal(0, 0.04));
    const long = random.uniform(0.06, 0.16) * (0.7 + 0.5 * placed.severity);
    const slope = random.normal(0.05, 0.22);
    const thick = random.uniform(0.13, 0.38) / patient.field;
    const bow = random.normal(0, 0.006);
    const points = [0, 0.25, 0.5, 0.75, 1].map(
      t =>
        [
          x + sign * long * t,
          y + long * slope * t + bow * Math.sin(Math.PI * t),
          thick * (0.6 + 0.4 * Math.sin(Math.PI * t)),
        ] as const,
    );
    // A plate seen on edge: some cm deep although thin.
    brush.curve(
      points,
      ((patient.field * random.uniform(2, 4.5)) / (2 * thick * patient.field)) * placed.strength * 0.5,
    );
    brush.addTo(solid, paths.lung);
  }
  for (let at = 0; at < solid.length; at++) {
    const taken = Math.min(solid[at]!, paths.lung[at]!);
    paths.lung[at]! -= taken;
    paths.soft[at]! += taken;
  }
}

function basalCollapse(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const [x, y] = lungPlace(body, side, random.uniform(0.15, 0.7), 1);
  const radius = 0.05 + 0.06 * placed.severity;
  fillPatches(
    body,
    side,
    [
      {
        x,
        y: y + 0.01,
        rx: radius * random.uniform(1, 1.7),
        ry: radius * random.uniform(0.5, 0.9),
        solid: Math.min(0.85, (0.15 + 0.3 * placed.severity) * placed.strength),
        softness: random.uniform(0.4, 0.9),
      },
    ],
    random,
    0.8,
    0.5,
  );
}

/** A collapsed lobe: a wedge from the hilum with one straight edge. */
function lobarCollapse(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const hilum = hilumOf(body, side);
  const upper =
    placed.site === 'upper lobe' ||
    placed.site === 'upper zone' ||
    (placed.site === undefined && random.chance(0.25));
  const sign = signOf(side);
  const lean = random.uniform(0.25, 0.75);
  const solid = Math.min(0.85, (0.25 + 0.35 * placed.severity) * placed.strength);
  const inner = noisePlace(random, 0.8);
  const edge = random.uniform(0.008, 0.03);
  fillBy(body, side, (x, y) => {
    const down = upper ? hilum.y - y : y - hilum.y;
    if (down < -0.02) return 0;
    const out = sign * (x - hilum.x) - (upper ? 0.05 : -0.01) - down * lean;
    const inside = upper ? 0.03 - out : -out;
    const t = Math.min(1, Math.max(0, inside / edge + 0.5));
    return solid * t * (1 + 0.2 * noiseAt(inner, x, y, 6)) * Math.min(1, down / 0.06 + 0.3);
  });
}
