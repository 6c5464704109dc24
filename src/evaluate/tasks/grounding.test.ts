import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { encodePng, type Region, type Sample } from '../../data/index.js';
import { OverlapCurve } from '../metrics/index.js';
import type { PromptSet } from '../prompts/index.js';
import { type GroundingTable, groundingResultOf, readGrounding, writeGrounding } from '../scores/index.js';
import { formatGroundingTable } from '../tables/index.js';
import { LightReader, sample } from './__fixtures__/light-reader.js';
import { type GroundSamplesOptions, groundSamples } from './ground-samples.js';
import { regionMask } from './region-masks.js';

const PROMPTS: PromptSet = {
  name: 'test/simple',
  classes: [
    {
      name: 'Mass',
      labels: new Set(['Mass', 'lung mass']),
      unlabelled: false,
      positive: ['mass'],
      negative: ['no mass'],
    },
  ],
};
const OPTIONS: GroundSamplesOptions = {
  prompts: PROMPTS,
  model: 'runs/light',
  data: 'runs/data',
  split: 'test',
  total: 0,
};
const MEASURE = { seed: 1, rounds: 100 };

/** Grounds samples and measures what comes out. */
async function ground(samples: readonly Sample[], options: GroundSamplesOptions = OPTIONS) {
  return groundingResultOf(await groundSamples(new LightReader(), samples, options), MEASURE);
}

/** The quarters of the picture, as boxes; corner i of the pictures of `sample` is in quarter i. */
const QUARTERS: readonly Region['box'][] = [
  [0, 0, 0.5, 0.5],
  [0.5, 0, 1, 0.5],
  [0, 0.5, 0.5, 1],
  [0.5, 0.5, 1, 1],
];

async function withMass(id: number, light: number, truth: number, concept = 'Mass'): Promise<Sample> {
  const corners = [0, 0, 0, 0];
  corners[light] = 255;
  return sample(id, corners, [concept], {
    regions: [{ concept, side: undefined, box: QUARTERS[truth]!, mask: null }],
  });
}

let right: Sample[];
beforeAll(async () => {
  right = await Promise.all([0, 1, 2, 3, 0, 1].map((quarter, id) => withMass(id, quarter, quarter)));
});

describe('grounding', () => {
  it('is perfect in pointing for a model that is light where the finding is, and has contrast', async () => {
    const result = await ground(right);
    expect(result).toMatchObject({ n: 6, findings: 6, area: 0.25, placeless: 0, leftOut: {} });
    expect(result.pointing).toEqual({ mean: 1, low: 1, high: 1 });
    expect(result.cnr.mean).toBeGreaterThan(1);
    // The map is 2 × 2 and upsampled, so that it leaks over the edge, but all maps do so alike.
    expect(result.dice.mean).toBeGreaterThan(0.9);
    expect(result.iou.mean).toBeCloseTo(result.dice.mean / (2 - result.dice.mean), 1);
    expect(result.testChoice.dice).toBeCloseTo(result.dice.mean, 12);
    expect(result.classes.Mass).toMatchObject({ findings: 6 });
  });

  it('is worthless for a model that looks elsewhere', async () => {
    const wrong = await Promise.all([0, 1, 2, 3].map(quarter => withMass(quarter, quarter, 3 - quarter)));
    const result = await ground(wrong);
    expect(result.pointing.mean).toBe(0);
    expect(result.cnr.mean).toBeLessThan(0);
  });

  it('never measures a patient with a threshold chosen on that patient', async () => {
    // The pictures of one patient are dim, so that their best threshold is another than the others'.
    const mixed = await Promise.all(
      [255, 120].map((light, id) =>
        sample(id, [light, 0, 0, 0], ['Mass'], {
          regions: [{ concept: 'Mass', side: undefined, box: QUARTERS[0]!, mask: null }],
        }),
      ),
    );
    const result = await ground(mixed);
    expect(result.thresholds[0]).not.toBe(result.thresholds[1]);
    expect(result.dice.mean).toBeLessThan(result.testChoice.dice);
  });

  it('counts findings whose place the model does not see', async () => {
    const outside = await sample(9, [255], ['Mass'], {
      regions: [{ concept: 'Mass', side: undefined, box: [0, 0, 1, 1], mask: null }],
    });
    const result = await ground([...right, outside]);
    expect(result).toMatchObject({ n: 7, findings: 6, placeless: 1 });
  });

  it('does not depend on the order of the samples', async () => {
    const mixed = await ground(Random.of('mix').shuffle(right));
    expect(mixed).toEqual(await ground(right));
  });

  it('knows concepts as well as labels, counts regions it has no prompt for, and needs two patients', async () => {
    const samples = await Promise.all([
      withMass(0, 0, 0, 'lung mass'),
      withMass(1, 1, 1, 'pneumothorax'),
      withMass(2, 2, 2, 'lung mass'),
    ]);
    const result = await ground(samples);
    expect(result).toMatchObject({ findings: 2, leftOut: { pneumothorax: 1 } });
    await expect(ground(samples.slice(0, 2))).rejects.toThrow(/one patient/);
    await expect(ground(samples.slice(1, 2))).rejects.toThrow(/no sample has a region/);
  });

  it('becomes a table', async () => {
    const result = await ground(right);
    const text = formatGroundingTable(result);
    expect(text).toMatch(/Mass +6 +1\.000 \(1\.000 to 1\.000\)/);
    expect(text).toContain('best on these very findings');
  });
});

describe('the threshold', () => {
  const dim = (id: number, light: number) =>
    sample(id, [light, 0, 0, 0], ['Mass'], {
      regions: [{ concept: 'Mass', side: undefined, box: QUARTERS[0]!, mask: null }],
    });

  it('can be chosen on another split, which is not measured itself', async () => {
    const others = [await dim(20, 120), await dim(21, 120)];
    const result = await ground(right, { ...OPTIONS, threshold: { split: 'validation', samples: others } });
    expect(result).toMatchObject({ n: 6, findings: 6, thresholdSplit: 'validation' });
    expect(result.thresholds).toHaveLength(1);
    // Best for dim pictures: lower than what is best for the bright ones that are measured.
    expect(result.thresholds[0]).toBeLessThan(result.testChoice.threshold);
    expect(result.recall.mean).toBeGreaterThan(result.testChoice.recall);
    expect(result.precision.mean).toBeLessThan(result.testChoice.precision);
    expect(formatGroundingTable(result)).toContain('best on split validation');
    await expect(
      ground(right, { ...OPTIONS, threshold: { split: 'validation', samples: [] } }),
    ).rejects.toThrow(/no sample of split "validation" has a region/);
  });
});

describe('a file of grounded findings', () => {
  let table: GroundingTable;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-grounding-'));
    table = await groundSamples(new LightReader(), right, OPTIONS);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives the same result again without the model', async () => {
    const path = join(folder, 'findings.parquet');
    await writeGrounding(path, table);
    const read = await readGrounding(path);
    for (const seed of [1, 2]) {
      expect(groundingResultOf(read, { seed, rounds: 30 })).toEqual(
        groundingResultOf(table, { seed, rounds: 30 }),
      );
    }
  });

  it('with counts that cannot be is refused, as is what is no such file', async () => {
    const path = join(folder, 'broken.parquet');
    const [first, ...rest] = table.findings;
    const curve = new OverlapCurve(first!.curve.reaching, first!.curve.reachingInside, 1);
    await writeGrounding(path, { ...table, findings: [{ ...first!, curve }, ...rest] });
    await expect(readGrounding(path)).rejects.toThrow(/broken\.parquet.*impossible/);
    await writeFile(path, 'no parquet');
    await expect(readGrounding(path)).rejects.toThrow(/broken\.parquet.*cannot be read/);
  });
});

describe('the truth of a region', () => {
  const sizeOf = (mask: Uint8Array) => mask.reduce((sum, value) => sum + value, 0);

  it('is where the mask says that a quarter or more of the greatest change is', async () => {
    const mask = await encodePng(Uint8Array.from([0, 63, 64, 255]), 2, 2);
    const region: Region = { concept: 'Mass', side: undefined, box: [0, 0, 1, 1], mask };
    const truth = await regionMask(right[0]!, [region], 2, 'test');
    expect([...truth]).toEqual([0, 0, 1, 1]);
  });

  it('is the box in the square that the model sees, also of a wide picture, and the union of several', async () => {
    const wide = await sample(0, [], [], {
      image: { bytes: await encodePng(new Uint8Array(8 * 4), 8, 4), path: 'w.png' },
    });
    const box = (left: number, right: number): Region => ({
      concept: 'Mass',
      side: undefined,
      box: [left, 0, right, 1],
      mask: null,
    });
    // Of 8 columns the middle four are seen: the left quarter is cut off, the next one is the left half.
    expect(sizeOf(await regionMask(wide, [box(0, 0.25)], 8, 'test'))).toBe(0);
    const half = await regionMask(wide, [box(0, 0.5)], 8, 'test');
    expect([...half.subarray(0, 8)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(sizeOf(await regionMask(wide, [box(0, 0.5), box(0.4, 1)], 8, 'test'))).toBe(64);
  });

  it('of a broken mask is an error that names the sample', async () => {
    const region: Region = { concept: 'Mass', side: undefined, box: [0, 0, 1, 1], mask: new Uint8Array(5) };
    await expect(regionMask(right[0]!, [region], 4, 'runs/data')).rejects.toThrow(/sample-0, region mask/);
  });
});
