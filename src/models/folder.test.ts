import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { manualSeed } from '../tensor/index.js';
import type { ModelProvenance } from './card.js';
import type { VisionLanguageConfig } from './config.js';
import { DualEncoder } from './dual-encoder.js';
import { loadModel, saveModel } from './folder.js';
import { initialise } from './initialise.js';
import { learnTokenizer } from './text/tokenizer.js';
import { TrainedModel } from './vision-language.js';

const tokenizer = learnTokenizer(['pleural effusion', 'no pleural effusion', 'clear lungs'], 60);
const config: z.input<typeof VisionLanguageConfig> = {
  format: 'synray-vision-language',
  version: 1,
  objective: 'convirt',
  image: {
    architecture: 'resnet',
    block: 'basic',
    depths: [1, 1, 1, 1],
    stem: 4,
    widths: [4, 4, 6, 8],
    strides: [1, 2, 2, 1],
    channels: 1,
  },
  text: {
    architecture: 'bert',
    vocab_size: tokenizer.vocabularySize,
    hidden_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 16,
    max_position_embeddings: 16,
    type_vocab_size: 2,
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
    layer_norm_eps: 1e-12,
  },
  pooling: 'mean',
  max_tokens: 16,
  projection: { hidden: 8, dimension: 6, cells: true },
};
const size = 32;
const provenance: ModelProvenance = {
  settings: { objective: { name: 'convirt', temperature: 0.1 } },
  data: [{ name: 'simulated | hospital', fingerprint: 'f00d', split: 'train', samples: 70 }],
  metrics: { 'loss on validation': 1.234567891 },
};

describe('a model folder', () => {
  let folder: string;
  let model: TrainedModel;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-model-'));
    manualSeed(3);
    const encoder = new DualEncoder(config);
    initialise(encoder);
    model = new TrainedModel('made', encoder, tokenizer, { size, normalisation: 'per-image' });
    await saveModel(folder, model, provenance);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const pixels = Uint8Array.from({ length: 70 * size * size }, (_, place) => (place * 7919) % 251);
  const texts = ['pleural effusion', 'no pleural effusion'];

  it('gives back the model: the same features of pictures and texts', async () => {
    const loaded = await loadModel(folder);
    expect(loaded.imageSize).toBe(size);
    expect(await loaded.encodeTexts(texts)).toEqual(await model.encodeTexts(texts));
    expect(await loaded.encodeImages(pixels, 70)).toEqual(await model.encodeImages(pixels, 70));
  });

  it('encodes to vectors of length 1, each picture on its own, whatever its brightness', async () => {
    const { global, map, cells, dimension } = await model.encodeImages(pixels, 70);
    expect([cells, dimension]).toEqual([[2, 2], 6]);
    expect(global).toHaveLength(70 * 6);
    expect(map).toHaveLength(70 * 6 * 4);
    const length = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
    expect(length(global.subarray(6, 12))).toBeCloseTo(1, 5);
    expect(length(Array.from({ length: 6 }, (_, channel) => map[channel * 4 + 3]!))).toBeCloseTo(1, 5);
    const last = pixels.slice(69 * size * size);
    const alone = await model.encodeImages(
      last.map(value => 10 + value / 2),
      1,
    );
    alone.global.forEach((value, place) => {
      expect(value).toBeCloseTo(global[69 * 6 + place]!, 1);
    });
    expect(length(await model.encodeTexts(['clear lungs']))).toBeCloseTo(1, 5);
    expect((await model.encodeTexts([])).length).toBe(0);
  });

  it('has a card with its settings, data and figures, which says the same of the same model', async () => {
    const card = await readFile(join(folder, 'README.md'), 'utf8');
    expect(card).toMatch(/^---\nlibrary_name: synray\n/);
    expect(card).toContain('| simulated \\| hospital | train | 70 | `f00d` |');
    expect(card).toContain('| loss on validation | 1.23457 |');
    expect(card).toContain('  temperature: 0.1');
    expect(card).toMatch(/## Intended use[^#]*no medical device/);
    expect(card).toMatch(/## Licence\n/);
    const again = await mkdtemp(join(tmpdir(), 'synray-model-'));
    await saveModel(again, await loadModel(folder), provenance);
    for (const file of await readdir(folder)) {
      expect(await readFile(join(again, file)), file).toEqual(await readFile(join(folder, file)));
    }
    await rm(again, { recursive: true });
  });

  it('of an older version opens as it was: what is new has its old meaning', async () => {
    const file = join(folder, 'config.json');
    const now = await readFile(file, 'utf8');
    const older = JSON.parse(now);
    for (const key of ['summed_layers']) delete older[key];
    for (const key of ['image', 'text', 'words']) delete older.projection[key];
    delete older.image.local_layer;
    await writeFile(file, JSON.stringify(older));
    const loaded = await loadModel(folder);
    expect(await loaded.encodeTexts(texts)).toEqual(await model.encodeTexts(texts));
    expect(JSON.parse(now)).toEqual(loaded.encoder.config);
    await writeFile(file, now);
  });

  it('holds a ViT and projected words as well', async () => {
    const other = await mkdtemp(join(tmpdir(), 'synray-model-'));
    const encoder = new DualEncoder({
      ...config,
      image: {
        architecture: 'vit',
        hidden_size: 8,
        num_hidden_layers: 1,
        num_attention_heads: 2,
        intermediate_size: 16,
        patch_size: 8,
        image_size: size,
      },
      summed_layers: 2,
      projection: { ...config.projection, words: true, image: 'linear' },
    });
    initialise(encoder);
    const made = new TrainedModel('vit', encoder, tokenizer, { size, normalisation: 'per-image' });
    await saveModel(other, made);
    const loaded = await loadModel(other);
    const features = await loaded.encodeImages(pixels, 70);
    expect(features).toEqual(await made.encodeImages(pixels, 70));
    expect(features.cells).toEqual([4, 4]);
    expect(await loaded.encodeTexts(texts)).toEqual(await made.encodeTexts(texts));
    await rm(other, { recursive: true });
  });

  it('names weights so that torchvision and transformers take them behind a prefix', () => {
    const names = [...model.encoder.stateDict().keys()];
    expect(names).toContain('image.layer2.0.downsample.0.weight');
    expect(names).toContain('image.bn1.running_mean');
    expect(names).toContain('text.encoder.layer.0.attention.self.query.weight');
    expect(names).toContain('image_projection.hidden.weight');
    expect(names).toContain('cell_projection.output.bias');
  });

  it('is refused in one line where a file is missing, broken or of another model', async () => {
    await expect(loadModel(join(folder, 'nowhere'))).rejects.toThrow(/config\.json/);
    const change = async (file: string, edit: (text: string) => string) => {
      const path = join(folder, file);
      const before = await readFile(path);
      await writeFile(path, edit(before.toString('utf8')));
      return () => writeFile(path, before);
    };
    let undo = await change('config.json', text => text.replace('"dimension": 6', '"dimension": 7'));
    await expect(loadModel(folder)).rejects.toThrow(/model\.safetensors.*config\.json/);
    await undo();
    undo = await change('config.json', text => text.replace('"pooling"', '"poling": 1, "pooling"'));
    await expect(loadModel(folder)).rejects.toThrow(/config\.json.*poling/);
    await undo();
    undo = await change('image.json', () => '{');
    await expect(loadModel(folder)).rejects.toThrow(/image\.json/);
    await undo();
    const weights = join(folder, 'model.safetensors');
    const whole = await readFile(weights);
    await truncate(weights, whole.length - 10);
    await expect(loadModel(folder)).rejects.toThrow(/model\.safetensors/);
    await rm(weights);
    await expect(loadModel(folder)).rejects.toThrow(/--resume/);
    await writeFile(weights, whole);
    await expect(loadModel(folder)).resolves.toBeInstanceOf(TrainedModel);
  });
});
