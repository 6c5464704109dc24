import { z } from 'zod';
import { ResNetConfig } from './image/resnet.js';
import { BertConfig } from './text/bert.js';

/** How a text's hidden states become one vector. Padding never counts. */
export const TextPooling = z.enum(['mean', 'max', 'cls']);
export type TextPooling = z.infer<typeof TextPooling>;

/** `config.json` of a model folder. */
export const VisionLanguageConfig = z.strictObject({
  format: z.literal('synray-vision-language'),
  version: z.literal(1),
  /** Which objective it was trained with, for people and tables. */
  objective: z.string(),
  image: ResNetConfig,
  text: BertConfig,
  pooling: TextPooling,
  /** Most tokens of a text, special ones included. */
  max_tokens: z.int().min(4).max(8192),
  projection: z.strictObject({
    hidden: z.int().min(4).max(8192),
    /** D, the dimension of the shared space. */
    dimension: z.int().min(4).max(8192),
    /** Whether the cells of the map have a projection of their own (trained by the grounded term). */
    cells: z.boolean(),
  }),
});
export type VisionLanguageConfig = z.infer<typeof VisionLanguageConfig>;

/** `image.json` of a model folder: what a picture must be before the image encoder sees it. */
export const ImagePreparation = z.strictObject({
  /** Height and width in pixels. */
  size: z.int().min(16).max(4096),
  /** Each picture minus its own mean, over its own standard deviation. */
  normalisation: z.literal('per-image'),
});
export type ImagePreparation = z.infer<typeof ImagePreparation>;
