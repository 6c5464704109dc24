import { InputError } from '../../base/index.js';

/** Most pixels a DICOM picture may have: the largest chest plates have 25 million. */
const MOST_PIXELS = 40_000_000;
/** Most MiB of WebAssembly memory a codec may take: JPEG 2000 works on 8 bytes a pixel. */
const MOST_CODEC_MEGABYTES = 512;

/** What reading one file may cost. */
export interface DicomLimits {
  /** Most pixels, checked before anything is allocated for them. Default: 40 million. */
  readonly pixels: number;
  /** Most MiB of memory in a codec. Default: 512. */
  readonly codecMegabytes: number;
}

export const USUAL_LIMITS: DicomLimits = { pixels: MOST_PIXELS, codecMegabytes: MOST_CODEC_MEGABYTES };

/**
 * A fault of a DICOM file, before the file's name is known. Its sentence is one of this room's own: neither a value of
 * the file nor another library's message is ever in it, because both may hold a patient's name.
 */
export class DicomFault extends Error {
  override readonly name = 'DicomFault';
  readonly mend: string;

  constructor(fault: string, mend = 'replace the file: it may be cut short or damaged') {
    super(fault);
    this.mend = mend;
  }
}

/** Runs `read`; whatever goes wrong in it becomes an InputError that names the file and quotes nothing of it. */
export async function namingFile<Result>(
  source: string,
  read: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    // No `cause`: dicom-parser throws objects that carry the whole data set.
    throw error instanceof DicomFault
      ? new InputError({ file: source, fault: error.message, mend: error.mend })
      : new InputError({
          file: source,
          fault: 'the DICOM file is damaged',
          mend: 'replace the file: it may be cut short or damaged',
        });
  }
}
