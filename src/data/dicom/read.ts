import { describePixels, type PixelDescription } from './description.js';
import { type DicomFacts, factsOf } from './facts.js';
import { type DicomLimits, namingFile, USUAL_LIMITS } from './fault.js';
import { luminance } from './luminance.js';
import { openDicom } from './open.js';
import { readSamples } from './samples.js';
import { toneTable } from './tone.js';

/** A grey picture out of a DICOM file, and what may be told of it. */
export interface DicomPicture {
  /**
   * Grey values, row by row from the top left, 0 black; 255 is white, or 65,535 where the file has more than 8
   * significant bits.
   */
  readonly pixels: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly facts: DicomFacts;
}

export interface ReadDicomOptions {
  /** The file the bytes came from, for the error. */
  readonly source: string;
  readonly limits?: Partial<DicomLimits>;
}

/**
 * Reads a DICOM file of one frame as it is meant to be seen: low values dark, through its own tables and window (see
 * `tone.ts`); colour becomes luminance. Nothing but the picture and {@link DicomFacts} leaves: no name, date or identifier.
 *
 * Decodes in the calling thread, which a damaged file may hold up for long; {@link DicomReader} does the same in threads with
 * limits of time and memory. Sources: DICOM PS3.3, PS3.5 and PS3.10.
 *
 * @throws InputError naming the source when the bytes are no DICOM file, are damaged, or of a kind that is not read.
 */
export async function readDicom(
  bytes: Uint8Array,
  { source, limits }: ReadDicomOptions,
): Promise<DicomPicture> {
  return namingFile(source, async () => {
    const bounds = { ...USUAL_LIMITS, ...limits };
    const file = openDicom(bytes, bounds);
    const description = describePixels(file.attributes, bounds);
    const samples = await readSamples(file, description, bounds);
    const { width, height } = description;
    const pixels = isGrey(description)
      ? mapped(samples.values, toneTable(file.attributes, description, samples.values))
      : luminance(file.attributes, description, samples);
    return { pixels, width, height, facts: factsOf(file.attributes) };
  });
}

function isGrey({ photometric }: PixelDescription): boolean {
  return photometric === 'MONOCHROME1' || photometric === 'MONOCHROME2';
}

function mapped(stored: Uint8Array | Uint16Array, table: Uint8Array | Uint16Array): Uint8Array | Uint16Array {
  const pixels = table instanceof Uint8Array ? new Uint8Array(stored.length) : new Uint16Array(stored.length);
  for (let at = 0; at < stored.length; at++) pixels[at] = table[stored[at]!]!;
  return pixels;
}
