import { z } from 'zod';
import { ResNetConfig } from './image/resnet.js';
import { VitConfig } from './image/vit.js';
import { BertConfig } from './text/bert.js';

/**
 * How a text's hidden states become one vector. Padding never counts. `mean` and `max` are over all tokens, marks
 * such as `[CLS]` included; `cls` takes that of `[CLS]`; `words` is the mean of the words, each the sum of its pieces,
 * as GLoRIA (Huang et al., 2021) does.
 */
export const TextPooling = z.enum(['mean', 'max', 'cls', 'words']);
export type TextPooling = z.infer<typeof TextPooling>;

/** `mlp`: linear, ReLU, linear, as in ConVIRT; `linear`, as GLoRIA's for pictures; `none`, as GLoRIA's for texts. */
export const ProjectionForm = z.enum(['mlp', 'linear', 'none']);
export type ProjectionForm = z.infer<typeof ProjectionForm>;

/** A network for pictures. */
export const ImageConfig = z.discriminatedUnion('architecture', [ResNetConfig, VitConfig]);
export type ImageConfig = z.infer<typeof ImageConfig>;

/** `config.json` of a model folder. What has a default may be missing: older folders do not say it. */
export const VisionLanguageConfig = z
  .strictObject({
    format: z.literal('synray-vision-language'),
    version: z.literal(1),
    /** Which objective it was trained with, for people and tables. */
    objective: z.string(),
    image: ImageConfig,
    text: BertConfig,
    pooling: TextPooling,
    /** How many of the text encoder's last hidden states are summed; GLoRIA sums 4. */
    summed_layers: z.int().min(1).max(97).default(1),
    /** Most tokens of a text, special ones included. */
    max_tokens: z.int().min(4).max(8192),
    projection: z.strictObject({
      hidden: z.int().min(4).max(8192),
      /** D, the dimension of the shared space. */
      dimension: z.int().min(4).max(8192),
      image: ProjectionForm.default('mlp'),
      text: ProjectionForm.default('mlp'),
      /** Whether the cells of the map have a projection of their own, trained by a local or a grounded term. */
      cells: z.boolean(),
      /** Whether words are projected too, by a projection of their own. */
      words: z.boolean().default(false),
    }),
  })
  .refine(config => config.summed_layers <= config.text.num_hidden_layers + 1, {
    path: ['summed_layers'],
    message: 'the text encoder has fewer hidden states than that',
  })
  .refine(config => config.max_tokens <= config.text.max_position_embeddings, {
    path: ['max_tokens'],
    message: 'the text encoder has fewer positions than that (max_position_embeddings)',
  })
  .refine(({ projection, text }) => projection.text !== 'none' || text.hidden_size === projection.dimension, {
    path: ['projection', 'dimension'],
    message: "texts without a projection need the text encoder's hidden_size here",
  })
  .refine(
    ({ projection, image }) =>
      projection.cells || image.architecture !== 'resnet' || image.local_layer === 'layer4',
    {
      path: ['projection', 'cells'],
      message:
        'cells of an earlier stage need a projection of their own: train one (gloria, or the grounded term)',
    },
  );
export type VisionLanguageConfig = z.infer<typeof VisionLanguageConfig>;

/** `image.json` of a model folder: what a picture must be before the image encoder sees it. */
export const ImagePreparation = z.strictObject({
  /** Height and width in pixels. */
  size: z.int().min(16).max(4096),
  /** Each picture minus its own mean, over its own standard deviation. */
  normalisation: z.literal('per-image'),
});
export type ImagePreparation = z.infer<typeof ImagePreparation>;
