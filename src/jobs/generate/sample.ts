import {
  encodePng,
  findingsOf,
  type Mention,
  type Region,
  type ReportText,
  type Sample,
  type Verdict,
} from '../../data/index.js';
import type { PaintedRegion, Painting } from '../../images/index.js';

/** A pixel belongs to a finding's box when the finding changed it by at least this share of its greatest change. */
const BOX_LEVEL = 0.25;

/** A sample of a report, its reading, its painting and what the checks said. */
export async function sampleOf(
  report: ReportText & { readonly id: string; readonly mentions: readonly Mention[] },
  painting: Painting,
  verdicts: readonly Verdict[],
  source: string,
): Promise<Sample> {
  const { id, findings, impression, mentions } = report;
  const { pixels, size, view, sex, age } = painting;
  const regions = await Promise.all(painting.regions.map(region => regionOf(region, size)));
  return {
    id,
    image: { bytes: await encodePng(pixels, size, size), path: `${id}.png` },
    findings,
    impression,
    labels: [...new Set(findingsOf(mentions).map(finding => finding.concept))],
    // Each painting is of a patient of its own.
    patient: id,
    view,
    sex,
    age,
    mentions: [...mentions],
    regions: regions.filter(region => region !== undefined),
    verdicts: [...verdicts],
    source,
  };
}

/** The region with its mask as PNG; undefined when nothing was changed. */
async function regionOf(painted: PaintedRegion, size: number): Promise<Region | undefined> {
  const { concept, side, change } = painted;
  const box = boxOf(change, size);
  if (box === undefined) return undefined;
  const mask = await encodePng(change, size, size);
  return side === undefined ? { concept, box, mask } : { concept, side, box, mask };
}

/** The smallest box around what was changed, as fractions of the side; undefined for an empty map. */
export function boxOf(change: Uint8Array, size: number): Region['box'] | undefined {
  let greatest = 0;
  for (const value of change) if (value > greatest) greatest = value;
  if (greatest === 0) return undefined;
  const level = Math.max(greatest * BOX_LEVEL, 1);
  let [left, top, right, bottom] = [size, size, -1, -1];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (change[y * size + x]! < level) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  return [left / size, top / size, (right + 1) / size, (bottom + 1) / size];
}
