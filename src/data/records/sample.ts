import { z } from 'zod';
import { Finding, Mention } from './entity.js';

const bytes = z.custom<Uint8Array>(value => value instanceof Uint8Array, 'expected bytes');

/** An encoded picture, as the Hugging Face `Image` feature stores it. */
export const EncodedImage = z.object({
  /** The whole file: PNG or JPEG. */
  bytes,
  /** A file name for people; the bytes are what counts. */
  path: z.string(),
});
export type EncodedImage = z.infer<typeof EncodedImage>;

/**
 * How an attenuation picture's 16-bit values stand for the natural logarithm of the beam's attenuation:
 * attenuation = value / steps + least. One step is 0.0002, far below a detector's noise.
 */
export const attenuationScale = { steps: 5000, least: -1 } as const;

/** Where a finding is in the picture. */
export const Region = z.object({
  concept: z.string(),
  side: Finding.shape.side,
  /** x0, y0, x1, y1 as fractions of width and height, origin top left. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** 8-bit grey PNG of the picture's size: how much the finding changed each pixel, 255 most, 0 not at all. */
  mask: bytes.nullable(),
  /** Fainter than what is surely seen, as its report says (minimal, mild). */
  faint: z.boolean().optional(),
  /** 8-bit picture of the same patient, beam and noise without this finding. */
  twin: EncodedImage.optional(),
});
export type Region = z.infer<typeof Region>;

/** Something outlined in the picture that is no finding: an organ, a field. */
export const Structure = z.object({
  /** `lungs`, `left lung`, `right lung`, `heart` … */
  name: z.string(),
  /** 8-bit grey PNG of the picture's size: 255 inside, 0 outside. */
  mask: bytes,
});
export type Structure = z.infer<typeof Structure>;

/** What a check says of a sample. */
export const Verdict = z.object({
  check: z.string(),
  passed: z.boolean(),
  score: z.number().nullable(),
  threshold: z.number().nullable(),
  /** For people; empty when passed. */
  reason: z.string(),
});
export type Verdict = z.infer<typeof Verdict>;

export const View = z.enum(['PA', 'AP', 'AP supine', 'lateral']);
export type View = z.infer<typeof View>;

/** One picture with all that is known of it. One row of a data set. */
export const Sample = z.object({
  /** Unique in the data set. */
  id: z.string(),
  image: EncodedImage,
  /**
   * 16-bit grey PNG of the picture's size: what the detector read, before the display, on `attenuationScale`.
   * Without burnt-in words and borders.
   */
  attenuation: EncodedImage.optional(),
  findings: z.string(),
  impression: z.string(),
  /** Names of what is there. For synthetic samples concepts; for imported ones the source's own names. */
  labels: z.array(z.string()),
  /** Names that the source leaves open: neither there nor not there. Such a sample counts for neither. */
  uncertain: z.array(z.string()).optional(),
  /** Groups samples that are not independent: intervals and splits go by patient. */
  patient: z.string(),
  /** Groups the pictures of one examination, which share one report. */
  study: z.string().optional(),
  view: View.nullable(),
  sex: z.enum(['F', 'M']).nullable(),
  age: z.number().nullable(),
  /** What the tagger read in the text. */
  mentions: z.array(Mention),
  /** Where the findings are, when known. */
  regions: z.array(Region),
  /** What is outlined besides, when known. */
  structures: z.array(Structure).optional(),
  /** What the text says is there and the painter could not show; `labels` are without it. Absent for real pictures. */
  unknown: z.array(z.string()).optional(),
  verdicts: z.array(Verdict),
  /** Where the sample comes from, for example `simulator` or `table:index.csv`. */
  source: z.string(),
});
export type Sample = z.infer<typeof Sample>;
