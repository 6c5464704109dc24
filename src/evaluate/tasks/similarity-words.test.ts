import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ImageFeatures, WordFeatures } from '../../models/index.js';
import type { PromptSet } from '../prompts/index.js';
import { groundingResultOf } from '../scores/index.js';
import { LightReader, sample } from './__fixtures__/light-reader.js';
import { groundSamples } from './ground-samples.js';
import { scoreSamples } from './score-samples.js';
import { type PromptWords, wordMaps, wordSimilarities } from './similarity-words.js';

interface Golden {
  cells: number[];
  shape: [pictures: number, dimension: number, height: number, width: number];
  words: number[];
  counts: number[];
  longest: number;
  similarity: number[];
  attention: number[];
  cosines: number[];
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('./__fixtures__/words.json', import.meta.url), 'utf8'),
);

/** The golden's cells as a model gives them: of length 1, with their lengths. */
function features(): ImageFeatures {
  const [pictures, dimension, height, width] = golden.shape;
  const regions = height * width;
  const lengths = new Float32Array(pictures * regions);
  const map = Float32Array.from(golden.cells);
  for (let picture = 0; picture < pictures; picture++) {
    for (let cell = 0; cell < regions; cell++) {
      const places = Array.from({ length: dimension }, (_, d) => (picture * dimension + d) * regions + cell);
      const length = Math.hypot(...places.map(place => map[place]!));
      lengths[picture * regions + cell] = length;
      for (const place of places) map[place]! /= length;
    }
  }
  return { global: new Float32Array(pictures * dimension), map, lengths, cells: [height, width], dimension };
}

const prompts: PromptWords = {
  texts: golden.counts.map((_, text) => `text ${text}`),
  words: {
    vectors: Float32Array.from(golden.words),
    mask: Uint8Array.from(
      golden.counts.flatMap(count =>
        Array.from({ length: golden.longest }, (_, word) => Number(word < count)),
      ),
    ),
    width: golden.longest,
    dimension: golden.shape[1],
  },
};

function expectNear(actual: ArrayLike<number>, expected: readonly number[]) {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 5);
}

describe('words and cells, as GLoRIA in PyTorch', () => {
  it('local similarity: the best word’s cosine with its context', () =>
    expectNear(wordSimilarities(features(), prompts), golden.similarity));
  it('attention over cells', () => expectNear(wordMaps(features(), prompts, 'attention'), golden.attention));
  it('cosines of cells and words', () => expectNear(wordMaps(features(), prompts, 'words'), golden.cosines));

  it('does not look at what stands where there is no word', () => {
    const vectors = prompts.words.vectors.map((value, index) =>
      prompts.words.mask[Math.floor(index / golden.shape[1])] === 1 ? value : 1000,
    );
    const other = { ...prompts, words: { ...prompts.words, vectors } };
    expectNear(wordSimilarities(features(), other), golden.similarity);
    expectNear(wordMaps(features(), other, 'attention'), golden.attention);
  });
});

/** Knows one word a text, of the vector of the whole text. */
class WordReader extends LightReader {
  readonly encodeWords = async (texts: readonly string[]): Promise<WordFeatures> => ({
    vectors: await this.encodeTexts(texts),
    mask: new Uint8Array(texts.length).fill(1),
    width: 1,
    dimension: 2,
  });
}

const PROMPTS: PromptSet = {
  name: 'test/simple',
  classes: [
    {
      name: 'Mass',
      labels: new Set(['Mass']),
      unlabelled: false,
      positive: ['mass', 'a mass'],
      negative: ['no mass'],
    },
  ],
};
const OPTIONS = { prompts: PROMPTS, model: 'runs/light', data: 'runs/data', split: 'test', total: 0 };

describe('gloria scoring', () => {
  it('is what a model that gives words is scored by, and the mean of the global and the local margin', async () => {
    const one = [await sample(0, [0, 255, 255, 255], ['Mass'])];
    const { scores, origin } = await scoreSamples(new WordReader(), one, { ...OPTIONS, temperature: 0.5 });
    expect(origin.scoring).toBe('gloria');
    // The whole picture (its first corner) says no: margin −1. A single word attends evenly: three of the four cells
    // say mass, so that the context is (3, 1) / 4, with cosines 3 / √10 and 1 / √10.
    expect(scores[0]).toBeCloseTo((-1 + 2 / Math.sqrt(10)) / 2 / 0.5, 5);
  });

  it('is refused for a model without words, in one line', async () => {
    const asked = scoreSamples(new LightReader(), [], { ...OPTIONS, scoring: 'gloria' });
    await expect(asked).rejects.toThrow(/runs\/light: the model gives no vectors of words/);
  });
});

describe('maps of words', () => {
  it.each(['words', 'attention'] as const)('%s can be asked for, of a model that gives them', async map => {
    const samples = await Promise.all(
      [0, 1, 2, 3].map(corner => {
        const corners = [0, 0, 0, 0];
        corners[corner] = 255;
        const [x, y] = [(corner % 2) / 2, Math.floor(corner / 2) / 2];
        return sample(corner, corners, ['Mass'], {
          regions: [{ concept: 'Mass', side: undefined, box: [x, y, x + 0.5, y + 0.5], mask: null }],
        });
      }),
    );
    const table = await groundSamples(new WordReader(), samples, { ...OPTIONS, map });
    const result = groundingResultOf(table, { seed: 1, rounds: 10 });
    expect(result.map).toBe(map);
    if (map === 'words') {
      expect(result.pointing.mean).toBe(1);
      expect(result.dice.mean).toBeGreaterThan(0.9);
    } else {
      // A single word takes all of each cell, so that its attention is even: no contrast, and a threshold of 1.
      expect(result.cnr.mean).toBeCloseTo(0, 5);
    }
    await expect(groundSamples(new LightReader(), samples, { ...OPTIONS, map })).rejects.toThrow(
      /no vectors of words/,
    );
  });

  it('words are the default where there are words, else similarity', async () => {
    const of = async (model: LightReader) => (await groundSamples(model, [], OPTIONS)).origin.map;
    expect(await of(new WordReader())).toBe('words');
    expect(await of(new LightReader())).toBe('similarity');
  });
});
