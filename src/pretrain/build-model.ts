import { statSync } from 'node:fs';
import { Random, UsageError } from '../base/index.js';
import {
  DualEncoder,
  type ImageConfig,
  initialise,
  learnTokenizer,
  loadPublished,
  publishedImageConfig,
  publishedTextConfig,
  resNetForms,
  TextTokenizer,
  type VisionLanguageConfig,
  vitForms,
} from '../models/index.js';
import { manualSeed } from '../tensor/index.js';
import type { PretrainRecipe } from './recipe.js';

/** The tokenizer that the recipe names, or one learnt from the training texts. */
export async function buildTokenizer(
  recipe: PretrainRecipe,
  texts: Iterable<string>,
): Promise<TextTokenizer> {
  const { vocabulary, weights } = recipe.text;
  const tokenizer = recipe.text.tokenizer ?? (isFolder(weights) ? weights : undefined);
  return tokenizer === undefined ? learnTokenizer(texts, vocabulary) : TextTokenizer.read(tokenizer);
}

/**
 * The recipe's model with fresh weights (by the recipe's seed), or with those of the files that it names.
 * @throws UsageError where the tokenizer has more ids than the text encoder that is loaded.
 * @throws InputError where weights do not fit, or parts of the recipe do not fit together.
 */
export async function buildModel(recipe: PretrainRecipe, tokenizer: TextTokenizer): Promise<DualEncoder> {
  const config = await modelConfig(recipe, tokenizer.vocabularySize);
  if (tokenizer.vocabularySize > config.text.vocab_size) {
    throw new UsageError({
      fault: `the tokenizer has ${tokenizer.vocabularySize} ids and the text encoder ${config.text.vocab_size}`,
      mend: 'set text.tokenizer to the one that belongs to text.weights',
    });
  }
  manualSeed(Random.of(recipe.training.seed, 'weights').bits());
  const model = new DualEncoder(config);
  initialise(model);
  if (recipe.image.weights !== undefined) loadPublished(model.image, recipe.image.weights);
  if (recipe.text.weights !== undefined) loadPublished(model.text, recipe.text.weights);
  return model;
}

/** What the recipe asks for; sizes of encoders that are loaded from a folder are the folder's. */
export async function modelConfig(
  recipe: PretrainRecipe,
  vocabularySize: number,
): Promise<VisionLanguageConfig> {
  const { text, objective } = recipe;
  const local = objective.name === 'gloria';
  const words = recipe.projection.words ?? local;
  return {
    format: 'synray-vision-language',
    version: 1,
    objective: objective.name,
    image: await imageConfig(recipe.image),
    text: await textConfig(text, vocabularySize),
    pooling: text.pooling,
    summed_layers: text.lastLayers,
    max_tokens: text.maxTokens,
    projection: { ...recipe.projection, words, cells: recipe.grounding.weight > 0 || local },
  };
}

async function imageConfig(image: PretrainRecipe['image']): Promise<ImageConfig> {
  const { channels, pooling, width, form, weights } = image;
  const settings = { channels, pooling };
  const published = weights === undefined ? undefined : await publishedImageConfig(weights, settings);
  const config = published ?? { ...namedForm(form, width, image.size), channels };
  if (config.architecture === 'vit') return { ...config, pooling };
  return { ...config, local_layer: image.localLayer === 'last' ? 'layer4' : image.localLayer };
}

function namedForm(form: PretrainRecipe['image']['form'], width: number, size: number): ImageConfig {
  return form === 'vit-s16' || form === 'vit-b16' ? vitForms[form](width, size) : resNetForms[form](width);
}

async function textConfig(
  text: PretrainRecipe['text'],
  vocabularySize: number,
): Promise<VisionLanguageConfig['text']> {
  const published = text.weights === undefined ? undefined : await publishedTextConfig(text.weights);
  const { frozen_layers: _frozen, ...sizes } = published ?? {
    architecture: 'bert',
    vocab_size: vocabularySize,
    hidden_size: text.hidden,
    num_hidden_layers: text.layers,
    num_attention_heads: text.heads,
    intermediate_size: text.intermediate,
    max_position_embeddings: text.weights === undefined ? text.maxTokens : 512,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
  };
  return {
    ...sizes,
    hidden_dropout_prob: text.dropout,
    attention_probs_dropout_prob: text.dropout,
    ...(text.frozenLayers === undefined ? {} : { frozen_layers: text.frozenLayers }),
  };
}

function isFolder(path: string | undefined): boolean {
  return path !== undefined && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}
