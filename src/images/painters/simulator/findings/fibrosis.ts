import type { Random } from '../../../../base/index.js';
import { type Body, type LungSide, sides, signOf } from '../body-map.js';
import { hilumOf } from '../lung-detail.js';
import { type FindingKind, lungPlace, type Placed, siteCentre } from './kind.js';
import { isUpper, net } from './net.js';
import { apicalCap, bluntedAngle } from './pleural-scars.js';
import { scarring } from './scarring.js';
import { liftFloor, pullMediastinum } from './structure.js';
/** Scarred interstitium of the bases and edges: a net, honeycombs, lungs that shrink. */
export const basalFibrosis: FindingKind = {
  laterality: { left: 0.1, right: 0.12, bilateral: 0.78 },
  reshape(patient, placed, random) {
    // Not always: where the floor moves, its edge is the greatest change and hides that of the lung.
    const shrunk = random.chance(0.6) ? random.uniform(0.01, 0.025 + 0.05 * placed.severity) : 0;
    for (const side of sides)
      liftFloor(patient, side, shrunk * (placed.sides.includes(side) ? random.uniform(0.6, 1) : 0.3));
    const pull = 1 + random.uniform(0, 0.25) * placed.severity;
    patient.hilum = { right: patient.hilum.right * pull, left: patient.hilum.left * pull };
  },
  change(body, placed, random) {
    const upper = isUpper(placed);
    for (const side of placed.sides) {
      const own = random.fork(side);
      const share = (0.17 + 0.31 * placed.severity) * placed.strength * own.uniform(0.7, 1.2);
      net(body, side, share, own.uniform(4, 9), own.uniform(0.2, 0.45), placed, upper, own);
      net(body, side, share * 0.6, own.uniform(8, 14), 0.4, placed, upper, own.fork('fine'));
      strands(body, side, placed, upper, own.fork('strands'));
      if (upper) scarring.change?.(body, { ...placed, sides: [side], site: 'apex' }, own.fork('scar'));
      else if (placed.severity > 0.5 && own.chance(0.5)) honeycomb(body, side, placed, own);
    }
  },
};

/** Scarred tops of the lungs, as after tuberculosis: hila and windpipe pulled up and over, strands, caps. */
export const apicalFibrosis: FindingKind = {
  laterality: { left: 0.22, right: 0.33, bilateral: 0.45 },
  reshape(patient, placed, random) {
    const much = (0.35 + 0.65 * placed.severity) * placed.strength;
    const rise = { ...patient.hilumRise };
    for (const side of placed.sides) rise[side] += 0.035 * much * random.uniform(0.5, 1.2);
    patient.hilumRise = rise;
    const [side] = placed.sides;
    if (placed.sides.length === 1 && side !== undefined)
      pullMediastinum(patient, (side === 'left' ? 1 : -1) * 0.014 * much * random.uniform(0.3, 1.2));
    for (const other of placed.sides)
      if (random.chance(0.5)) liftFloor(patient, other, 0.02 * much * random.uniform(0.2, 1));
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const top = { ...placed, sides: [side], site: 'apex' as const };
      scarring.change?.(body, top, own.fork('scar'));
      if (own.chance(0.6))
        apicalCap.change?.(body, { ...top, severity: 0.6 * placed.severity }, own.fork('cap'));
      strands(body, side, placed, true, own);
      if (own.chance(0.6))
        net(body, side, 0.1 + 0.15 * placed.severity, own.uniform(4, 8), 0.3, top, true, own);
    }
  },
};

/** A few coarse bands of scar and a held floor: what little is left of an old disease. */
export const linearFibrosis: FindingKind = {
  laterality: { left: 0.35, right: 0.4, bilateral: 0.25 },
  reshape(patient, placed, random) {
    for (const side of placed.sides)
      liftFloor(patient, side, random.uniform(0, 0.015 + 0.02 * placed.severity));
  },
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      const site = placed.site ?? own.pick(['lower zone', 'mid zone', 'base', 'lower zone'] as const);
      bands(body, side, { ...placed, site }, own.fork('bands'));
      net(body, side, 0.06 + 0.1 * placed.severity, own.uniform(5, 9), 0.3, { ...placed, site }, false, own);
      if (own.chance(0.4))
        bluntedAngle.change?.(
          body,
          { ...placed, sides: [side], severity: 0.4 * placed.severity },
          own.fork('angle'),
        );
    }
  },
};

/** Long bands of scar, bowed, of any slope, that end at the pleura. */
function bands(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { brush, paths, patient } = body;
  const sign = signOf(side);
  for (let count = 1 + Math.round(2 * placed.severity); count > 0; count--) {
    const [, v] = siteCentre(placed.site, random);
    const long = random.uniform(0.07, 0.16);
    const [x, y] = lungPlace(body, side, random.uniform(0.6, 1), v);
    const slope = random.normal(0, 0.5);
    const bow = random.normal(0, 0.01);
    const thick = random.uniform(0.07, 0.16) / patient.field;
    brush.curve(
      [0, 0.25, 0.5, 0.75, 1].map(t => [
        x - sign * long * t,
        y + long * slope * t + bow * Math.sin(Math.PI * t),
        thick * (1 - 0.6 * t),
      ]),
      patient.field * random.uniform(4, 8) * placed.strength,
    );
    brush.addTo(paths.soft, paths.lung);
  }
}

/** Strands between the scarred top or base of the lung and its hilum. */
function strands(body: Body, side: LungSide, placed: Placed, upper: boolean, random: Random): void {
  const { brush, paths, patient } = body;
  const hilum = hilumOf(body, side);
  const count = 3 + random.integer(5);
  for (let strand = 0; strand < count; strand++) {
    const [x, y] = lungPlace(
      body,
      side,
      random.uniform(0.2, upper ? 0.8 : 0.95),
      upper ? random.uniform(0.06, 0.22) : random.uniform(0.7, 1),
    );
    const radius = random.uniform(0.05, 0.13) / patient.field;
    const t = random.uniform(0.5, 0.95);
    const bow = random.normal(0, 0.012);
    brush.curve(
      [
        [x, y, radius],
        [x + (0.5 * t * (hilum.x - x) + bow), y + 0.5 * t * (hilum.y - y), radius],
        [x + t * (hilum.x - x), y + t * (hilum.y - y), 0.7 * radius],
      ],
      patient.field * random.uniform(2, 4.5) * (0.6 + 0.5 * placed.severity) * placed.strength,
    );
    if (strand % 2 === 1) brush.addTo(paths.soft, paths.lung);
  }
  brush.addTo(paths.soft, paths.lung);
}

/** Small holes with walls at the edge of the base. */
function honeycomb(body: Body, side: LungSide, placed: Placed, random: Random): void {
  const { brush, paths, patient } = body;
  const count = 20 + Math.round(60 * placed.severity);
  for (let hole = 0; hole < count; hole++) {
    const [x, y] = lungPlace(body, side, random.uniform(0.55, 1), random.uniform(0.65, 1.05));
    const radius = random.uniform(0.25, 0.6) / patient.field;
    brush.segment(x, y, radius, x, y, radius, patient.field * 0.55, 0.12 / patient.field, 0);
    if (hole % 3 === 0) brush.addTo(paths.soft, paths.lung);
  }
  brush.addTo(paths.soft, paths.lung);
}
