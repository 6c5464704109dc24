import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { learnTokenizer } from '../models/index.js';
import { readSafetensors } from '../tensor/index.js';
import { buildModel } from './build-model.js';
import { PretrainRecipe } from './recipe.js';

const published = (name: string) =>
  fileURLToPath(new URL(`../models/__fixtures__/published-${name}`, import.meta.url));
const tokenizer = learnTokenizer(['no effusion'], 26);
const training = { steps: 1 };
const recipe = (settings: object) =>
  PretrainRecipe.parse({ objective: { name: 'convirt' }, training, ...settings });

describe('buildModel', () => {
  it('makes what GLoRIA needs: words and cells of the third stage in the shared space, states summed', async () => {
    const model = await buildModel(
      recipe({
        objective: { name: 'gloria' },
        image: { form: 'slim', localLayer: 'layer3' },
        text: { hidden: 32, lastLayers: 2, pooling: 'words' },
        projection: { dimension: 32, image: 'linear', text: 'none' },
      }),
      tokenizer,
    );
    expect(model.config.projection).toMatchObject({ words: true, cells: true });
    expect(model.config.summed_layers).toBe(2);
    const { words } = model.encodeTexts(tokenizer.batch(['no effusion'], 16));
    expect(words.shape).toEqual([1, 2, 32]);
    expect([...model.stateDict().keys()]).toContain('cell_projection.weight');
  });

  it('takes sizes and weights from folders, and says in its configuration what it freezes', async () => {
    const model = await buildModel(
      recipe({
        image: { form: 'vit-b16', weights: published('vit'), pooling: 'mean' },
        text: { weights: published('bert'), frozenLayers: 2, maxTokens: 12, dropout: 0.2 },
      }),
      tokenizer,
    );
    expect(model.config.image).toMatchObject({ hidden_size: 8, patch_size: 8, channels: 1, pooling: 'mean' });
    expect(model.config.text).toMatchObject({ hidden_size: 8, frozen_layers: 2, hidden_dropout_prob: 0.2 });
    const { tensors } = readSafetensors(`${published('bert')}/model.safetensors`);
    const name = 'encoder.layer.2.output.dense.weight';
    expect(model.text.stateDict().get(name)!.toArray()).toEqual(tensors.get(`bert.${name}`)!.toArray());
  });

  it('makes vision transformers for pictures of the recipe’s size', async () => {
    const model = await buildModel(recipe({ image: { form: 'vit-s16', width: 0.25, size: 64 } }), tokenizer);
    expect(model.config.image).toMatchObject({ hidden_size: 96, image_size: 64, num_attention_heads: 6 });
    expect(model.image.cells(64)).toEqual([4, 4]);
  });

  it('refuses a tokenizer with more ids than the text encoder has, and cells that nothing trains', async () => {
    const large = learnTokenizer(['pleural effusion and pneumothorax of the left lung'], 60);
    const text = { weights: published('bert'), maxTokens: 12 };
    await expect(buildModel(recipe({ text }), large)).rejects.toThrow(
      /ids and the text encoder 30 .*text\.tokenizer/,
    );
    await expect(buildModel(recipe({ image: { localLayer: 'layer3' } }), tokenizer)).rejects.toThrow(
      /projection\.cells: cells of an earlier stage/,
    );
  });
});
