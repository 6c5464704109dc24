import {
  type EncodedImage,
  encodePng,
  findingsOf,
  type Mention,
  type Region,
  type ReportText,
  type Sample,
  type Verdict,
} from '../../data/index.js';
import type { PaintedRegion, Painting } from '../../images/index.js';

/** What a sample is made of. */
export interface SampleParts {
  readonly report: ReportText & { readonly id: string; readonly mentions: readonly Mention[] };
  readonly painting: Painting;
  readonly verdicts: readonly Verdict[];
  /** The painter's name. */
  readonly source: string;
}

/** A sample of a report, its reading, all that its painting holds and what the checks said. */
export async function sampleOf({ report, painting, verdicts, source }: SampleParts): Promise<Sample> {
  const { id, findings, impression, mentions } = report;
  const { pixels, deepPixels, attenuation, structures, size, view, sex, age } = painting;
  const unknown = [...new Set(painting.unknown)];
  const named = new Set(findingsOf(mentions).map(finding => finding.concept));
  return {
    id,
    image: await picture(deepPixels ?? pixels, size, id),
    ...(attenuation && { attenuation: await picture(attenuation, size, `${id}.attenuation`) }),
    findings,
    impression,
    labels: [...named].filter(concept => !unknown.includes(concept)),
    // Each painting is of a patient of its own.
    patient: id,
    view,
    sex,
    age,
    mentions: [...mentions],
    regions: await Promise.all(
      painting.regions.map((region, index) => regionOf(region, size, `${id}.twin-${index}`)),
    ),
    ...(structures && {
      structures: await Promise.all(
        structures.map(async ({ name, mask }) => ({ name, mask: await encodePng(mask, size, size) })),
      ),
    }),
    unknown,
    verdicts: [...verdicts],
    source,
  };
}

/** The region with its maps as PNG files. */
async function regionOf(painted: PaintedRegion, size: number, twinName: string): Promise<Region> {
  const { concept, side, change, box, faint, twin } = painted;
  return {
    concept,
    ...(side && { side }),
    box,
    mask: await encodePng(change, size, size),
    ...(faint && { faint }),
    ...(twin && { twin: await picture(twin, size, twinName) }),
  };
}

async function picture(pixels: Uint8Array | Uint16Array, size: number, name: string): Promise<EncodedImage> {
  return { bytes: await encodePng(pixels, size, size), path: `${name}.png` };
}
