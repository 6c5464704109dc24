import { z } from 'zod';

const positive = z.number().positive();
/** Where a figure is from: a publication, a data sheet, a measurement with its command. */
const source = z.string().min(1);
const gpus = z.int().min(1).max(100_000).default(1);

/**
 * What a dry run counts with where it cannot measure: models and machines that are not there. A figure that is not here
 * is unknown, and said to be so.
 */
export const ComputeFigures = z
  .strictObject({
    /** On which `training.device: cuda` runs. */
    gpu: z.strictObject({
      name: z.string().min(1),
      /** Greatest speed at the precision that is trained in: 10¹² floating-point operations a second, without sparsity. */
      teraflops: positive,
      /** The share of it that training reaches. */
      utilisation: z.number().gt(0).max(1),
      /** GiB. */
      memory: positive,
      source,
    }),
    /** The writer `llm`: tokens a second, read and written together, of all requests and GPUs together. */
    llm: z.strictObject({ tokensPerSecond: positive, gpus, source }),
    /** The judge of `curation.judge`: all questions of a picture, on all GPUs together. */
    judge: z.strictObject({ picturesPerSecond: positive, gpus, source }),
    /** Painters other than the simulator, at the size of the recipe: seconds on one GPU. */
    painter: z.strictObject({ secondsPerImage: positive, gpus, source }),
    /** The model of `curation.model`, on all GPUs together. */
    embedder: z.strictObject({ picturesPerSecond: positive, gpus, source }),
    /** Data set → how many pictures it has, of data sets that are not there. */
    pictures: z.record(z.string(), z.strictObject({ count: z.int().min(1), source })),
  })
  .partial();
export type ComputeFigures = z.infer<typeof ComputeFigures>;
