/**
 * Weights that others published, under the names of torchvision and Hugging Face: a safetensors file, or a folder with
 * a `config.json` beside it, from which the sizes follow. A model folder of synray serves too.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError, parseAs, readJson } from '../base/index.js';
import { noGrad, readSafetensors, scope, type Tensor } from '../tensor/index.js';
import { type ImageConfig, VisionLanguageConfig } from './config.js';
import { type ResNet, resNetForms } from './image/resnet.js';
import { resizePositions, type Vit, VitConfig } from './image/vit.js';
import { Bert, BertConfig } from './text/bert.js';

const CONFIG = 'config.json';
const WEIGHTS = 'model.safetensors';

/** What a published text encoder must be, besides its sizes. */
const BertFile = z.looseObject({
  model_type: z.literal('bert').default('bert'),
  hidden_act: z.literal('gelu').default('gelu'),
  position_embedding_type: z.literal('absolute').default('absolute'),
});

/** What a published vision transformer must be, besides its sizes. */
const VitFile = z.looseObject({
  model_type: z.literal('vit'),
  hidden_act: z.literal('gelu').default('gelu'),
  qkv_bias: z.literal(true).default(true),
});

/** A residual network, as the collection timm describes it. */
const ResNetFile = z.looseObject({ architecture: z.enum(['resnet18', 'resnet34', 'resnet50']) });

/** What Hugging Face's files leave out where it is so. */
const USUAL_SIZES = {
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
};
const USUAL_VOCABULARY = 30_522;

/**
 * The form of a published text encoder.
 * @param path - A file of weights, or a folder with a `config.json`.
 * @returns undefined for a bare file, which does not say.
 * @throws InputError where it is not a BERT.
 */
export async function publishedTextConfig(path: string): Promise<BertConfig | undefined> {
  const content = await readConfig(path);
  if (content === undefined) return undefined;
  const { file, value } = content;
  if ('format' in value) return parseAs(VisionLanguageConfig, value, file).text;
  parseAs(BertFile, value, file);
  const sizes = { vocab_size: USUAL_VOCABULARY, ...USUAL_SIZES, ...known(value, BertConfig.shape) };
  return parseAs(BertConfig, { ...sizes, architecture: 'bert' }, file);
}

/**
 * The form of a published network for pictures.
 * @param path - A file of weights, or a folder with a `config.json`.
 * @param settings - What a file does not say; a folder of synray does.
 * @returns undefined for a bare file.
 * @throws InputError where it is neither a ViT nor a ResNet of torchvision's kind.
 */
export async function publishedImageConfig(
  path: string,
  settings: Pick<VitConfig, 'channels' | 'pooling'>,
): Promise<ImageConfig | undefined> {
  const content = await readConfig(path);
  if (content === undefined) return undefined;
  const { file, value } = content;
  const { channels, pooling } = settings;
  if ('format' in value) return { ...parseAs(VisionLanguageConfig, value, file).image, channels };
  const residual = ResNetFile.safeParse(value);
  if (residual.success) return { ...resNetForms[residual.data.architecture](), channels };
  parseAs(VitFile, value, file);
  const sizes = { ...USUAL_SIZES, ...known(value, VitConfig.shape) };
  return parseAs(VitConfig, { ...sizes, architecture: 'vit', channels, pooling }, file);
}

/**
 * Loads published weights by name. Colour weights go into a network for grey pictures as their sum over the channels,
 * which sees a grey picture exactly as they do; positions are cut or interpolated to those that the network has.
 * @param path - A file of weights, or a folder with a `model.safetensors`.
 * @throws InputError naming the first tensor that is missing or does not fit.
 */
export function loadPublished(network: ResNet | Vit | Bert, path: string): void {
  const file = weightsIn(path);
  scope(() => {
    const own = network.stateDict();
    const named = noGrad(() => fitted(encoderPart(readSafetensors(file).tensors, network), own));
    const { missing, unexpected, mismatched } = network.loadStateDict(named, { strict: false });
    const [fault] = [
      ...missing.filter(name => !COUNTER.test(name)).map(name => `it has no ${name}`),
      ...unexpected.map(name => `its ${name} has no place in the recipe's encoder`),
      ...mismatched.map(each => `another shape: ${each}`),
    ];
    if (fault === undefined) return;
    throw new InputError({
      file,
      fault,
      mend: "make the recipe's encoder the one that the weights are for, or give a folder with its config.json",
    });
  });
}

/** How many batches a batch norm has seen: some files leave it out, and nothing here depends on it. */
const COUNTER = /\.num_batches_tracked$/;

/** Parts that an encoder has no use for: classifiers, poolers, heads of other tasks. */
const UNUSED =
  /^(fc|pooler|cls|classifier|lm_head|head)\.|^embeddings\.(position_ids|token_type_ids|mask_token)$/;

/** Names of the encoder's own tensors, without what a larger model or another program put before or behind them. */
function encoderPart(
  tensors: ReadonlyMap<string, Tensor>,
  network: ResNet | Vit | Bert,
): Map<string, Tensor> {
  const half = network instanceof Bert ? 'text.' : 'image.';
  const whole = [...tensors.keys()].some(name => name.startsWith(half));
  const found = new Map<string, Tensor>();
  for (const [name, value] of tensors) {
    if (whole && !name.startsWith(half)) continue;
    const inside = whole ? name.slice(half.length) : name.replace(/^(module\.)?(bert|vit|model)\./, '');
    // Files made from the first release of BERT call a layer norm's weight gamma and its bias beta.
    const plain = inside
      .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
      .replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
    if (!UNUSED.test(plain)) found.set(plain, value);
  }
  return found;
}

function fitted(tensors: Map<string, Tensor>, own: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  for (const [name, value] of tensors) {
    const wanted = own.get(name)?.shape;
    if (wanted !== undefined) tensors.set(name, inShape(name, value, wanted));
  }
  return tensors;
}

/** The tensor in the shape that is wanted, where there is a right way to it; else as it is. */
function inShape(name: string, value: Tensor, wanted: readonly number[]): Tensor {
  const given = value.shape;
  const stem = name === 'conv1.weight' || name === 'embeddings.patch_embeddings.projection.weight';
  if (stem && given[1] === 3 && wanted[1] === 1) return value.sum(1, true);
  if (stem && given[1] === 1 && wanted[1] === 3) return value.expand([-1, 3, -1, -1]).div(3);
  if (name === 'embeddings.position_embeddings' && given[1] !== wanted[1]) {
    const side = Math.round(Math.sqrt(wanted[1]! - 1));
    return resizePositions(value.to({ dtype: 'f32' }), [side, side]);
  }
  if (name === 'embeddings.position_embeddings.weight' && given[0]! > wanted[0]!) {
    return value.slice(0, 0, wanted[0]!);
  }
  return value;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

async function readConfig(
  path: string,
): Promise<{ file: string; value: Readonly<Record<string, unknown>> } | undefined> {
  if (!isFolder(path)) return undefined;
  const file = join(path, CONFIG);
  const value = await readJson(file, 'configuration', `give a folder with ${CONFIG}, or a file of weights`);
  return { file, value: parseAs(z.looseObject({}), value, file) };
}

function weightsIn(path: string): string {
  if (!isFolder(path)) return path;
  const file = join(path, WEIGHTS);
  if (existsSync(file)) return file;
  throw new InputError({
    file: path,
    fault: `there is no ${WEIGHTS}`,
    mend: 'fetch it, or convert the weights as docs/weights-in-python.md shows',
  });
}

/** What of a file our schema has a place for. */
function known(value: Readonly<Record<string, unknown>>, shape: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key in shape));
}
