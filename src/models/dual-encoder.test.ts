import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { autocast, F, manualSeed, noGrad, randn, scope } from '../tensor/index.js';
import { relativeError } from './__fixtures__/golden.js';
import type { VisionLanguageConfig } from './config.js';
import { DualEncoder, normalisePictures } from './dual-encoder.js';
import { resNetForms } from './image/resnet.js';
import { initialise } from './initialise.js';
import { groupByLength } from './text/length-groups.js';
import { learnTokenizer, type TokenBatch } from './text/tokenizer.js';

type Config = z.input<typeof VisionLanguageConfig>;

const long = Array.from({ length: 60 }, (_, place) => (place % 2 === 0 ? 'effusion' : 'lungs')).join(' ');
const tokenizer = learnTokenizer(['pleural effusion', 'clear lungs'], 60);
const text = {
  architecture: 'bert',
  vocab_size: tokenizer.vocabularySize,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
  max_position_embeddings: 64,
} as const;
const config: Config = {
  format: 'synray-vision-language',
  version: 1,
  objective: 'gloria',
  image: { ...resNetForms.slim(0.25), local_layer: 'layer2' },
  text,
  pooling: 'mean',
  max_tokens: 64,
  projection: { hidden: 8, dimension: 6, image: 'linear', text: 'mlp', cells: true, words: true },
};

function made(changes: Partial<Config> = {}): DualEncoder {
  manualSeed(5);
  const model = new DualEncoder({ ...config, ...changes });
  initialise(model);
  return model;
}

const tokens = (texts: readonly string[]) => tokenizer.batch(texts, 64);

/** Wide rows with few tokens in most of them, so many that splitting pays. */
const uneven = [
  ...Array.from({ length: 200 }, (_, row) => (row % 3 === 0 ? 'effusion' : 'clear lungs')),
  long,
];

describe('encodeImages', () => {
  it('gives cells from the stage that is named, by a projection of their own', () => {
    scope(() => {
      const model = made().eval();
      const pictures = normalisePictures(randn([2, 64, 64]));
      const { global, cells } = model.encodeImages(pictures);
      expect(global.shape).toEqual([2, 6]);
      expect(cells.shape).toEqual([2, 6, ...model.image.cells(64)]);
      expect(model.image.cells(64)).toEqual([8, 8]);
      const weight = model.stateDict().get('cell_projection.weight')!;
      const map = model.image.forward(pictures).map;
      expect(relativeError(cells, F.conv2d(map, weight.reshape([6, -1, 1, 1])))).toBeLessThan(1e-5);
    });
  });
});

describe('encodeTexts', () => {
  it('gives each row what it gets alone, though short texts and long ones go in groups', () => {
    expect(groupByLength(tokens(uneven)).map(group => group.rows.length)).toEqual([200, 1]);
    for (const pooling of ['mean', 'max', 'cls', 'words'] as const) {
      const model = made({ pooling }).eval();
      scope(() => {
        const all = noGrad(() => model.encodeTexts(tokens(uneven)));
        expect(all.words.shape).toEqual([201, 60, 6]);
        for (const row of [0, 1, 200]) {
          const alone = noGrad(() => model.encodeTexts(tokens([uneven[row]!])));
          const words = alone.words.shape[1]!;
          expect(relativeError(all.global.slice(0, row, row + 1), alone.global)).toBeLessThan(1e-4);
          expect(
            relativeError(all.words.slice(0, row, row + 1).slice(1, 0, words), alone.words),
          ).toBeLessThan(1e-4);
          expect(all.mask.select(0, row).sum().item()).toBe(words);
        }
      });
    }
  });

  it('has the same gradients in groups as in one', () => {
    const model = made({ text: { ...text, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 } });
    const gradient = (parts: readonly (readonly string[])[]) => {
      model.zeroGrad();
      return scope(() => {
        for (const part of parts) {
          const { global, words, mask } = model.encodeTexts(tokens(part));
          global
            .square()
            .sum()
            .add(words.square().mul(mask.unsqueeze(2)).sum())
            .backward();
        }
        return model.text.embeddings.stateDict().get('word_embeddings.weight')!.grad!.toArray();
      });
    };
    const [together, apart] = [gradient([uneven]), gradient([uneven.slice(0, 200), uneven.slice(200)])];
    const greatest = Math.max(...apart.map(Math.abs));
    for (const [place, value] of together.entries()) {
      expect(Math.abs(value - apart[place]!) / greatest).toBeLessThan(1e-5);
    }
  });

  it('gives rows as wide as the tokens say, so that parts of a batch fit together', () => {
    const model = made().eval();
    const batch = tokens(uneven);
    const short = { ...batch, rows: 200, ids: batch.ids.subarray(0, 200 * batch.columns) };
    const part = {
      ...short,
      mask: batch.mask.subarray(0, 200 * batch.columns),
      words: batch.words.subarray(0, 200 * batch.columns),
    };
    expect(groupByLength(part)[0]!.tokens.columns).toBeLessThan(batch.columns);
    scope(() => {
      expect(model.encodeTexts(part).words.shape).toEqual([200, 60, 6]);
    });
  });

  it('hides padding in half precision too', () => {
    scope(() => {
      const model = made().eval();
      const half = (texts: readonly string[]) =>
        noGrad(() => autocast({ dtype: 'bf16' }, () => model.encodeTexts(tokens(texts)).global)).to({
          dtype: 'f32',
        });
      const [alone, padded] = [half(['effusion']), half(['effusion', long]).slice(0, 0, 1)];
      expect(relativeError(padded, alone)).toBeLessThan(0.02);
      const whole = noGrad(() => model.encodeTexts(tokens(['effusion'])).global);
      expect(relativeError(alone, whole)).toBeLessThan(0.05);
    });
  });

  it('gives hidden states of tokens where words have no projection', () => {
    scope(() => {
      const model = made({ projection: { ...config.projection, words: false } }).eval();
      const { words, mask } = model.encodeTexts(tokens(['clear lungs', 'effusion']));
      expect(words.shape).toEqual([2, 4, 8]);
      expect(mask.toArray()).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
    });
  });
});

describe('groupByLength', () => {
  it('keeps every token of every row, whatever the lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 300 }), lengths => {
        const batch = tokens(lengths.map(length => Array(length).fill('lungs').join(' ')));
        const groups = groupByLength(batch);
        expect(groups.flatMap(group => group.rows).sort((a, b) => a - b)).toEqual(
          lengths.map((_, row) => row),
        );
        for (const { rows, tokens: part } of groups) {
          for (const [place, row] of rows.entries()) {
            expect(rowOf(part, place)).toEqual(rowOf(batch, row));
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('leaves small batches and even ones whole', () => {
    expect(groupByLength(tokens(['effusion', long]))).toHaveLength(1);
    expect(groupByLength(tokens(Array(200).fill(long)))).toHaveLength(1);
  });
});

describe('frozen layers', () => {
  const frozen = { ...text, frozen_layers: 1 };

  it('get no gradient and stay in evaluation, while the layers above learn', () => {
    const model = made({ text: frozen }).train();
    expect(model.text.embeddings.training).toBe(false);
    expect(model.text.encoder.layer.at(0).attention.training).toBe(false);
    expect(model.text.encoder.layer.at(1).attention.training).toBe(true);
    scope(() => {
      model
        .encodeTexts(tokens(['clear lungs']))
        .global.sum()
        .backward();
      const learning = model.text.namedParameters().filter(([, each]) => each.grad !== null);
      expect(new Set(learning.map(([name]) => name.split('.').slice(0, 3).join('.')))).toEqual(
        new Set(['encoder.layer.1']),
      );
    });
  });

  it('with 0 are the embeddings alone', () => {
    const model = made({ text: { ...text, frozen_layers: 0 } });
    expect(model.text.embeddings.parameters().some(each => each.requiresGrad)).toBe(false);
    expect(model.text.encoder.parameters().every(each => each.requiresGrad)).toBe(true);
  });
});

describe('a configuration', () => {
  const [{ projection }] = [config];
  it.each<[string, Partial<Config>]>([
    ['summed_layers', { summed_layers: 4 }],
    ['max_tokens', { max_tokens: 65 }],
    ['projection.dimension', { projection: { ...projection, text: 'none' } }],
    ['projection.cells', { projection: { ...projection, cells: false } }],
    ['text.frozen_layers', { text: { ...text, frozen_layers: 3 } }],
    ['text.num_attention_heads', { text: { ...text, num_attention_heads: 3 } }],
  ])('that does not fit together is refused, naming %s', (place, changes) => {
    expect(() => new DualEncoder({ ...config, ...changes })).toThrow(
      new RegExp(`model configuration: at ${place.replace('.', '\\.')}`),
    );
  });
});

/** The ids and words of a row, without padding. */
function rowOf(batch: TokenBatch, row: number): [number, number][] {
  const places = Array.from({ length: batch.columns }, (_, column) => row * batch.columns + column);
  return places
    .filter(place => batch.mask[place] === 1)
    .map(place => [batch.ids[place]!, batch.words[place]!]);
}
