import { InputError, Random } from '../base/index.js';
import {
  DualEncoder,
  initialise,
  learnTokenizer,
  type ResNetConfig,
  resNetForms,
  TextTokenizer,
  type VisionLanguageConfig,
} from '../models/index.js';
import { type Module, manualSeed, readSafetensors } from '../tensor/index.js';
import type { PretrainRecipe } from './recipe.js';

/** The tokenizer that the recipe names, or one learnt from the training texts. */
export async function buildTokenizer(
  recipe: PretrainRecipe,
  texts: Iterable<string>,
): Promise<TextTokenizer> {
  const { tokenizer, vocabulary } = recipe.text;
  return tokenizer === undefined ? learnTokenizer(texts, vocabulary) : TextTokenizer.read(tokenizer);
}

/** The recipe's model with fresh weights (by the recipe's seed), or with those of the files that it names. */
export async function buildModel(recipe: PretrainRecipe, tokenizer: TextTokenizer): Promise<DualEncoder> {
  manualSeed(Random.of(recipe.training.seed, 'weights').bits());
  const model = new DualEncoder(modelConfig(recipe, tokenizer));
  initialise(model);
  if (recipe.image.weights !== undefined) await loadInto(model.image, recipe.image.weights);
  if (recipe.text.weights !== undefined) await loadInto(model.text, recipe.text.weights);
  return model;
}

function modelConfig(recipe: PretrainRecipe, tokenizer: TextTokenizer): VisionLanguageConfig {
  const { image, text, projection } = recipe;
  const form: ResNetConfig = resNetForms[image.form](image.width);
  return {
    format: 'synray-vision-language',
    version: 1,
    objective: recipe.objective.name,
    image: { ...form, channels: image.channels },
    text: {
      architecture: 'bert',
      vocab_size: tokenizer.vocabularySize,
      hidden_size: text.hidden,
      num_hidden_layers: text.layers,
      num_attention_heads: text.heads,
      intermediate_size: text.intermediate,
      max_position_embeddings: text.weights === undefined ? text.maxTokens : 512,
      type_vocab_size: 2,
      hidden_dropout_prob: text.dropout,
      attention_probs_dropout_prob: text.dropout,
      layer_norm_eps: 1e-12,
    },
    pooling: text.pooling,
    max_tokens: text.maxTokens,
    projection: { ...projection, cells: recipe.grounding.weight > 0 },
  };
}

/** Published files carry parts that an encoder has no use for: classifiers, poolers, heads of other tasks. */
const UNUSED = /^(fc|pooler|cls)\.|^embeddings\.position_ids$/;

/** Loads published weights by name. @throws InputError naming the first tensor that does not fit. */
async function loadInto(module: Module, file: string): Promise<void> {
  const { tensors } = await readSafetensors(file);
  const named = new Map([...tensors].map(([name, value]) => [name.replace(/^(bert|model)\./, ''), value]));
  for (const name of named.keys()) if (UNUSED.test(name)) named.delete(name);
  const { missing, unexpected, mismatched } = module.loadStateDict(named, { strict: false });
  const fault =
    missing.length > 0
      ? `it has no ${missing[0]}`
      : unexpected.length > 0
        ? `its ${unexpected[0]} has no place in the recipe's encoder`
        : mismatched.length > 0
          ? `another shape: ${mismatched[0]}`
          : undefined;
  if (fault === undefined) return;
  throw new InputError({ file, fault, mend: "make the recipe's encoder the one that the weights are for" });
}
