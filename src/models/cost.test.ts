import { describe, expect, it } from 'vitest';
import type { ImageConfig, VisionLanguageConfig } from './config.js';
import { encoderFlops, parameterCount } from './cost.js';
import { DualEncoder } from './dual-encoder.js';
import { resNetForms } from './image/resnet.js';
import { Vit, vitForms } from './image/vit.js';

/** A model whose projections of pictures cost nothing, beside a text encoder small enough to count by hand. */
const withImage = (image: ImageConfig): VisionLanguageConfig => ({
  format: 'synray-vision-language',
  version: 1,
  objective: 'convirt',
  image,
  text: {
    architecture: 'bert',
    vocab_size: 40,
    hidden_size: 8,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 32,
    max_position_embeddings: 16,
    type_vocab_size: 2,
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    layer_norm_eps: 1e-12,
  },
  pooling: 'mean',
  summed_layers: 1,
  max_tokens: 16,
  projection: { hidden: 8, dimension: 8, image: 'none', text: 'none', cells: true, words: false },
});

describe('encoderFlops', () => {
  it.each([
    // Published for three channels at 224 px, without the classifier's 0.5 and 2 million.
    ['ResNet-18', { ...resNetForms.resnet18(), channels: 3 as const }, 1.814e9],
    ['ResNet-50', { ...resNetForms.resnet50(), channels: 3 as const }, 4.087e9],
    ['ViT-S/16', { ...vitForms['vit-s16'](), channels: 3 as const }, 4.6e9],
    ['ViT-B/16', { ...vitForms['vit-b16'](), channels: 3 as const }, 17.56e9],
  ])('counts the multiply-adds of %s as they are published', (_name, image, published) => {
    expect(encoderFlops(withImage(image), 224, 5).image / published).toBeCloseTo(1, 2);
  });

  it('counts a small text encoder as one does by hand', () => {
    const config = withImage(resNetForms.slim());
    // Two layers of: 4 × 8 × 8 and 2 × 8 × 32 for each of 5 tokens, and twice 5 × 5 × 8 for attention.
    const byHand = 2 * (5 * (4 * 64 + 2 * 256) + 2 * 25 * 8);
    expect(encoderFlops(config, 64, 5).text).toBe(byHand);
    const projection = { ...config.projection, text: 'linear', words: true } as const;
    expect(encoderFlops({ ...config, projection }, 64, 5).text).toBe(byHand + 6 * 64);
  });

  it('counts the projections of the picture and of the cells of the stage that is named', () => {
    const config = withImage({ ...resNetForms.slim(), local_layer: 'layer3' });
    const projection = { ...config.projection, image: 'linear' } as const;
    const difference =
      encoderFlops({ ...config, projection }, 128, 5).image - encoderFlops(config, 128, 5).image;
    expect(difference).toBe(160 * 8 + 64 * 96 * 8);
  });
});

it('parameterCount tells frozen numbers from trained ones', () => {
  const config = withImage(resNetForms.slim());
  const all = parameterCount(new DualEncoder(config));
  expect(all.trained).toBe(all.all);
  const frozen = parameterCount(new DualEncoder({ ...config, text: { ...config.text, frozen_layers: 1 } }));
  const layer = 4 * 8 * 9 + (8 * 32 + 32) + (32 * 8 + 8) + 4 * 8;
  expect(all.all - frozen.trained).toBe((40 + 16 + 2 + 2) * 8 + layer);
  const vit = parameterCount(new Vit({ ...vitForms['vit-s16'](), channels: 3 }));
  expect(vit.all / 21.67e6).toBeCloseTo(1, 3);
});
