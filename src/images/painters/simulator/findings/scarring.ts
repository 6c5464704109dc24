import { hilumOf } from '../lung-detail.js';
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
      // Strands run towards the hilum, as what shrinks draws vessels and septa after it.
      const hilum = hilumOf(body, side);
      const toward = Math.atan2(hilum.y - y, hilum.x - x);
      const strandsCount = 4 + own.integer(6);
      for (let strand = 0; strand < strandsCount; strand++) {
        const angle = toward + own.normal(0, 0.45);
        const long = own.uniform(0.025, 0.07) * (0.6 + placed.severity);
        const fromX = x + own.normal(0, 0.02) - 0.4 * long * Math.cos(angle);
        const fromY = y + own.normal(0, 0.02) - 0.4 * long * Math.sin(angle);
        const bow = own.normal(0, 0.006);
        const thick = own.uniform(0.05, 0.1) / patient.field;
        brush.curve(
          [
            [fromX, fromY, 0.6 * thick],
            [
              fromX + 0.5 * long * Math.cos(angle) - bow * Math.sin(angle),
              fromY + 0.5 * long * Math.sin(angle) + bow * Math.cos(angle),
              thick,
            ],
            [fromX + long * Math.cos(angle), fromY + long * Math.sin(angle), 0.5 * thick],
          ],
          patient.field * 4 * placed.strength,
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
            rx: 0.035 + 0.03 * placed.severity,
            ry: 0.03 + 0.015 * placed.severity,
            solid: Math.min(0.6, 0.2 * placed.strength),
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
