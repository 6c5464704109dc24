import { Random, SynrayError } from '../../base/index.js';
import { noGrad, scope, type Tensor, tensor } from '../../tensor/index.js';
import { normalisePictures, unitVectors } from '../dual-encoder.js';
import type { TrainedModel } from '../vision-language.js';
import type { PixelElement } from './image-model.js';
import type { Feed, OnnxRuntime, Result } from './runtime.js';
import { needsWords } from './text-model.js';
import type { ModelFiles } from './write-model.js';

/** Greatest difference that the same numbers may have in onnxruntime and in libtorch. */
export const TOLERANCE = 1e-4;

/** Greatest differences between onnxruntime and libtorch, each relative to the greatest value. */
export type Differences = Readonly<Record<'image' | 'cells' | 'text' | 'words', number>>;

/** Short and long, so that padding and length matter. */
const SENTENCES = [
  'normal',
  'There is a small left pleural effusion.',
  'The heart is enlarged. No pneumothorax. The lungs are clear, without consolidation or edema.',
];

/**
 * Runs what was written in onnxruntime and the model in libtorch, on the same pictures and texts.
 * @throws SynrayError when they differ by more than {@link TOLERANCE}.
 */
export async function checkModels(
  model: TrainedModel,
  runtime: OnnxRuntime,
  files: { readonly image: ModelFiles; readonly text: ModelFiles },
  pixels: PixelElement,
): Promise<Differences> {
  const differences = {
    ...(await checkImages(model, runtime, files.image, pixels)),
    ...(await checkTexts(model, runtime, files.text)),
  };
  for (const [name, difference] of Object.entries(differences)) {
    if (difference <= TOLERANCE) continue;
    throw new SynrayError({
      fault: `${name}: ${runtime.name} and libtorch differ by ${difference.toExponential(1)}`,
      mend: 'nothing was kept; try another version of onnxruntime, or give --no-check and compare yourself',
    });
  }
  return differences;
}

async function checkImages(
  model: TrainedModel,
  runtime: OnnxRuntime,
  files: ModelFiles,
  element: PixelElement,
): Promise<Pick<Differences, 'image' | 'cells'>> {
  const shape = [2, 1, model.imageSize, model.imageSize];
  const grey = pictures(shape[0]!, model.imageSize);
  const data = element === 'uint8' ? { element, data: grey } : { element, data: Float32Array.from(grey) };
  const found = await ran(runtime, files, { pixels: { ...data, shape } });
  return scope(() =>
    noGrad(() => {
      const { global, cells } = model.encoder.encodeImages(normalisePictures(tensor(grey, { shape })));
      return {
        image: difference(found.embedding, unitVectors(global, 1)),
        cells: difference(found.cells, unitVectors(cells, 1)),
      };
    }),
  );
}

async function checkTexts(
  model: TrainedModel,
  runtime: OnnxRuntime,
  files: ModelFiles,
): Promise<Pick<Differences, 'text' | 'words'>> {
  const tokens = model.tokenizer.batch(SENTENCES, model.encoder.config.max_tokens);
  const shape = [tokens.rows, tokens.columns];
  const int64 = (values: Iterable<number>): Feed => {
    return { element: 'int64', data: BigInt64Array.from(values, BigInt), shape };
  };
  const found = await ran(runtime, files, {
    input_ids: int64(tokens.ids),
    attention_mask: int64(tokens.mask),
    ...(needsWords(model.encoder.config) ? { word_numbers: int64(tokens.words) } : {}),
  });
  return scope(() =>
    noGrad(() => {
      const { global, words, mask } = model.encoder.encodeTexts(tokens);
      return {
        text: difference(found.embedding, unitVectors(global, 1)),
        words: difference(found.words, words, mask.unsqueeze(2)),
      };
    }),
  );
}

async function ran(
  runtime: OnnxRuntime,
  { file, weights }: ModelFiles,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Record<string, Result>> {
  const session = await runtime.open(file, weights);
  return session.run(feeds).finally(() => session.close());
}

/**
 * Greatest difference over the greatest value.
 * @param mask - 1 where values count, broadcast over both.
 */
function difference(found: Result | undefined, expected: Tensor, mask?: Tensor): number {
  if (found === undefined || found.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  const counted = (values: Tensor) => (mask === undefined ? values : values.mul(mask));
  const wanted = counted(expected);
  const given = counted(tensor(found.values, { shape: found.shape }));
  return given.sub(wanted).abs().amax().item() / wanted.abs().amax().item();
}

/** Grey values with both shades and noise. */
function pictures(count: number, size: number): Uint8Array {
  const random = Random.of('onnx check');
  return Uint8Array.from({ length: count * size * size }, (_, place) => {
    const [column, row] = [place % size, Math.floor(place / size) % size];
    return 60 + (120 * column * row) / (size * size) + 40 * random.next();
  });
}
