import type { Random } from '../../../../base/index.js';
import { arena } from '../arena.js';
import { type Body, clamp01, type LungSide, sides, signOf, smoothStep } from '../body-map.js';
import { kernels, placeOf } from '../kernels.js';
import { hilumOf } from '../lung-detail.js';
import { cellsOf } from '../noise.js';
import type { Patient } from '../patient.js';
import { tableIndex } from '../shape.js';
import {
  columnsOf,
  type FindingKind,
  fillBy,
  fillPatches,
  fromWall,
  lungHeight,
  lungPlace,
  noiseAt,
  noisePlace,
  type Placed,
  siteCentre,
} from './kind.js';
import { liftFloor, pullMediastinum } from './structure.js';

const laterality = { left: 0.27, right: 0.25, bilateral: 0.48 };

/** Lung that is not aired is small: the floor of the side stands high, the other one at times a little as well. */
function shallow(patient: Patient, placed: Placed, random: Random, most: number): void {
  // Far from the floor a plate hardly moves it.
  if (!isLow(placed.site)) return;
  const amount = (random.uniform(0.2, 1) * most + 0.01) * placed.strength;
  const other = random.chance(0.4) ? random.uniform(0, 0.2) * amount : 0;
  for (const side of sides) liftFloor(patient, side, placed.sides.includes(side) ? amount : other);
  if (placed.sides.length === 1) return;
  patient.lowerVessels *= 1 + 2 * amount;
  patient.lungDensity *= 1 + 1.5 * amount;
}

function isLow(site: Placed['site']): boolean {
  return site !== 'apex' && site !== 'upper zone' && site !== 'upper lobe' && site !== 'mid zone';
}

/** Plates of collapsed lung: bands of a few mm across the base. */
export const plateAtelectasis: FindingKind = {
  laterality,
  reshape(patient, placed, random) {
    shallow(patient, placed, random, 0.02 + 0.035 * placed.severity);
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      plates(body, side, placed, own);
      if (isLow(placed.site) && own.chance(0.5))
        crowdedBase(body, side, 0.35 * placed.severity, placed.strength, own);
    }
  },
};

/** Small, ill-defined collapse over the floor, with crowded vessels and a floor that fades. */
export const basalAtelectasis: FindingKind = {
  laterality,
  reshape(patient, placed, random) {
    shallow(patient, placed, random, 0.03 + 0.05 * placed.severity);
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      crowdedBase(body, side, placed.severity, placed.strength, own);
      basalPatch(body, side, placed, own);
      if (own.chance(0.45)) plates(body, side, { ...placed, severity: 0.5 * placed.severity }, own);
    }
  },
};

/** A lobe that shrinks: a wedge with a straight or hollow edge; hilum, floor and mediastinum follow. */
export const lobarAtelectasis: FindingKind = {
  laterality: { left: 0.5, right: 0.48, bilateral: 0.02 },
  reshape(patient, placed, random) {
    for (const side of placed.sides) {
      const lobe = lobeOf(side, placed, random.fork('lobe', side));
      const own = random.fork(side);
      const much = (0.4 + 0.6 * placed.severity) * placed.strength * own.uniform(0.7, 1.2);
      const sign = signOf(side);
      pullMediastinum(patient, sign * much * (lobe === 'lung' ? 0.05 : lobe === 'middle' ? 0.002 : 0.016));
      liftFloor(patient, side, much * (lobe === 'middle' ? 0.01 : lobe === 'upper' ? 0.025 : 0.045));
      const rise = lobe === 'upper' ? 0.035 : lobe === 'lower' ? -0.025 : 0;
      patient.hilumRise = { ...patient.hilumRise, [side]: patient.hilumRise[side] + rise * much };
    }
  },
  change(body, placed, random) {
    for (const side of placed.sides)
      collapsedLobe(body, side, lobeOf(side, placed, random.fork('lobe', side)), placed, random.fork(side));
  },
};

type Lobe = 'upper' | 'middle' | 'lower' | 'lung';

/** The lobe of the text; without one by how often each collapses. Reshape and change ask alike. */
function lobeOf(side: LungSide, placed: Placed, random: Random): Lobe {
  switch (placed.site) {
    case 'upper lobe':
    case 'upper zone':
    case 'apex':
    case 'lingula':
      return 'upper';
    case 'middle lobe':
      return side === 'right' ? 'middle' : 'upper';
    case 'mid zone':
    case 'perihilar':
      return side === 'right' ? 'middle' : 'upper';
    case undefined:
      if (placed.severity > 0.93 && random.chance(0.35)) return 'lung';
      return random.weighted({ upper: 0.28, middle: side === 'right' ? 0.15 : 0, lower: 0.57 });
    default:
      return 'lower';
  }
}

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

function plates(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { brush, paths, patient, size } = body;
  const sign = signOf(side);
  const count = 1 + random.integer(placed.extent === 'multifocal' || placed.severity > 0.5 ? 4 : 3);
  const solid = arena.empty(size * size);
  for (let plate = 0; plate < count; plate++) {
    const [u, v] =
      placed.site === undefined
        ? [random.uniform(0, 0.5), random.uniform(0.68, 1)]
        : siteCentre(placed.site, random);
    const long = random.uniform(0.05, 0.15) * (0.7 + 0.5 * placed.severity);
    const [mx, y] = lungPlace(body, side, u, v + random.normal(0, 0.03));
    const x = placed.site === undefined ? mx : mx - 0.5 * sign * long;
    const slope = random.normal(0.05, 0.25);
    const thick = random.uniform(0.1, 0.42) / patient.field;
    const bow = random.normal(0, 0.006);
    const points = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
      t =>
        [
          x + sign * long * t,
          y + long * slope * t + bow * Math.sin(Math.PI * t),
          thick * (0.35 + 0.65 * Math.sin(Math.PI * (0.1 + 0.8 * t))) * random.uniform(0.8, 1.15),
        ] as const,
    );
    // A plate seen on edge is some cm deep although thin.
    brush.curve(points, ((random.uniform(1.6, 4.2) / (2 * thick)) * placed.strength) / 2);
    brush.addTo(solid, paths.lung);
  }
  for (let at = 0; at < solid.length; at++) {
    const taken = Math.min(solid[at]!, paths.lung[at]!);
    paths.lung[at]! -= taken;
    paths.soft[at]! += taken;
  }
}

/** Poorly aired lung over the floor: haze that grows downwards, in streaks, in which the floor fades. */
export function crowdedBase(
  body: Body,
  side: LungSide,
  much: number,
  strength: number,
  random: Random,
): void {
  const most = (0.06 + 0.3 * much) * random.uniform(0.5, 1.1) * strength;
  const from = random.uniform(0.55, 0.85);
  const outward = random.uniform(-0.25, 0.75);
  const broad = noisePlace(random, 0.65);
  const fine = noisePlace(random, 0.8);
  const { size, thorax, paths } = body;
  const { middle } = thorax;
  const perHeight = 1 / (thorax.top[side] - thorax.apex[side]);
  const first = Math.floor((thorax.apex[side] + from / perHeight) * size);
  const wall = Float32Array.from(
    { length: size },
    (_, row) => thorax.wall[side][tableIndex((row + 0.5) / size)]!,
  );
  kernels().crowdBase(
    size,
    Math.min(size, Math.max(0, first)),
    ...columnsOf(body, side),
    middle,
    most,
    from,
    outward,
    signOf(side),
    thorax.apex[side],
    perHeight,
    ...placeOf(broad),
    cellsOf(4),
    ...placeOf(fine),
    cellsOf(7),
    wall,
    paths.lung,
    paths.soft,
  );
}

function basalPatch(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const [u, v] =
    placed.site === undefined || placed.site === 'base' || placed.site === 'lower lobe'
      ? [random.uniform(0.05, 0.95), random.uniform(0.92, 1.05)]
      : siteCentre(placed.site, random);
  const [x, y] = lungPlace(body, side, u, v);
  const radius = 0.04 + 0.06 * placed.severity;
  const patch = {
    x,
    y,
    rx: radius * random.uniform(0.9, 1.8),
    ry: radius * random.uniform(0.4, 0.9),
    solid: Math.min(0.85, (0.12 + 0.32 * placed.severity) * placed.strength),
    softness: random.uniform(0.4, 1),
  };
  fillPatches(body, side, [patch], random, 0.9, 0.6);
}
