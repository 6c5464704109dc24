import { z } from 'zod';
import { readYaml, sha256 } from '../base/index.js';
import { ProjectionForm, TextPooling } from '../models/index.js';
import { ObjectiveSettings } from './objectives/index.js';
import { TrainingSettings } from './training-settings.js';

const share = z.number().min(0).max(1);
/** Two numbers, least and greatest. */
const range = z
  .tuple([z.number(), z.number()])
  .refine(([least, greatest]) => least <= greatest, 'expected [least, greatest]');

/** A data set to train on. */
export const DataSource = z.strictObject({
  folder: z.string().min(1),
  /**
   * How often its samples come up against those of the other data sets, which then have 1 unless they say. Where no
   * data set has a weight, each comes up by the number of its samples.
   */
  weight: z.number().positive().max(1e6).optional(),
});
export type DataSource = z.infer<typeof DataSource>;

/** How pictures are varied. */
export const AugmentationSettings = z.strictObject({
  /** Side of the part of the picture that is shown, as a share of the picture's side. Above 1 adds a rim. */
  zoom: range.default([0.8, 1.05]),
  /** Height over width of that part. */
  aspect: range.default([0.9, 1.1]),
  /** Greatest rotation either way, in degrees. */
  rotation: z.number().min(0).max(180).default(10),
  /** Greatest shift either way, as a share of the side. */
  shift: share.default(0.06),
  /** Exponent on grey values in [0, 1]; drawn evenly on a logarithmic scale. */
  gamma: range.default([0.7, 1.4]),
  /** Factor on the difference from middle grey. */
  contrast: range.default([0.7, 1.4]),
  /** Added to grey values in [0, 1], either way; what leaves [0, 1] is cut off. */
  brightness: share.default(0.15),
  /** Greatest standard deviation of the blur in pixels. Half of the pictures are not blurred. */
  blur: z.number().min(0).max(3).default(1),
  /** Greatest standard deviation of added noise, in grey values in [0, 1]. */
  noise: share.default(0.03),
  /** Factor on the detail of each octave from 2 to 32 pixels, drawn apart on a logarithmic scale. [1, 1] for none. */
  detail: range.default([1, 1]),
  /** Greatest brightness, either way, of a smooth shade that is laid over the picture. */
  shade: share.default(0),
  /**
   * Whether every second time that a picture comes up, by chance, its display is drawn anew as another machine might
   * show it, from what the detector read (data made with `generate.image.attenuation: true`). The other times the
   * stored display is shown, with its burnt-in words and borders, as are pictures that are stored without a reading.
   */
  redraw: z.boolean().default(false),
  /**
   * How often a picture is mirrored. 0 unless said: hearts lie left, so a mirrored chest is one that hardly exists,
   * and words of the left would be taught on the right. Pictures whose report names a side are never mirrored.
   */
  flip: share.default(0),
});
export type AugmentationSettings = z.infer<typeof AugmentationSettings>;

/** Pictures as they are. */
export const noAugmentation = AugmentationSettings.parse({
  zoom: [1, 1],
  aspect: [1, 1],
  rotation: 0,
  shift: 0,
  gamma: [1, 1],
  contrast: [1, 1],
  brightness: 0,
  blur: 0,
  noise: 0,
});

/** The `pretrain` part of a recipe. */
export const PretrainRecipe = z.strictObject({
  objective: ObjectiveSettings,
  /** The data sets, where the command names none. */
  data: z.array(DataSource).min(1).optional(),
  /**
   * Whether texts of other samples that are true of a picture, by what its own report says, count as right for
   * it. Off in the paper's arms, where only its own text does.
   */
  sharedTextPositive: z.boolean().default(false),
  grounding: z
    .strictObject({
      /** Weight of the grounded term against the objective; 0 leaves it out, as in the paper's arms. */
      weight: z.number().min(0).max(100).default(0),
      /** Most phrases of findings a batch. */
      phrases: z.int().min(1).max(512).default(32),
      /** Most phrases of findings that are absent a batch. */
      absent: z.int().min(0).max(512).default(8),
    })
    .prefault({}),
  /** Pictures of the same patient without a finding (data made with `generate.image.twins: true`). */
  twins: z
    .strictObject({
      /** Weight of the term that holds a picture against its twin; 0 leaves it out, as in the paper's arms. */
      weight: z.number().min(0).max(100).default(0),
      /** τ of that term. */
      temperature: z.number().positive().max(10).default(0.1),
      /** How often a picture that has twins is shown with one: each costs as much as a picture more. */
      share: share.default(0.5),
    })
    .prefault({}),
  image: z
    .strictObject({
      size: z.int().min(32).max(1024).default(128),
      /** Whether pictures may be smaller than `size`; what is added is no detail. */
      upscale: z.boolean().default(false),
      form: z.enum(['slim', 'resnet18', 'resnet34', 'resnet50', 'vit-s16', 'vit-b16']).default('slim'),
      /** Factor on the number of channels. */
      width: z.number().min(0.125).max(4).default(1),
      /** 1: the grey picture; 3: the grey picture three times. Colour weights go into either. */
      channels: z.literal([1, 3]).default(1),
      /** What stands for the whole picture in a ViT: the class token, or the mean of the patches. */
      pooling: z.enum(['cls', 'mean']).default('cls'),
      /** Whose map gives the cells of a ResNet: its last stage, or an earlier one (GLoRIA: `layer3`). */
      localLayer: z.enum(['layer1', 'layer2', 'layer3', 'last']).default('last'),
      /**
       * Weights to start from: a safetensors file with torchvision's or Hugging Face's names for this form, or a folder
       * with `config.json` and `model.safetensors`, from which `form` and `width` follow.
       */
      weights: z.string().optional(),
    })
    .prefault({}),
  text: z
    .strictObject({
      hidden: z.int().min(16).max(4096).default(128),
      layers: z.int().min(1).max(48).default(2),
      heads: z.int().min(1).max(64).default(4),
      intermediate: z.int().min(16).max(16_384).default(512),
      dropout: z.number().min(0).max(0.9).default(0.1),
      /** Size of the vocabulary learnt from the data. Not used with `tokenizer`. */
      vocabulary: z.int().min(64).max(100_000).default(2000),
      maxTokens: z.int().min(8).max(512).default(64),
      /** How tokens become one vector: `mean`, `max`, `cls`, or `words`, the mean of whole words (GLoRIA). */
      pooling: TextPooling.default('mean'),
      /** How many of the last hidden states are summed (GLoRIA: 4). */
      lastLayers: z.int().min(1).max(49).default(1),
      /** Keeps the embeddings and this many layers above them as they are; left out, all is trained. */
      frozenLayers: z.int().min(0).max(48).optional(),
      /**
       * A Hugging Face tokenizer.json, a BERT's vocab.txt or a folder with one of them, to use instead of learning one.
       * With a folder as `weights`, its own is used unless another is named.
       */
      tokenizer: z.string().optional(),
      /**
       * Weights to start from: a safetensors file of a Hugging Face BERT of this size, or a folder with `config.json`
       * and `model.safetensors`, from which `hidden`, `layers`, `heads` and `intermediate` follow.
       */
      weights: z.string().optional(),
      /** What of a report a pair's text is: one sentence by chance, the first of `sections` that has text, or all. */
      sample: z.enum(['sentence', 'section', 'report']).default('sentence'),
      /** The sections that are read, in this order. A report that has none of them is read whole. */
      sections: z
        .array(z.enum(['findings', 'impression']))
        .min(1)
        .refine(names => new Set(names).size === names.length, 'names a section twice')
        .default(['findings', 'impression']),
      /** Most sentences of a section or report; the first ones are taken. */
      sentences: z.int().min(1).max(1000).default(16),
      /** How often a pair's text is a bare name, as prompts are, instead of a sentence of the report. */
      phraseShare: share.default(0),
    })
    .prefault({}),
  projection: z
    .strictObject({
      hidden: z.int().min(8).max(4096).default(128),
      dimension: z.int().min(8).max(4096).default(128),
      /** From the image encoder: `mlp` (one hidden layer, as in ConVIRT), `linear` (as in GLoRIA) or `none`. */
      image: ProjectionForm.default('mlp'),
      /** From the text encoder; GLoRIA's has `none`. */
      text: ProjectionForm.default('mlp'),
      /** Whether words get vectors in the shared space. Left out, they do where the objective is GLoRIA. */
      words: z.boolean().optional(),
    })
    .prefault({}),
  augmentation: AugmentationSettings.prefault({}),
  training: TrainingSettings,
});
export type PretrainRecipe = z.infer<typeof PretrainRecipe>;

/** A recipe file may have parts for other stages, which those check. */
export const RecipeFile = z
  .strictObject({
    pretrain: PretrainRecipe,
    plan: z.unknown(),
    reports: z.unknown(),
    images: z.unknown(),
    curation: z.unknown(),
    generate: z.unknown(),
    evaluate: z.unknown(),
    study: z.unknown(),
  })
  .partial()
  .required({ pretrain: true });

/** @throws UsageError naming the key that is unknown or out of range. */
export async function readPretrainRecipe(path: string): Promise<PretrainRecipe> {
  return (await readYaml(path, RecipeFile)).pretrain;
}

/** What must be the same for a run to go on. How often to save may change, and where the data lie. */
export function recipeFingerprint(recipe: PretrainRecipe): string {
  const { checkpointEvery: _every, keep: _keep, ...training } = recipe.training;
  const { data: _data, ...rest } = recipe;
  return sha256(JSON.stringify({ ...rest, training }));
}
