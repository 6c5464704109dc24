import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { manualSeed, noGrad, scope, type Tensor, tensor } from '../../tensor/index.js';
import type { VisionLanguageConfig } from '../config.js';
import { DualEncoder, normalisePictures, unitVectors } from '../dual-encoder.js';
import { saveModel } from '../folder.js';
import { resNetForms } from '../image/resnet.js';
import { initialise } from '../initialise.js';
import { learnTokenizer } from '../text/tokenizer.js';
import { TrainedModel } from '../vision-language.js';
import { TOLERANCE } from './check.js';
import { exportOnnx } from './export-onnx.js';
import { type Feed, OnnxRuntime, type Result } from './runtime.js';

type Config = z.input<typeof VisionLanguageConfig>;

const tokenizer = learnTokenizer(['pleural effusion', 'no pleural effusion', 'clear lungs', 'hazy'], 40);

const resnet = (changes: Partial<Extract<Config['image'], { architecture: 'resnet' }>> = {}) => ({
  architecture: 'resnet' as const,
  block: 'basic' as const,
  depths: [1, 2, 1, 1],
  stem: 4,
  widths: [4, 4, 6, 8],
  ...changes,
});
const vit = (changes: Partial<Extract<Config['image'], { architecture: 'vit' }>> = {}) => ({
  architecture: 'vit' as const,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 20,
  patch_size: 8,
  image_size: 32,
  ...changes,
});
const config = (changes: Partial<Config> = {}): Config => ({
  format: 'synray-vision-language',
  version: 1,
  objective: 'convirt',
  image: resnet(),
  text: {
    architecture: 'bert',
    vocab_size: tokenizer.vocabularySize,
    hidden_size: 8,
    num_hidden_layers: 3,
    num_attention_heads: 2,
    intermediate_size: 16,
    max_position_embeddings: 32,
  },
  pooling: 'mean',
  max_tokens: 24,
  projection: { hidden: 10, dimension: 6, cells: true },
  ...changes,
});

function made(form: Config, size = 32): TrainedModel {
  manualSeed(5);
  const encoder = new DualEncoder(form);
  initialise(encoder);
  // Fresh weights have too many zeros and ones to tell one layer's from another's.
  noGrad(() =>
    scope(() => {
      for (const [name, value] of encoder.stateDict()) {
        if (name.endsWith('num_batches_tracked')) continue;
        const noise = Float32Array.from({ length: value.numel }, (_, place) => wave(place + value.numel));
        const waves = tensor(noise, { shape: value.shape });
        value.add_(name.endsWith('running_var') ? waves.abs() : waves.mul(0.05));
      }
    }),
  );
  return new TrainedModel('made', encoder, tokenizer, { size, normalisation: 'per-image' });
}

const wave = (place: number): number => Math.sin(place * 12.9898) * Math.cos(place * 0.37);

function difference(found: Result, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  return (
    tensor(found.values, { shape: found.shape }).sub(expected).abs().amax().item() /
    expected.abs().amax().item()
  );
}

const forms: Record<string, [Config, number?]> = {
  'ResNet of basic blocks': [config()],
  'ResNet of bottlenecks, three channels, map of the third stage': [
    config({ image: resnet({ block: 'bottleneck', channels: 3, local_layer: 'layer3' }) }),
  ],
  'the slim ResNet': [config({ image: { ...resNetForms.slim(0.25) } })],
  ResNet18: [config({ image: { ...resNetForms.resnet18(0.0625) } })],
  ResNet34: [config({ image: { ...resNetForms.resnet34(0.0625) } })],
  ResNet50: [config({ image: { ...resNetForms.resnet50(0.0625) } })],
  'ViT with its class token': [config({ image: vit() })],
  'ViT of patches’ means, at another size than its table': [
    config({ image: vit({ pooling: 'mean', channels: 3 }) }),
    52,
  ],
  'texts by the greatest': [config({ pooling: 'max' })],
  'texts by their first token, two layers summed': [config({ pooling: 'cls', summed_layers: 2 })],
  'texts by words, projected, all states summed': [
    config({
      pooling: 'words',
      summed_layers: 4,
      projection: { hidden: 10, dimension: 8, cells: true, words: true, image: 'linear', text: 'none' },
    }),
  ],
  'words projected, texts not by words, cells without a projection of their own': [
    config({ projection: { hidden: 10, dimension: 8, cells: false, words: true, text: 'linear' } }),
  ],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-onnx-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const saved = async (name: string, model: TrainedModel): Promise<string> => {
  const path = join(folder, name);
  await saveModel(path, model);
  return path;
};

describe.each(Object.entries(forms))('%s', (name, [form, size = 32]) => {
  const out = () => join(folder, `${name} as ONNX`);
  const model = made(form, size);

  it('passes its own check', async () => {
    const path = await saved(name, model);
    const { checked } = await exportOnnx({ model: path, out: out() });
    expect(Object.keys(checked!.differences)).toEqual(['image', 'cells', 'text', 'words']);
    for (const value of Object.values(checked!.differences)) expect(value).toBeLessThanOrEqual(TOLERANCE);
  });

  it.each([1, 3])('encodes %i pictures, of other sizes where the network allows it', async count => {
    const session = await (await OnnxRuntime.find()).open(join(out(), 'image.onnx'), undefined);
    const sides = model.encoder.config.image.architecture === 'resnet' ? [size, 47] : [size];
    for (const side of sides) {
      const shape = [count, 1, side, side];
      const data = Uint8Array.from({ length: count * side * side }, (_, place) => 128 + 120 * wave(place));
      const found = await session.run({ pixels: { element: 'uint8', data, shape } });
      scope(() =>
        noGrad(() => {
          const { global, cells } = model.encoder.encodeImages(normalisePictures(tensor(data, { shape })));
          expect(difference(found.embedding!, unitVectors(global, 1))).toBeLessThan(TOLERANCE);
          expect(difference(found.cells!, unitVectors(cells, 1))).toBeLessThan(TOLERANCE);
        }),
      );
    }
    await session.close();
  });

  it.each([[['hazy']], [['clear lungs', 'no pleural effusion', 'hazy '.repeat(30), '']]])(
    'encodes %j',
    async texts => {
      const session = await (await OnnxRuntime.find()).open(join(out(), 'text.onnx'), undefined);
      const tokens = tokenizer.batch(texts, 24);
      const shape = [tokens.rows, tokens.columns];
      const int64 = (values: Iterable<number>) =>
        ({ element: 'int64', data: BigInt64Array.from(values, BigInt), shape }) as const;
      const { pooling, projection } = model.encoder.config;
      const words: Record<string, Feed> =
        pooling === 'words' || projection.words ? { word_numbers: int64(tokens.words) } : {};
      const found = await session.run({
        input_ids: int64(tokens.ids),
        attention_mask: int64(tokens.mask),
        ...words,
      });
      scope(() =>
        noGrad(() => {
          const expected = model.encoder.encodeTexts(tokens);
          expect(difference(found.embedding!, unitVectors(expected.global, 1))).toBeLessThan(TOLERANCE);
          if (projection.words) {
            expect(difference(found.word_mask!, expected.mask)).toBe(0);
            expect(difference(found.words!, expected.words)).toBeLessThan(TOLERANCE);
          }
        }),
      );
      await session.close();
    },
  );
});

describe('exportOnnx', () => {
  const model = made(config());
  let path: string;
  beforeAll(async () => {
    path = await saved('plain', model);
  });
  const left = async () => (await readdir(folder)).filter(name => name.includes('.tmp'));

  it('writes the same bytes again, with tokenizer, settings and a page that names every input and output', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    const { files, checked } = await exportOnnx({ model: path, out: first, check: false });
    expect(checked).toBeNull();
    expect(files).toEqual([
      'README.md',
      'config.json',
      'image.json',
      'image.onnx',
      'text.onnx',
      'tokenizer.json',
    ]);
    await exportOnnx({ model: path, out: second, check: false });
    for (const file of files) {
      expect(await readFile(join(second, file)), file).toEqual(await readFile(join(first, file)));
    }
    const page = await readFile(join(first, 'README.md'), 'utf8');
    for (const name of ['pixels', 'cells', 'input_ids', 'attention_mask', 'embedding', 'words']) {
      expect(page).toContain(`| \`${name}\` |`);
    }
    expect(page).toContain('32 × 32 pixels');
  });

  it('takes floats of any scale: a picture’s brightness and contrast fall out', async () => {
    const out = join(folder, 'floats');
    await exportOnnx({ model: path, out, pixels: 'float32' });
    const session = await (await OnnxRuntime.find()).open(join(out, 'image.onnx'), undefined);
    const shape = [1, 1, 32, 32];
    const run = async (scale: number) => {
      const data = Float32Array.from({ length: 32 * 32 }, (_, place) => scale * (2 + wave(place)));
      return (await session.run({ pixels: { element: 'float32', data, shape } })).embedding!.values;
    };
    const [low, high] = [await run(1), await run(4095)];
    low.forEach((value, place) => {
      expect(value).toBeCloseTo(high[place]!, 3);
    });
    await session.close();
  });

  it('puts weights into a file of their own where there are too many, and they are found there', async () => {
    const out = join(folder, 'apart');
    const { files, checked } = await exportOnnx({ model: path, out, singleFile: 1000 });
    expect(files).toContain('image.onnx.data');
    expect(files).toContain('text.onnx.data');
    expect(Math.max(...Object.values(checked!.differences))).toBeLessThan(TOLERANCE);
  });

  it('finds a model whose networks do not give what it gives, and keeps nothing', async () => {
    const wrong = made(config());
    // The configuration that the graph is made by is no longer that of the network.
    Object.assign(wrong.encoder.image.config, { strides: [1, 1, 2, 2] });
    const { GraphBuilder } = await import('./graph.js');
    const { imageModel } = await import('./image-model.js');
    const { textModel } = await import('./text-model.js');
    const { writeModel } = await import('./write-model.js');
    const { checkModels } = await import('./check.js');
    const weights = () => new GraphBuilder(wrong.encoder.stateDict());
    const size = { pixels: 'uint8' as const, size: 32 };
    const image = await writeModel(join(folder, 'w.onnx'), imageModel(weights(), wrong.encoder.config, size));
    const text = await writeModel(join(folder, 't.onnx'), textModel(weights(), wrong.encoder.config));
    const runtime = await OnnxRuntime.find();
    await expect(checkModels(wrong, runtime, { image, text }, 'uint8')).rejects.toThrow(
      /image: .* differ by/,
    );
  });

  it('refuses a folder that holds something, and takes an empty one', async () => {
    const out = join(folder, 'occupied');
    await mkdir(out);
    await writeFile(join(out, 'mine.txt'), 'mine');
    await expect(exportOnnx({ model: path, out })).rejects.toThrow(/occupied: the output is there already/);
    expect(await readdir(out)).toEqual(['mine.txt']);
    await rm(join(out, 'mine.txt'));
    await expect(exportOnnx({ model: path, out })).resolves.toMatchObject({ out });
  });

  it('names an architecture that it has no graph for', async () => {
    const other = await saved('other', model);
    const file = join(other, 'config.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"resnet"', '"efficientnet"'));
    await expect(exportOnnx({ model: other, out: join(folder, 'none') })).rejects.toThrow(/architecture/);
    expect(await left()).toEqual([]);
  });

  it('names a part of the model that stands in no graph', async () => {
    const { imageModel } = await import('./image-model.js');
    const { refuseForgotten } = await import('./export-onnx.js');
    const { GraphBuilder } = await import('./graph.js');
    const builder = new GraphBuilder(model.encoder.stateDict());
    imageModel(builder, model.encoder.config, { pixels: 'uint8', size: 32 });
    expect(() => refuseForgotten(model.encoder.stateDict().keys(), [builder.used])).toThrow(
      /text\.embeddings/,
    );
  });

  it('leaves nothing half written where the place refuses', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    await expect(exportOnnx({ model: path, out: join(file, 'out') })).rejects.toThrow(/could not be written/);
    await expect(exportOnnx({ model: path, out: '/proc/synray-onnx' })).rejects.toThrow(
      /could not be written/,
    );
    expect(await left()).toEqual([]);
  });

  it('stops when it is told to, and keeps nothing', async () => {
    const out = join(folder, 'stopped');
    await expect(exportOnnx({ model: path, out, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect((await readdir(folder)).filter(name => name.includes('stopped'))).toEqual([]);
  });
});
