import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { formatRetrievalTable } from '../tables/index.js';
import { LightReader, sample } from './__fixtures__/light-reader.js';
import { type RetrieveSamplesOptions, retrieveSamples } from './retrieve-samples.js';

const OPTIONS: RetrieveSamplesOptions = {
  data: 'runs/data',
  section: 'findings',
  gallery: 100,
  total: 0,
  seed: 1,
  rounds: 50,
};

/** Reads the grey that a report names, such as "grey 40", as the picture of that grey. */
class GreyReader extends LightReader {
  override async encodeTexts(texts: readonly string[]): Promise<Float32Array> {
    return Float32Array.from(
      texts.flatMap(text => {
        const angle = (Number(text.replace('grey ', '')) / 255) * (Math.PI / 2);
        return [Math.sin(angle), Math.cos(angle)];
      }),
    );
  }
}

/** Pictures of these greys, each with a report that names the other list's. */
const pairs = (greys: readonly number[], named: readonly number[]) =>
  Promise.all(greys.map((grey, id) => sample(id, [grey], [], { findings: `grey ${named[id]}` })));

describe('retrieval', () => {
  it('finds all for a model that reads pictures and reports alike', async () => {
    const greys = [0, 40, 80, 120, 160, 200, 240];
    const result = await retrieveSamples(new GreyReader(), await pairs(greys, greys), OPTIONS);
    expect(result).toMatchObject({ n: 7, texts: 7, patients: 7 });
    for (const { at1, medianRank } of [result.imageToText, result.textToImage]) {
      expect(at1).toEqual({ recall: 1, low: 1, high: 1 });
      expect(medianRank).toBe(1);
    }
  });

  it('counts ranks among all pairs', async () => {
    // Each picture's report names the next grey: its own comes after the exact one, but for the last.
    const result = await retrieveSamples(
      new GreyReader(),
      await pairs([0, 50, 100, 150], [50, 100, 150, 200]),
      OPTIONS,
    );
    expect(result.imageToText.at1.recall).toBe(0.25);
    expect(result.imageToText.medianRank).toBe(2);
    expect(result.imageToText.at5.recall).toBe(1);
  });

  it('takes equal reports as equally right', async () => {
    const result = await retrieveSamples(new GreyReader(), await pairs([0, 10, 200], [5, 5, 200]), OPTIONS);
    expect(result.texts).toBe(2);
    expect(result.imageToText.at1.recall).toBe(1);
    expect(result.textToImage.at1.recall).toBe(1);
  });

  it('gives nothing to a model that finds everything alike', async () => {
    class Indifferent extends LightReader {
      override async encodeTexts(texts: readonly string[]) {
        return Float32Array.from(texts.flatMap(() => [1, 0]));
      }
    }
    const greys = Array.from({ length: 12 }, () => 255);
    const named = greys.map((_, id) => id);
    const { imageToText } = await retrieveSamples(new Indifferent(), await pairs(greys, named), OPTIONS);
    expect(imageToText).toMatchObject({ at10: { recall: 0 }, medianRank: 12 });
  });

  it('draws a gallery by the seed, whatever the order of the samples', async () => {
    const greys = Array.from({ length: 80 }, (_, id) => id * 3);
    const samples = await pairs(
      greys,
      greys.map(grey => grey + 20),
    );
    const options = { ...OPTIONS, gallery: 20 };
    const result = await retrieveSamples(new GreyReader(), samples, options);
    expect(result.n).toBe(20);
    expect(await retrieveSamples(new GreyReader(), Random.of('mix').shuffle(samples), options)).toEqual(
      result,
    );
  });

  it('leaves out samples without a text and refuses a data set without texts', async () => {
    const samples = await pairs([0, 100, 200], [0, 100, 200]);
    const [first, ...rest] = samples;
    expect(
      (await retrieveSamples(new GreyReader(), [{ ...first!, findings: ' ' }, ...rest], OPTIONS)).n,
    ).toBe(2);
    await expect(
      retrieveSamples(new GreyReader(), samples, { ...OPTIONS, section: 'impression' }),
    ).rejects.toThrow(/runs\/data: it has 0 different texts in impression/);
  });

  it('becomes a table', async () => {
    const result = await retrieveSamples(new GreyReader(), await pairs([0, 90], [0, 90]), OPTIONS);
    const origin = {
      task: 'retrieval',
      model: 'm',
      data: 'd',
      split: 'test',
      seed: 1,
      rounds: 50,
      section: 'findings',
    } as const;
    expect(formatRetrievalTable({ ...origin, ...result })).toMatch(/picture to report +1\.000/);
  });
});
