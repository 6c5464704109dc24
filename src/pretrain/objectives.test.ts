import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../base/index.js';
import {
  autocast,
  backward,
  cat,
  manualSeed,
  randn,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '../tensor/index.js';
import { type GoldenCase, goldenErrors, goldens, inputsOf } from './__fixtures__/goldens.js';
import { type EncodedPairs, type ObjectiveLoss, ObjectiveSettings, objectives } from './objectives/index.js';

const named = ({ settings, inputs }: GoldenCase) =>
  `${Object.entries(settings).flat().join(' ')}${'matches' in inputs ? ', shared texts' : ''}`;

const pairsOf = (given: Record<string, Tensor>): EncodedPairs => {
  const unused = tensor([0]);
  return {
    images: { global: given.image!, cells: given.cells ?? unused },
    texts: { global: given.text!, words: given.words ?? unused, mask: given.mask ?? unused },
    ...(given.matches === undefined ? {} : { matches: given.matches }),
  };
};

const lossOf = (settings: ObjectiveSettings, pairs: EncodedPairs): ObjectiveLoss =>
  objectives.get(settings.name)(settings).forward(pairs);

const defaults = (['convirt', 'gloria', 'clip', 'siglip'] as const).map(name =>
  ObjectiveSettings.parse({ name }),
);

/** Encoded pairs of texts with these numbers of words, drawn by `seed`. */
const drawn = (seed: number, lengths: readonly number[], width = Math.max(...lengths)): EncodedPairs => {
  manualSeed(seed);
  const count = lengths.length;
  const mask = lengths.flatMap(length => Array.from({ length: width }, (_, word) => Number(word < length)));
  return {
    images: { global: randn([count, 8]), cells: randn([count, 8, 3, 3]) },
    texts: {
      global: randn([count, 8]),
      words: randn([count, width, 8]),
      mask: tensor(mask, { shape: [count, width] }),
    },
  };
};

const lengthLists = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 7 });

describe.each(goldens.objectives.map(golden => [named(golden), golden] as const))('%s', (_, golden) => {
  it('has the loss and all gradients of its definition', () => {
    scope(() => {
      const settings = ObjectiveSettings.parse(golden.settings);
      const objective = objectives.get(settings.name)(settings);
      const inputs = inputsOf(golden);
      const errors = goldenErrors(golden, objective.forward(pairsOf(inputs)).total, inputs, objective);
      for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-5);
    });
  });
});

describe.each(defaults.map(settings => [settings.name, settings] as const))('%s', (name, settings) => {
  it('does not care for the order of the pairs', () => {
    fc.assert(
      fc.property(lengthLists, fc.nat(1000), (lengths, seed) => {
        scope(() => {
          const pairs = drawn(seed, lengths);
          const order = lengths
            .map((_, place) => place)
            .sort((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5));
          const index = tensor(BigInt64Array.from(order, BigInt));
          const moved = (value: Tensor) => value.indexSelect(0, index);
          const { images, texts } = pairs;
          const others = {
            images: { global: moved(images.global), cells: moved(images.cells) },
            texts: { global: moved(texts.global), words: moved(texts.words), mask: moved(texts.mask) },
          };
          const difference = lossOf(settings, pairs).total.item() - lossOf(settings, others).total.item();
          expect(Math.abs(difference)).toBeLessThan(1e-4);
        });
      }),
      { numRuns: 10 },
    );
  });

  it('is smaller where pictures and texts agree than where they are mixed up', () => {
    scope(() => {
      const { images, texts } = drawn(3, [4, 4, 4, 4, 4]);
      const agreeing = {
        images,
        texts: {
          ...texts,
          global: images.global,
          words: images.cells.flatten(2).transpose(1, 2).slice(1, 0, 4),
        },
      };
      const mixed = {
        images,
        texts: { ...texts, global: agreeing.texts.global.flip(0), words: agreeing.texts.words.flip(0) },
      };
      const [right, wrong] = [agreeing, mixed].map(pairs => lossOf(settings, pairs).total.item());
      expect(right).toBeLessThan(wrong!);
    });
  });

  it(name === 'siglip' ? 'judges a pair that is alone' : 'refuses a pair that is alone', () => {
    scope(() => {
      const alone = () => lossOf(settings, drawn(1, [3])).total.item();
      if (name === 'siglip') expect(alone()).toBeGreaterThan(0);
      else expect(alone).toThrow(UsageError);
    });
  });

  it('has parts that are numbers, and matches of which only the own text is right change nothing', () => {
    scope(() => {
      const pairs = drawn(2, [2, 5, 3]);
      const { total, parts } = lossOf(settings, pairs);
      for (const part of Object.values(parts)) expect(part.item()).toBeGreaterThan(0);
      const matches = tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], { shape: [3, 3] });
      expect(lossOf(settings, { ...pairs, matches }).total.item()).toBeCloseTo(total.item(), 5);
    });
  });
});

describe('GLoRIA', () => {
  const settings = ObjectiveSettings.parse({ name: 'gloria' });

  it('does not look at padding, whatever stands there', () => {
    fc.assert(
      fc.property(lengthLists, fc.integer({ min: 1, max: 6 }), fc.nat(1000), (lengths, more, seed) => {
        scope(() => {
          const pairs = drawn(seed, lengths);
          const { words, mask } = pairs.texts;
          const [count, width] = mask.shape as [number, number];
          const rubbish = randn([count, more, 8]).mul(1e4);
          const hidden = words.add(mask.neg().add(1).mul(1e4).unsqueeze(2));
          const wider: EncodedPairs = {
            ...pairs,
            texts: {
              ...pairs.texts,
              words: cat([hidden, rubbish], 1).setRequiresGrad(),
              mask: cat([mask, zeros([count, more])], 1),
            },
          };
          const loss = lossOf(settings, wider).total;
          expect(Math.abs(loss.item() - lossOf(settings, pairs).total.item())).toBeLessThan(1e-5);
          loss.backward();
          const onPadding = wider.texts.words.grad!.mul(wider.texts.mask.neg().add(1).unsqueeze(2));
          expect(onPadding.abs().amax().item()).toBe(0);
          expect(words.shape[1]).toBe(width);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('stays a number where scores are in the thousands and where cells are all 0', () => {
    scope(() => {
      for (const factor of [1000, 0]) {
        const pairs = drawn(4, [6, 2, 1, 3]);
        const cells = pairs.images.cells.mul(factor).setRequiresGrad();
        const { total } = lossOf(settings, { ...pairs, images: { ...pairs.images, cells } });
        expect(total.item()).toBeGreaterThan(0);
        backward([total]);
        expect(cells.grad!.isFinite().all().item()).toBe(1);
      }
    });
  });

  it('loses little in half precision', () => {
    scope(() => {
      const pairs = drawn(6, [6, 2, 7, 3]);
      const half = autocast({ device: 'cpu', dtype: 'bf16' }, () => lossOf(settings, pairs).total.item());
      expect(Math.abs(half / lossOf(settings, pairs).total.item() - 1)).toBeLessThan(0.02);
    });
  });

  it('names the text that has no words', () => {
    scope(() => {
      const pairs = drawn(1, [3, 0, 2]);
      expect(() => lossOf(settings, pairs)).toThrow(/text 2 of the batch has no words/);
    });
  });
});

describe('CLIP', () => {
  it('lets the scale come to 100 and no further, and back again', () => {
    scope(() => {
      const objective = objectives.get('clip')(ObjectiveSettings.parse({ name: 'clip', temperature: 0.01 }));
      const [, logScale] = objective.namedParameters()[0]!;
      const pairs = drawn(1, [1, 1, 1]);
      const atBound = objective.forward(pairs).total;
      logScale.detach().add_(2);
      const beyond = objective.forward(pairs).total;
      expect(beyond.item()).toBeCloseTo(atBound.item(), 4);
      expect(logScale.item()).toBeCloseTo(Math.log(100), 5);
      beyond.backward();
      expect(logScale.grad!.item()).not.toBe(0);
    });
  });
});

it('says which objectives there are when asked for another', () => {
  expect(() => objectives.get('gloria2')).toThrow(/convirt/);
});
