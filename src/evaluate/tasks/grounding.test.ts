import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { encodePng, type Region, type Sample } from '../../data/index.js';
import type { PromptSet } from '../prompts/index.js';
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
const OPTIONS: GroundSamplesOptions = { prompts: PROMPTS, data: 'runs/data', total: 0, seed: 1, rounds: 100 };

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
    const result = await groundSamples(new LightReader(), right, OPTIONS);
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
    const result = await groundSamples(new LightReader(), wrong, OPTIONS);
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
    const result = await groundSamples(new LightReader(), mixed, OPTIONS);
    expect(result.thresholds[0]).not.toBe(result.thresholds[1]);
    expect(result.dice.mean).toBeLessThan(result.testChoice.dice);
  });

  it('counts findings whose place the model does not see', async () => {
    const outside = await sample(9, [255], ['Mass'], {
      regions: [{ concept: 'Mass', side: undefined, box: [0, 0, 1, 1], mask: null }],
    });
    const result = await groundSamples(new LightReader(), [...right, outside], OPTIONS);
    expect(result).toMatchObject({ n: 7, findings: 6, placeless: 1 });
  });

  it('does not depend on the order of the samples', async () => {
    const mixed = await groundSamples(new LightReader(), Random.of('mix').shuffle(right), OPTIONS);
    expect(mixed).toEqual(await groundSamples(new LightReader(), right, OPTIONS));
  });

  it('knows concepts as well as labels, counts regions it has no prompt for, and needs two patients', async () => {
    const samples = await Promise.all([
      withMass(0, 0, 0, 'lung mass'),
      withMass(1, 1, 1, 'pneumothorax'),
      withMass(2, 2, 2, 'lung mass'),
    ]);
    const result = await groundSamples(new LightReader(), samples, OPTIONS);
    expect(result).toMatchObject({ findings: 2, leftOut: { pneumothorax: 1 } });
    await expect(groundSamples(new LightReader(), samples.slice(0, 2), OPTIONS)).rejects.toThrow(
      /one patient/,
    );
    await expect(groundSamples(new LightReader(), samples.slice(1, 2), OPTIONS)).rejects.toThrow(
      /no sample has a region/,
    );
  });

  it('becomes a table', async () => {
    const result = await groundSamples(new LightReader(), right, OPTIONS);
    const origin = {
      task: 'grounding',
      model: 'm',
      data: 'd',
      split: 'test',
      seed: 1,
      rounds: 100,
      prompts: 'p',
    } as const;
    const text = formatGroundingTable({ ...origin, ...result });
    expect(text).toMatch(/Mass +6 +1\.000 \(1\.000 to 1\.000\)/);
    expect(text).toContain('best on these very findings');
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
