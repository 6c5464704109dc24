import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noGrad, readSafetensors, scope, type Tensor, tensor, writeSafetensors } from '../tensor/index.js';
import { expectGradients, Golden, relativeError } from './__fixtures__/golden.js';
import { DualEncoder } from './dual-encoder.js';
import { ResNet, resNetForms } from './image/resnet.js';
import { Vit, VitConfig } from './image/vit.js';
import { loadPublished, publishedImageConfig, publishedTextConfig } from './published.js';
import { Bert } from './text/bert.js';
import type { TokenBatch } from './text/tokenizer.js';

// Made by make_transformers.py with transformers' own networks, and saved by its save_pretrained.
const golden = new Golden(new URL('./__fixtures__/transformers.safetensors', import.meta.url));
const vitFolder = fileURLToPath(new URL('./__fixtures__/published-vit', import.meta.url));
const bertFolder = fileURLToPath(new URL('./__fixtures__/published-bert', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-published-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function publishedVit(settings: Partial<VitConfig> = {}): Promise<Vit> {
  const found = await publishedImageConfig(vitFolder, { channels: 3, pooling: 'cls', ...settings });
  return new Vit(VitConfig.parse({ ...found, ...settings }));
}

describe('ViT', () => {
  it.each(['vit', 'vit-larger'])('has transformers’ output and gradients (%s)', async name => {
    const network = (await publishedVit()).eval();
    scope(() => {
      loadPublished(network, vitFolder);
      const { pooled, map } = network.forward(golden.get(`${name}.input`));
      const output = golden.get(`${name}.output`);
      expect(relativeError(pooled, output.select(1, 0))).toBeLessThan(1e-5);
      const patches = map.flatten(2).transpose(1, 2);
      expect(relativeError(patches, output.slice(1, 1))).toBeLessThan(1e-5);
      expect(map.shape.slice(2)).toEqual(network.cells(golden.get(`${name}.input`).shape[2]!));
      const probe = golden.get(`${name}.probe`);
      pooled
        .mul(probe.select(1, 0))
        .sum()
        .add(patches.mul(probe.slice(1, 1)).sum())
        .backward();
      expectGradients(network, golden.below(`${name}.gradient.`));
    });
  });

  it('pools by the mean of the patches where told', async () => {
    const network = (await publishedVit({ pooling: 'mean' })).eval();
    scope(() => {
      loadPublished(network, vitFolder);
      const { pooled } = noGrad(() => network.forward(golden.get('vit.input')));
      expect(relativeError(pooled, golden.get('vit.output').slice(1, 1).mean(1))).toBeLessThan(1e-5);
    });
  });

  it('takes colour weights for one channel, and positions for pictures of another size', async () => {
    const grey = (await publishedVit({ channels: 1 })).eval();
    const larger = (await publishedVit({ image_size: 42 })).eval();
    scope(() => {
      for (const network of [grey, larger]) loadPublished(network, vitFolder);
      const pooled = (network: Vit, name: string) => noGrad(() => network.forward(golden.get(name)).pooled);
      const error = (network: Vit, name: string) =>
        relativeError(pooled(network, `${name}.input`), golden.get(`${name}.output`).select(1, 0));
      expect(error(grey, 'vit')).toBeLessThan(1e-5);
      expect(error(larger, 'vit-larger')).toBeLessThan(1e-5);
    });
  });
});

describe('BERT', () => {
  it.each([1, 2, 4])('sums the last %i hidden states as transformers lists them', async layers => {
    const network = new Bert((await publishedTextConfig(bertFolder))!).eval();
    scope(() => {
      loadPublished(network, bertFolder);
      const mask = golden.get('bert.mask').to({ dtype: 'f32' });
      const states = network.forward(golden.get('bert.ids'), mask, layers).mul(mask.unsqueeze(2));
      expect(relativeError(states, golden.get(`bert.sum${layers}`))).toBeLessThan(1e-5);
    });
  });

  it('gives words as a loop over pieces does, their mean, and the gradients of both', async () => {
    const text = (await publishedTextConfig(bertFolder))!;
    const model = new DualEncoder({
      format: 'synray-vision-language',
      version: 1,
      objective: 'gloria',
      image: resNetForms.slim(0.25),
      text,
      pooling: 'words',
      summed_layers: 2,
      max_tokens: 12,
      projection: { hidden: 8, dimension: 8, image: 'linear', text: 'none', cells: true, words: true },
    }).eval();
    scope(() => {
      loadPublished(model.text, bertFolder);
      const whole = (name: string) => Int32Array.from(golden.get(`bert.${name}`).toArray());
      const tokens: TokenBatch = {
        ids: whole('ids'),
        mask: Uint8Array.from(whole('mask')),
        words: whole('words'),
        rows: 3,
        columns: 7,
        wordColumns: 3,
      };
      const { global, words, mask } = model.encodeTexts(tokens);
      expect(relativeError(words, golden.get('bert.vectors'))).toBeLessThan(1e-5);
      expect(relativeError(global, golden.get('bert.means'))).toBeLessThan(1e-5);
      expect(mask.toArray()).toEqual([1, 1, 1, 1, 1, 0, 1, 1, 0]);
      const probed = (value: Tensor, name: string) => value.mul(golden.get(`bert.${name}`)).sum();
      probed(words, 'probe').add(probed(global, 'meanProbe')).backward();
      expectGradients(model.text, golden.below('bert.gradient.'));
    });
  });
});

describe('loadPublished', () => {
  it('reads a bare file, with names of the first BERT and more positions than are wanted', async () => {
    const config = (await publishedTextConfig(bertFolder))!;
    const file = join(folder, 'old.safetensors');
    const { tensors } = readSafetensors(join(bertFolder, 'model.safetensors'));
    const old = new Map(
      [...tensors].map(([name, value]) => [
        name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
        value,
      ]),
    );
    await writeSafetensors(file, old);
    expect(await publishedTextConfig(file)).toBeUndefined();
    const network = new Bert({ ...config, max_position_embeddings: 9 }).eval();
    scope(() => {
      loadPublished(network, file);
      const mask = golden.get('bert.mask').to({ dtype: 'f32' });
      const states = network.forward(golden.get('bert.ids'), mask).mul(mask.unsqueeze(2));
      expect(relativeError(states, golden.get('bert.sum1'))).toBeLessThan(1e-5);
    });
  });

  it('brings a stem for colour to one channel and back: a grey picture looks the same', async () => {
    const form = { ...resNetForms.slim(0.25), channels: 3 as const };
    const [colour, grey, again] = [
      new ResNet(form).eval(),
      new ResNet({ ...form, channels: 1 }).eval(),
      new ResNet(form).eval(),
    ];
    const file = join(folder, 'colour.safetensors');
    // Published files end in a classifier, and some do not count batches.
    const state = new Map(colour.stateDict()).set('fc.weight', tensor([[1]]));
    for (const name of state.keys()) if (name.endsWith('num_batches_tracked')) state.delete(name);
    await writeSafetensors(file, state);
    loadPublished(grey, file);
    await writeSafetensors(file, grey.stateDict());
    loadPublished(again, file);
    scope(() => {
      const picture = golden.get('vit-larger.input');
      const [first, second, third] = [colour, grey, again].map(
        network => noGrad(() => network.forward(picture)).pooled,
      );
      expect(relativeError(second!, first!)).toBeLessThan(1e-5);
      expect(relativeError(third!, first!)).toBeLessThan(1e-5);
    });
  });

  it('names the file and the first tensor that does not fit', async () => {
    const config = (await publishedTextConfig(bertFolder))!;
    expect(() => loadPublished(new Bert({ ...config, intermediate_size: 16 }), bertFolder)).toThrow(
      /published-bert\/model\.safetensors: another shape: encoder\.layer\.0\.intermediate/,
    );
    expect(() => loadPublished(new Bert({ ...config, num_hidden_layers: 4 }), bertFolder)).toThrow(
      /it has no encoder\.layer\.3/,
    );
    expect(() => loadPublished(new Bert({ ...config, num_hidden_layers: 2 }), bertFolder)).toThrow(
      /encoder\.layer\.2.* has no place/,
    );
    expect(() => loadPublished(new Bert(config), folder)).toThrow(/no model\.safetensors/);
  });
});

describe('the form of published weights', () => {
  it('follows from the folder, with what Hugging Face leaves out', async () => {
    expect(await publishedTextConfig(bertFolder)).toMatchObject({ hidden_size: 8, num_hidden_layers: 3 });
    const copy = join(folder, 'usual');
    await cp(bertFolder, copy, { recursive: true });
    await writeFile(join(copy, 'config.json'), '{"model_type": "bert", "vocab_size": 28996}');
    expect(await publishedTextConfig(copy)).toMatchObject({
      vocab_size: 28_996,
      hidden_size: 768,
      num_hidden_layers: 12,
      intermediate_size: 3072,
    });
  });

  it('is refused in one line where the file is of another network', async () => {
    const copy = join(folder, 'other');
    await cp(bertFolder, copy, { recursive: true });
    const file = join(copy, 'config.json');
    const text = await readFile(file, 'utf8');
    const settings = { channels: 1, pooling: 'cls' } as const;
    await expect(publishedImageConfig(copy, settings)).rejects.toThrow(/config\.json: at model_type/);
    await writeFile(file, text.replace('"gelu"', '"relu"'));
    await expect(publishedTextConfig(copy)).rejects.toThrow(/config\.json: at hidden_act/);
    await writeFile(file, text.replace('"num_attention_heads": 2', '"num_attention_heads": 3'));
    await expect(publishedTextConfig(copy)).rejects.toThrow(/num_attention_heads: the heads do not divide/);
    await rm(file);
    await expect(publishedTextConfig(copy)).rejects.toThrow(/config\.json/);
  });

  it('knows the residual networks that timm describes', async () => {
    const copy = join(folder, 'timm');
    await cp(bertFolder, copy, { recursive: true });
    await writeFile(join(copy, 'config.json'), '{"architecture": "resnet50", "num_classes": 1000}');
    const found = await publishedImageConfig(copy, { channels: 1, pooling: 'cls' });
    expect(found).toEqual(resNetForms.resnet50());
  });
});
