import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError, messageOf, SynrayError } from '../../base/index.js';
import type { DicomFacts, DicomReader } from '../dicom/index.js';
import { decodeStored, encodePng, type StoredImage } from '../images.js';
import { printOf } from '../splits/index.js';
import { regionsOf, structuresOf } from './import-dataset-masks.js';
import type { RowOutcome } from './import-dataset-store.js';
import { countLetters, textVerdict } from './import-dataset-text.js';
import type { ImportRow } from './importer.js';

/** A row's picture, as it will be stored. */
interface RowPicture {
  readonly bytes: Uint8Array;
  readonly path: string;
  readonly image: StoredImage;
  readonly facts: DicomFacts | undefined;
}

/**
 * Reads the pictures of rows: each is decoded once, to know that it can be and what is in it. PNG, JPEG, TIFF and WebP
 * keep their bytes; DICOM becomes PNG, and only what its facts tell of a header is taken over.
 */
export class RowReader {
  /** Made for the first DICOM file: its threads and codecs are not loaded for others. */
  #dicom: Promise<DicomReader> | undefined;

  /** @throws InputError when the picture or a mask of it is missing or broken. */
  async read(row: ImportRow): Promise<Extract<RowOutcome, { sample: unknown }>> {
    const { split: _, file, boxes, masks = [], structures = [], ...known } = row;
    const { bytes, path, image, facts } = await this.#picture(file);
    const size = [image.width, image.height] as const;
    const outlined = await structuresOf(structures, size, file);
    const flag = textVerdict(countLetters(image), facts?.burnedInAnnotation ?? null);
    return {
      print: printOf(bytes, image),
      sample: {
        ...known,
        view: known.view ?? facts?.view ?? null,
        sex: known.sex ?? facts?.sex ?? null,
        age: known.age ?? facts?.age ?? null,
        image: { bytes, path },
        mentions: [],
        regions: await regionsOf(boxes, masks, size, file),
        ...(outlined.length > 0 && { structures: outlined }),
        verdicts: flag === undefined ? [] : [flag],
      },
    };
  }

  async close(): Promise<void> {
    await (await this.#dicom)?.close();
  }

  async #picture(file: string): Promise<RowPicture> {
    const bytes = await read(file);
    const path = basename(file);
    if (!isDicom(bytes, file)) {
      return { bytes, path, image: await decodeStored(bytes, { source: file }), facts: undefined };
    }
    this.#dicom ??= import('../dicom/index.js').then(dicom => new dicom.DicomReader());
    const { pixels, width, height, facts } = await (await this.#dicom).read(bytes, file);
    return {
      bytes: await encodePng(pixels, width, height),
      path: `${path.replace(/\.(dcm|dicom|dic)$/i, '')}.png`,
      image: { values: pixels, width, height, channels: 1 },
      facts,
    };
  }
}

/** Whether a file is DICOM: by the mark behind its preamble, or for those without one by its name. */
function isDicom(bytes: Uint8Array, file: string): boolean {
  const mark = Buffer.from(
    bytes.buffer,
    bytes.byteOffset + Math.min(128, bytes.length),
    Math.max(Math.min(bytes.length - 128, 4), 0),
  );
  return mark.toString('latin1') === 'DICM' || /\.(dcm|dicom|dic)$/i.test(file);
}

async function read(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(file);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new InputError({
      file,
      fault: missing ? 'the picture is missing' : `the picture cannot be read: ${reasonOf(error)}`,
      mend: 'check the images folder',
      cause: error,
    });
  }
}

/** Why a file cannot be read, without its path. */
function reasonOf(error: unknown): string {
  if (error instanceof SynrayError) return error.fault;
  return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
}
