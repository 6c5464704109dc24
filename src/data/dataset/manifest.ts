import { z } from 'zod';
import { parseShardPath } from './shard-path.js';

/** The version of the folder's form. Raised when a reader of the old form would misread the new one. */
export const DATASET_FORMAT = 1;

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal');

/** One Parquet file of a data set. */
export const ShardEntry = z.object({
  /** Relative to the data set's folder, with forward slashes. Nothing outside of it can be named. */
  file: z
    .string()
    .refine(file => parseShardPath(file) !== undefined, 'expected data/<split>-00000-of-00001.parquet'),
  samples: z.int().nonnegative(),
  bytes: z.int().positive(),
  sha256: Sha256,
});
export type ShardEntry = z.infer<typeof ShardEntry>;

/** One part of a data set: `train`, `test` … */
export const SplitEntry = z.object({
  samples: z.int().nonnegative(),
  patients: z.int().nonnegative(),
  /** How many samples carry each label. */
  labels: z.record(z.string(), z.int().positive()),
  shards: z.array(ShardEntry),
});
export type SplitEntry = z.infer<typeof SplitEntry>;

/** `synray.json`: what a data set's folder holds and where it comes from. Written last; without it the folder is unfinished. */
export const DatasetManifest = z.object({
  format: z.literal(DATASET_FORMAT),
  kind: z.literal('dataset'),
  name: z.string(),
  /** SHA-256 of everything that decides the samples: settings and, for imports, the source's bytes. */
  fingerprint: Sha256,
  provenance: z.object({
    /** What made it, for example `synray generate` or `synray import table`. */
    producer: z.string(),
    version: z.string(),
    /** One or two sentences for the card. */
    description: z.string(),
  }),
  /** The settings as given, for people and for making it again. */
  settings: z.json(),
  /** In the whole set. Less than the sum over the splits when patients cross them. */
  patients: z.int().nonnegative(),
  splits: z.record(z.string(), SplitEntry),
});
export type DatasetManifest = z.infer<typeof DatasetManifest>;
