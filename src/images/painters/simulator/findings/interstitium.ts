import { bothSides, type FindingKind, lungPlace, siteCentre } from './kind.js';
import { isUpper, net } from './net.js';
/** Thick septa and bronchial walls everywhere. */
export const interstitialThickening: FindingKind = {
  laterality: bothSides,
  change(body, placed, random) {
    for (const side of placed.sides) {
      const own = random.fork(side);
      net(
        body,
        side,
        (0.1 + 0.14 * placed.severity) * placed.strength,
        own.uniform(7, 12),
        0.22,
        { ...placed, extent: 'diffuse' },
        isUpper(placed),
        own,
      );
    }
  },
};

/** Wide bronchi with thick walls: tram lines and rings. */
export const bronchiectasis: FindingKind = {
  laterality: { left: 0.25, right: 0.25, bilateral: 0.5 },
  change(body, placed, random) {
    const { brush, paths, patient } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [u, v] = siteCentre(placed.site ?? 'lower zone', own);
      const count = 6 + Math.round(12 * placed.severity);
      for (let tube = 0; tube < count; tube++) {
        const [x, y] = lungPlace(body, side, u * 0.7 + own.normal(0, 0.14), v + own.normal(0, 0.12));
        const radius = own.uniform(0.25, 0.5) / patient.field;
        const long = own.chance(0.4) ? 0 : own.uniform(0.02, 0.05);
        const angle = Math.atan2(v - 0.5, (u - 0.1) * (side === 'left' ? 1 : -1)) + own.normal(0, 0.4);
        brush.segment(
          x,
          y,
          radius,
          x + long * Math.cos(angle),
          y + long * Math.sin(angle),
          radius * 0.9,
          patient.field * 1.6 * placed.strength,
          0.13 / patient.field,
          0,
        );
        brush.addTo(paths.soft, paths.lung);
      }
    }
  },
};
