import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import type { Sample } from '../../data/index.js';
import type { ImageFeatures } from '../../models/index.js';
import { readRanks, retrievalResultOf, writeRanks } from '../scores/index.js';
import { formatRetrievalTable } from '../tables/index.js';
import { LightReader, sample } from './__fixtures__/light-reader.js';
import { type RetrieveSamplesOptions, retrieveSamples } from './retrieve-samples.js';

const OPTIONS: RetrieveSamplesOptions = {
  model: 'runs/grey',
  data: 'runs/data',
  split: 'test',
  section: 'findings',
  gallery: 100,
  total: 0,
  seed: 1,
};
const MEASURE = { seed: 1, rounds: 50 };

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

/** Retrieves and measures what comes out. */
async function retrieve(model: LightReader, samples: readonly Sample[], options = OPTIONS) {
  return retrievalResultOf(await retrieveSamples(model, samples, options), MEASURE);
}

/** Pictures of these greys, each with a report that names the other list's. */
const pairs = (greys: readonly number[], named: readonly number[]) =>
  Promise.all(greys.map((grey, id) => sample(id, [grey], [], { findings: `grey ${named[id]}` })));

describe('retrieval', () => {
  it('finds all for a model that reads pictures and reports alike', async () => {
    const greys = [0, 40, 80, 120, 160, 200, 240];
    const result = await retrieve(new GreyReader(), await pairs(greys, greys));
    expect(result).toMatchObject({ n: 7, texts: 7, patients: 7 });
    for (const { at1, medianRank } of [result.imageToText, result.textToImage]) {
      expect(at1).toEqual({ recall: 1, low: 1, high: 1 });
      expect(medianRank).toBe(1);
    }
  });

  it('counts ranks among all pairs', async () => {
    // Each picture's report names about the next grey: another's is nearer, but for the first picture.
    const result = await retrieve(new GreyReader(), await pairs([0, 50, 100, 150], [45, 95, 145, 200]));
    expect(result.imageToText.at1.recall).toBe(0.25);
    expect(result.imageToText.medianRank).toBe(2);
    expect(result.imageToText.at5.recall).toBe(1);
  });

  it('takes equal reports as equally right', async () => {
    const result = await retrieve(new GreyReader(), await pairs([0, 10, 200], [5, 5, 200]));
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
    const { imageToText } = await retrieve(new Indifferent(), await pairs(greys, named));
    expect(imageToText).toMatchObject({ at10: { recall: 0 }, medianRank: 12 });
  });

  it('draws a gallery by the seed, whatever the order of the samples', async () => {
    const greys = Array.from({ length: 80 }, (_, id) => id * 3);
    const samples = await pairs(
      greys,
      greys.map(grey => grey + 20),
    );
    const options = { ...OPTIONS, gallery: 20 };
    const result = await retrieve(new GreyReader(), samples, options);
    expect(result.n).toBe(20);
    expect(await retrieve(new GreyReader(), Random.of('mix').shuffle(samples), options)).toEqual(result);
  });

  it('leaves out samples without a text and refuses a data set without texts', async () => {
    const samples = await pairs([0, 100, 200], [0, 100, 200]);
    const [first, ...rest] = samples;
    expect((await retrieve(new GreyReader(), [{ ...first!, findings: ' ' }, ...rest])).n).toBe(2);
    await expect(retrieve(new GreyReader(), samples, { ...OPTIONS, section: 'impression' })).rejects.toThrow(
      /runs\/data: it has 0 different texts in impression/,
    );
  });

  it('becomes a table', async () => {
    const result = await retrieve(new GreyReader(), await pairs([0, 90], [0, 90]));
    expect(formatRetrievalTable(result)).toMatch(/picture to report +1\.000/);
  });

  it('takes pictures of one study as equally right, whatever their reports, but only of the same patient', async () => {
    const greys = [0, 40, 200, 240];
    // The first two reports are exchanged.
    const samples = await pairs(greys, [40, 0, 200, 240]);
    const wrong = await retrieve(new GreyReader(), samples);
    expect(wrong.imageToText.at1.recall).toBe(0.5);
    const inStudy = samples.map((one, id) => ({ ...one, study: 's1', patient: id < 2 ? 'a' : one.patient }));
    const result = await retrieve(new GreyReader(), inStudy);
    expect(result.imageToText.at1.recall).toBe(1);
    expect(result.textToImage.at1.recall).toBe(1);
    const strangers = samples.map(one => ({ ...one, study: 's1' }));
    expect((await retrieve(new GreyReader(), strangers)).imageToText.at1.recall).toBe(0.5);
  });

  it('draws several galleries where not all pairs fit, and one where they do', async () => {
    const greys = Array.from({ length: 60 }, (_, id) => id * 4);
    const samples = await pairs(
      greys,
      greys.map(grey => grey + 9),
    );
    const table = await retrieveSamples(new GreyReader(), samples, { ...OPTIONS, gallery: 20, galleries: 3 });
    expect(table.origin).toMatchObject({ n: 20, galleries: 3, pairs: 60 });
    expect(table.queries).toHaveLength(3 * 2 * 20);
    const members = (gallery: number) =>
      table.queries
        .filter(query => query.gallery === gallery && query.direction === 'picture to report')
        .map(({ id }) => id)
        .sort();
    expect(members(0)).not.toEqual(members(1));
    // The first is that of a draw of one, so that more galleries only add to it.
    const one = await retrieveSamples(new GreyReader(), samples, { ...OPTIONS, gallery: 20, galleries: 1 });
    expect(table.queries.filter(({ gallery }) => gallery === 0)).toEqual(one.queries);
    const all = await retrieveSamples(new GreyReader(), samples, { ...OPTIONS, gallery: 60, galleries: 3 });
    expect(all.origin.galleries).toBe(1);
  });

  it('gives the same result again from its file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'synray-retrieval-'));
    const path = join(folder, 'ranks.parquet');
    const samples = await pairs([0, 50, 100, 150], [50, 100, 150, 200]);
    const table = await retrieveSamples(new GreyReader(), samples, OPTIONS);
    await writeRanks(path, table);
    expect(retrievalResultOf(await readRanks(path), MEASURE)).toEqual(retrievalResultOf(table, MEASURE));
    await rm(folder, { recursive: true });
  });

  it('has the recall of torchmetrics', async () => {
    const { images, texts, recall }: Golden = JSON.parse(
      readFileSync(new URL('./__fixtures__/retrieval.json', import.meta.url), 'utf8'),
    );
    class Given extends GreyReader {
      override async encodeImages(pixels: Uint8Array, count: number): Promise<ImageFeatures> {
        const global = Array.from({ length: count }, (_, row) => images[pixels[row * 16]!]!).flat();
        return {
          global: Float32Array.from(global),
          map: new Float32Array(count * images[0]!.length),
          cells: [1, 1],
          dimension: images[0]!.length,
        };
      }
      override async encodeTexts(asked: readonly string[]) {
        return Float32Array.from(asked.flatMap(text => texts[Number(text.replace('grey ', ''))]!));
      }
    }
    const places = images.map((_, place) => place);
    const { imageToText, textToImage } = await retrieve(new Given(), await pairs(places, places));
    for (const [name, most] of [
      ['at1', 1],
      ['at5', 5],
      ['at10', 10],
    ] as const) {
      expect(imageToText[name].recall).toBeCloseTo(recall.imageToText[most]!, 12);
      expect(textToImage[name].recall).toBeCloseTo(recall.textToImage[most]!, 12);
    }
  });
});

/** Vectors of pictures and texts, and R@k by torchmetrics. */
interface Golden {
  images: number[][];
  texts: number[][];
  recall: Record<'imageToText' | 'textToImage', Record<number, number>>;
}
