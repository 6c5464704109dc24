import type { Random } from '../../../../base/index.js';
import { arena } from '../arena.js';
import { type Body, type LungSide, sides, signOf, smoothStep } from '../body-map.js';
import { kernels, placeOf } from '../kernels.js';
import { cellsOf } from '../noise.js';
import type { Patient } from '../patient.js';
import { tableIndex } from '../shape.js';
import {
  columnsOf,
  type FindingKind,
  fillBy,
  fillPatches,
  lungHeight,
  lungPlace,
  noiseAt,
  noisePlace,
  type Placed,
  siteCentre,
} from './kind.js';
import { liftFloor } from './structure.js';

const laterality = { left: 0.27, right: 0.25, bilateral: 0.48 };

/** Lung that is not aired is small: the floor of the side stands high, the other one at times a little as well. */
function shallow(patient: Patient, placed: Placed, random: Random, most: number): void {
  // Far from the floor a plate hardly moves it, and at times none does.
  if (!isLow(placed.site) || random.chance(0.3)) return;
  // In bed the breath is shallower still.
  const deepest = patient.view === 'PA' ? most : most + 0.02;
  const amount = (random.uniform(0.2, 1) * deepest + 0.01) * placed.strength;
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
      if (own.chance(0.65)) plates(body, side, { ...placed, severity: 0.5 * placed.severity }, own);
    }
  },
};

/**
 * The left lower lobe without air behind the heart: a wedge that hides the descending aorta and the inner part of the
 * floor. On the right, when both sides are affected, haze over the floor beside the heart.
 */
export const retrocardiacAtelectasis: FindingKind = {
  laterality: { left: 0.8, right: 0, bilateral: 0.2 },
  reshape(patient, placed, random) {
    for (const side of placed.sides)
      liftFloor(patient, side, random.uniform(0.005, 0.02 + 0.03 * placed.severity) * placed.strength);
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      if (side === 'left') wedge(body, placed, own);
      crowdedBase(body, side, 0.5 * placed.severity, placed.strength, own, own.uniform(-0.75, -0.2));
      if (own.chance(0.35)) plates(body, side, { ...placed, site: undefined, severity: 0.5 }, own);
    }
  },
};

function wedge(body: Body, placed: Placed, random: Random): void {
  const { thorax } = body;
  const solid = Math.min(0.92, (0.4 + 0.4 * placed.severity) * placed.strength * random.uniform(0.85, 1.15));
  const from = random.uniform(0.4, 0.55);
  const reach = random.uniform(0.08, 0.12) + 0.05 * placed.severity;
  const edge = random.uniform(0.008, 0.035);
  const inner = noisePlace(random, 0.65);
  fillBy(body, 'left', (x, y) => {
    const down = (lungHeight(body, 'left', y) - from) / (1 - from);
    if (down <= 0) return 0;
    const within = 0.045 + reach * Math.min(1, down) - (x - thorax.middle);
    const share = smoothStep(-edge, edge, within) * smoothStep(0, 0.35, down);
    return solid * share * Math.max(0.3, 1 + 0.25 * noiseAt(inner, x, y, 6));
  });
}

/** Thin bands of collapsed lung: near level, mostly some cm above the floor and along its bow. */
function plates(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { brush, paths, patient, size, thorax } = body;
  const sign = signOf(side);
  const count = 1 + random.integer(placed.extent === 'multifocal' || placed.severity > 0.5 ? 4 : 3);
  const solid = arena.empty(size * size);
  for (let plate = 0; plate < count; plate++) {
    const long = random.uniform(0.06, 0.17) * (0.7 + 0.6 * placed.severity);
    const [u, v] =
      placed.site === undefined
        ? [random.uniform(0.1, 0.75), random.uniform(0.72, 0.98)]
        : siteCentre(placed.site, random);
    const [x, y] = lungPlace(body, side, u, v + random.normal(0, 0.03));
    const slope = random.normal(0.05, 0.2);
    const thick = random.uniform(0.08, 0.26) / patient.field;
    const bow = random.normal(0, 0.005);
    // Near the floor it runs along with it in part.
    const along = isLow(placed.site) ? random.uniform(0, 0.6) : 0;
    const dome = thorax.dome[side];
    const floor = dome[tableIndex(x)]!;
    const points = [-0.5, -0.3, -0.1, 0.1, 0.3, 0.5].map(t => {
      const px = x + sign * long * t;
      const follow = along * Math.max(-0.03, Math.min(0.03, dome[tableIndex(px)]! - floor));
      return [
        px,
        y + long * slope * t + bow * Math.cos(Math.PI * t) + follow,
        thick * (0.35 + 0.65 * Math.cos(0.8 * Math.PI * t)) * random.uniform(0.85, 1.1),
      ] as const;
    });
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

/**
 * Poorly aired lung over the floor: haze that grows downwards, in streaks, in which the floor fades.
 *
 * @param toWall - From −1, densest beside the heart, to 1, densest at the wall.
 */
export function crowdedBase(
  body: Body,
  side: LungSide,
  much: number,
  strength: number,
  random: Random,
  toWall?: number,
): void {
  const most = (0.06 + 0.3 * much) * random.uniform(0.5, 1.1) * strength;
  const from = random.uniform(0.55, 0.85);
  const drawn = random.uniform(-0.25, 0.75);
  const outward = toWall ?? drawn;
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
    // Flat on the floor: what is round is pneumonia.
    rx: radius * random.uniform(1, 2),
    ry: radius * random.uniform(0.25, 0.5),
    solid: Math.min(0.85, (0.12 + 0.32 * placed.severity) * placed.strength),
    softness: random.uniform(0.4, 1),
  };
  fillPatches(body, side, [patch], random, 0.9, 0.6);
}
