import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { decodeGrey, encodePng } from '../images.js';
import type { Sample } from '../records/index.js';
import { importDataset } from './import-dataset.js';
import { siimAcr } from './siim-acr.js';
import { decodeRelativeRuns, encodeRelativeRuns } from './siim-acr-runs.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data', 'dicom-samples');

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-siim-'));
});
afterAll(() => rm(home, { recursive: true }));

/** The mask that runs stand for, row by row. */
function maskOf(runs: readonly number[], width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let index = 0; index < runs.length; index += 2) {
    for (let at = runs[index]!; at < runs[index]! + runs[index + 1]!; at++) {
      mask[(at % height) * width + Math.floor(at / height)] = 1;
    }
  }
  return mask;
}

describe('relative runs', () => {
  it('of a mask give the mask', () => {
    const masks = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
      .chain(([width, height]) =>
        fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          mask: fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 1 }),
        }),
      );
    fc.assert(
      fc.property(masks, ({ width, height, mask }) => {
        const runs = decodeRelativeRuns(encodeRelativeRuns(mask, width, height), width * height);
        expect(Array.from(maskOf(runs!, width, height))).toEqual(Array.from(mask));
      }),
    );
  });

  it('are gaps from the end of the last run, down the columns', () => {
    // Columns of 4: one pixel at (0, 1), then after a gap of 3 two pixels at (1, 1) and (1, 2).
    expect(decodeRelativeRuns(' 1 1 3 2', 12)).toEqual([1, 1, 5, 2]);
    const mask = maskOf([1, 1, 5, 2], 3, 4);
    expect([...mask.keys()].filter(at => mask[at] === 1)).toEqual([3, 4, 7]);
    expect(decodeRelativeRuns(' -1', 12)).toEqual([]);
  });

  it('that are none are refused', () => {
    for (const text of ['1', '1 2 3', 'a b', '1 -2', '1 0', '8 5', '1.5 2', '9999999999 1']) {
      expect(decodeRelativeRuns(text, 12)).toBeUndefined();
    }
  });
});

/** A download in which `1.2.3` has two masks, `1.2.4` none, and `1.2.5` no picture. */
async function download(): Promise<{ folder: string; out: string }> {
  const folder = join(home, String(made++));
  const picture = await encodePng(new Uint8Array(64 * 64).fill(90), 64, 64);
  for (const path of ['s/1/1.2.3.png', 's/2/1.2.4.png']) {
    const file = join(folder, 'dicom-images-train', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, picture);
  }
  // Pictures of masks that bear the same names are not taken for the X-rays.
  await mkdir(join(folder, 'a_masks'));
  await writeFile(join(folder, 'a_masks', '1.2.3.png'), 'no picture');
  const square = (left: number, top: number) =>
    Array.from({ length: 64 }, (_, column) => `${column === 0 ? left * 1024 + top : 1024 - 64} 64`).join(' ');
  await writeFile(
    join(folder, 'train-rle.csv'),
    `ImageId, EncodedPixels\n1.2.3, ${square(0, 0)}\n1.2.3, ${square(512, 256)}\n1.2.4, -1\n1.2.5, -1\n`,
  );
  return { folder, out: join(folder, 'out') };
}

describe('siim-acr', () => {
  it('joins the masks of a picture', async () => {
    const { folder, out } = await download();
    await importDataset(await siimAcr.open(folder, { partial: true }), { out });
    const samples: Sample[] = [];
    for await (const sample of (await openDataset(out)).samples()) samples.push(sample);
    expect(samples.map(({ id, labels }) => [id, labels])).toEqual([
      ['1.2.3', ['Pneumothorax']],
      ['1.2.4', []],
    ]);
    const [region, ...others] = samples[0]!.regions;
    expect(others).toEqual([]);
    expect(region).toMatchObject({ concept: 'Pneumothorax', box: [0, 0, 36 / 64, 20 / 64] });
    const { pixels } = await decodeGrey(region!.mask!, { source: 'mask' });
    const inside = [...pixels.keys()].filter(at => pixels[at] === 255);
    const expected = [...pixels.keys()].filter(at => {
      const [x, y] = [at % 64, Math.floor(at / 64)];
      return (x < 4 && y < 4) || (x >= 32 && x < 36 && y >= 16 && y < 20);
    });
    expect(inside).toEqual(expected);
    expect(samples[1]!.regions).toEqual([]);
  });

  it('tells of rows without picture, and of runs that are none', async () => {
    const { folder, out } = await download();
    expect((await siimAcr.open(folder, {})).count).toBe(3);
    await expect(siimAcr.open(out, {})).rejects.toThrow(/there is no train-rle\.csv/);
    await writeFile(join(folder, 'stage_2_train.csv'), 'ImageId,EncodedPixels\n1.2.3,1048570 7\n');
    await expect(siimAcr.open(folder, {})).rejects.toThrow(/the runs of line 2 .* 1024 × 1024/);
  });

  it.skipIf(!existsSync(real))('finds a real file of the competition (needs ../shared/data)', async () => {
    const name = '1.2.276.0.7230010.3.1.4.8323329.6904.1517875201.850819';
    const folder = join(home, 'real');
    const file = join(folder, 'dicom-images-train', 'study', 'series', `${name}.dcm`);
    await mkdir(dirname(file), { recursive: true });
    await copyFile(join(real, `${name}.dcm`), file);
    await writeFile(join(folder, 'train-rle.csv'), `ImageId, EncodedPixels\n${name}, 175349 7 1013 12\n`);
    const source = await siimAcr.open(folder, {});
    const rows = [];
    for await (const row of source.rows()) rows.push(row);
    expect(rows).toMatchObject([{ id: name, file, labels: ['Pneumothorax'] }]);
    expect(rows[0]!.masks![0]!.shape).toMatchObject({ runs: [175349, 7, 175349 + 7 + 1013, 12] });
  });
});
