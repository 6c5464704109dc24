import { eitherSide, type FindingKind, fillPatches, lungPlace, siteCentre } from './kind.js';

/** A band of scar with pulled strands, most at the top. */
export const scarring: FindingKind = {
  laterality: eitherSide,
  change(body, placed, random) {
    const { brush, paths, patient } = body;
    for (const side of placed.sides) {
      const own = random.fork(side);
      const [x, y] = lungPlace(
        body,
        side,
        ...siteCentre(placed.site ?? (own.chance(0.6) ? 'apex' : undefined), own),
      );
      const strandsCount = 5 + own.integer(7);
      for (let strand = 0; strand < strandsCount; strand++) {
        const angle = own.uniform(0, Math.PI);
        const long = own.uniform(0.02, 0.05) * (0.6 + placed.severity);
        const fromX = x + own.normal(0, 0.02);
        const fromY = y + own.normal(0, 0.02);
        brush.segment(
          fromX,
          fromY,
          0.09 / patient.field,
          fromX + long * Math.cos(angle),
          fromY + long * Math.sin(angle),
          0.05 / patient.field,
          patient.field * 6 * placed.strength,
        );
      }
      brush.addTo(paths.soft, paths.lung);
      fillPatches(
        body,
        side,
        [
          {
            x,
            y,
            rx: 0.03 + 0.02 * placed.severity,
            ry: 0.025,
            solid: Math.min(0.6, 0.25 * placed.strength),
            softness: 1,
          },
        ],
        own,
        1,
        1,
      );
    }
  },
};
