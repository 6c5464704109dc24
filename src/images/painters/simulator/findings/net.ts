import type { Random } from '../../../../base/index.js';
import { type Body, clamp01, type LungSide } from '../body-map.js';
import { fillBy, fromWall, lungHeight, noiseAt, noisePlace, type Placed } from './kind.js';

/** Whether the text puts the disease at the top. */
export function isUpper(placed: Placed): boolean {
  return placed.site === 'upper zone' || placed.site === 'upper lobe' || placed.site === 'apex';
}

/** Weight of a place: at the edges, and at the base or the top. */
function weightOf(
  body: Body,
  side: LungSide,
  placed: Placed,
  upper: boolean,
): (x: number, y: number) => number {
  const everywhere = placed.extent === 'diffuse' ? 0.5 : 0.12;
  return (x, y) => {
    const edge = Math.exp(-Math.max(0, fromWall(body, side, x, y)) / 0.06);
    const height = clamp01(lungHeight(body, side, y));
    const zone = upper ? (1 - height) ** 1.5 : height * height;
    return clamp01(everywhere + 0.55 * edge * (0.4 + zone) + 0.75 * zone);
  };
}

/**
 * A net of strands: where noise fields cross zero, each strand of another strength, over a faint haze.
 * `width` is the half width of a strand as a share of the field's deviation.
 */
export function net(
  body: Body,
  side: LungSide,
  share: number,
  mesh: number,
  width: number,
  placed: Placed,
  upper: boolean,
  random: Random,
): void {
  const one = noisePlace(random, 0.65);
  const other = noisePlace(random, 0.5);
  const patchy = noisePlace(random, 0.5);
  const weight = weightOf(body, side, placed, upper);
  const haze = random.uniform(0.1, 0.6);
  fillBy(body, side, (x, y) => {
    const patch = noiseAt(patchy, x, y, 3);
    const here = weight(x, y) * clamp01(0.7 + 0.5 * patch);
    if (here < 0.03) return 0;
    const a = noiseAt(one, x, y, mesh) / (width * (1 + 0.5 * clamp01(patch)));
    const b = noiseAt(other, x, y, mesh * 1.3) / width;
    const line = 1 / (1 + a * a) + 0.7 / (1 + b * b);
    return here * share * (haze + 0.7 * line);
  });
}
