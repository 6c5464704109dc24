import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSegmentation } from '../../evaluate/index.js';
import { measureFile } from './cells.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-cells-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the score of a model', () => {
  it('by outlines is the mean Dice of the largest share', async () => {
    const path = join(folder, 'lungs.scores.parquet');
    const ious = { 10: [0.1, 0.2, 0.3, 0.4], 100: [0.5, 0.6, 0.7, 1] };
    const diceOf = (iou: number) => (2 * iou) / (1 + iou);
    await writeSegmentation(path, {
      origin: {
        task: 'segmentation',
        model: 'm',
        data: 'd',
        split: 'test',
        target: 'heart',
        frozen: true,
        size: 32,
        protocol: 'splits',
        folds: 1,
        leftOut: 0,
        shares: [
          { share: 10, trainedOn: 2 },
          { share: 100, trainedOn: 20 },
        ],
      },
      scores: ([10, 100] as const).flatMap(share =>
        ious[share].map((iou, id) => {
          return { sample: `s${id}`, patient: `p${id >> 1}`, share, fold: 0, dice: diceOf(iou), iou };
        }),
      ),
    });
    const measured = await measureFile(path, { rounds: 100, seed: 1 });
    const mean = ious[100].reduce((sum, iou) => sum + diceOf(iou), 0) / 4;
    expect(measured.value).toBeCloseTo(mean, 12);
    expect(measured).toMatchObject({ n: 4, patients: 2 });
    expect(measured.classes.heart!.value).toBeCloseTo(mean, 12);
    expect(measured.low).toBeLessThan(measured.high);
  });

  it('is not taken from what is no score file', async () => {
    const path = join(folder, 'text.parquet');
    await writeFile(path, 'text');
    await expect(measureFile(path, { rounds: 10, seed: 1 })).rejects.toThrow(/text\.parquet/);
  });
});
