import { SynrayError } from '../../base/index.js';
import { type EncodedImage, encodePng, type Region, type Sample } from '../../data/index.js';
import { decodeForChecks, decodeNegative } from '../pixels/decode.js';
import { shrink } from '../pixels/shrink.js';

/** Side at which two pictures of a patient are compared, and the least correlation of such that show the same. */
const SIDE = 32;
/** Measured with 40 simulated pictures: a display and what the detector read have 0.67 to 0.99. */
const SAME = 0.3;

export interface MendedSample {
  readonly sample: Sample;
  /** What did not go with the picture and was left out, for people: `attenuation`, `twin without effusion`. */
  readonly leftOut: readonly string[];
}

/**
 * The sample with black and white of its picture exchanged, and all that goes with the picture made to agree:
 *
 * - Twins are displays of the same patient: one that is inverted as the picture was is exchanged as well.
 * - The attenuation is of the detector, before any display: what is light in it is light in an upright picture. It
 *   stays when that is so.
 * - Maps (`mask`) tell how much a pixel changed, whichever way, and boxes where: they stay.
 *
 * What cannot be read, or agrees with the picture neither way, is left out.
 */
export async function mendInverted(sample: Sample): Promise<MendedSample> {
  const { id, image, attenuation, regions } = sample;
  const inverted = await thumbnail(image, id);
  const leftOut: string[] = [];
  const isKept = attenuation !== undefined && (await likeness(attenuation, inverted)) === 'opposite';
  if (attenuation !== undefined && !isKept) leftOut.push('attenuation');
  const mended: Region[] = [];
  for (const { twin, ...region } of regions) {
    const upright = twin && (await uprightTwin(twin, inverted, id));
    if (twin !== undefined && upright === undefined) leftOut.push(`twin without ${region.concept}`);
    mended.push({ ...region, ...(upright && { twin: upright }) });
  }
  const { attenuation: _, ...rest } = sample;
  return {
    sample: {
      ...rest,
      image: await exchanged(image, id),
      ...(isKept && { attenuation }),
      regions: mended,
    },
    leftOut,
  };
}

/** The twin as it goes with the upright picture; undefined when it goes with it neither way. */
async function uprightTwin(
  twin: EncodedImage,
  inverted: Float32Array,
  source: string,
): Promise<EncodedImage | undefined> {
  switch (await likeness(twin, inverted)) {
    case 'same':
      return exchanged(twin, source);
    case 'opposite':
      return twin;
    default:
      return undefined;
  }
}

async function exchanged({ bytes, path }: EncodedImage, source: string): Promise<EncodedImage> {
  const { pixels, width, height } = await decodeNegative(bytes, { source });
  return { bytes: await encodePng(pixels, width, height), path: path.replace(/(\.\w+)?$/, '.png') };
}

/** Whether a picture shows what a thumbnail does, or its negative. */
async function likeness(
  picture: EncodedImage,
  thumbnailOfOther: Float32Array,
): Promise<'same' | 'opposite' | 'neither'> {
  try {
    const score = correlation(await thumbnail(picture, picture.path), thumbnailOfOther);
    return score >= SAME ? 'same' : score <= -SAME ? 'opposite' : 'neither';
  } catch (error) {
    if (error instanceof SynrayError) return 'neither';
    throw error;
  }
}

async function thumbnail({ bytes }: EncodedImage, source: string): Promise<Float32Array> {
  const { pixels, width, height } = await decodeForChecks(bytes, { source });
  return shrink(pixels, width, height, SIDE);
}

/** Pearson's correlation; 0 when one is uniform. */
function correlation(one: Float32Array, other: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanOfOne, meanOfOther] = [mean(one), mean(other)];
  let [both, squaresOfOne, squaresOfOther] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at]! - meanOfOne, other[at]! - meanOfOther];
    both += a * b;
    squaresOfOne += a * a;
    squaresOfOther += b * b;
  }
  return both === 0 ? 0 : both / Math.sqrt(squaresOfOne * squaresOfOther);
}
