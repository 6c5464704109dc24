import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../base/index.js';
import { DatasetWriter, decodeGrey, encodePng } from '../../data/index.js';
import { readAnyScores, readSegmentation, resultOfAny } from '../scores/index.js';
import { readOutlined } from '../segmentation/pictures.js';
import { formatAnyTable } from '../tables/index.js';
import { disc, SIDE } from './__fixtures__/shapes.js';
import { evaluateSegmentation, tasks } from './index.js';

let folder: string;
let data: string;
let other: string;

async function write(path: string, from: number, to: number): Promise<void> {
  const writer = await DatasetWriter.create(path, sha256(path));
  for (let id = from; id < to; id++) await writer.add('all', await disc(id));
  await writer.finish({
    name: 'test',
    provenance: { producer: 'test', version: '0', description: 'test' },
    settings: {},
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-segmentation-'));
  data = join(folder, 'data');
  other = join(folder, 'other');
  await write(data, 0, 48);
  await write(other, 100, 116);
});
afterAll(() => rm(folder, { recursive: true }));

const common = { model: 'random', size: 32, rounds: 20, batch: 8, rate: 5e-3 };

describe('segmentation', () => {
  it('learns to outline, scores another data set, and shows it', async () => {
    const out = join(folder, 'result.json');
    const pictures = join(folder, 'sheet.png');
    const options = { ...common, data, test: other, steps: 90, out, pictures };
    const result = await evaluateSegmentation(options);
    expect(result).toMatchObject({ protocol: 'splits', n: 16, patients: 8, target: 'lungs', leftOut: 0 });
    const [share] = result.shares;
    expect(share!.dice.mean).toBeGreaterThan(0.6);
    expect(share!.dice.low).toBeLessThan(share!.dice.mean);
    const scores = await readAnyScores(join(folder, 'result.scores.parquet'));
    const again = resultOfAny(scores, { seed: 0, rounds: 20 });
    expect(again).toEqual({ form: 'segmentation', result });
    expect(formatAnyTable(again)).toBe(tasks.get('segmentation').format(result));
    const sheet = await decodeGrey(await readFile(pictures), { source: pictures });
    expect([sheet.width, sheet.height]).toEqual([8 * 32, 2 * 32]);
    expect(tasks.get('segmentation').format(result)).toMatch(/Dice/);
    // Finished: the second time nothing is trained, and the bytes are the same.
    const before = await readFile(out, 'utf8');
    const folderOfWork = join(folder, 'result.work');
    const made = (await stat(folderOfWork)).mtimeMs;
    await evaluateSegmentation(options);
    expect(await readFile(out, 'utf8')).toBe(before);
    expect((await stat(folderOfWork)).mtimeMs).toBe(made);
  });

  it('scores every picture once over folds; a frozen encoder, and a finding as the target', async () => {
    const trained = { ...common, data, steps: 3, folds: 3, frozen: true, target: 'disc', share: [50, 100] };
    const options = { ...trained, scores: join(folder, 'folds.parquet') };
    const result = await evaluateSegmentation(options);
    expect(result).toMatchObject({ protocol: 'folds', folds: 3, n: 48, patients: 24, frozen: true });
    expect(result.shares.map(({ trainedOn }) => trainedOn)).toEqual([16, 32]);
    const { scores } = await readSegmentation(options.scores);
    expect(scores).toHaveLength(48 * 2);
    expect([...new Set(scores.map(({ share, fold }) => `${share} ${fold}`))]).toEqual(
      [50, 100].flatMap(share => [0, 1, 2].map(fold => `${share} ${fold}`)),
    );
    expect(await evaluateSegmentation(options)).toEqual(result);
  });

  it('begins with what it learnt from other masks', async () => {
    const options = { ...common, data, folds: 2, steps: 40, rate: 1e-3 };
    const alone = await evaluateSegmentation({ ...options, steps: 1 });
    const work = join(folder, 'first');
    const result = await evaluateSegmentation({ ...options, first: other, work });
    expect(result.first).toBe(other);
    expect(result.shares[0]!.dice.mean).toBeGreaterThan(alone.shares[0]!.dice.mean);
    expect(await evaluateSegmentation({ ...options, first: other, work })).toEqual(result);
  });

  it('names a target that no sample has', async () => {
    await expect(evaluateSegmentation({ ...common, data, target: 'spleen' })).rejects.toThrow(
      /no sample has a mask of "spleen"/,
    );
  });
});

describe('outlined pictures', () => {
  const mask = async (inside: (x: number) => boolean) =>
    encodePng(
      Uint8Array.from({ length: SIDE * SIDE }, (_, at) => (inside(at % SIDE) ? 255 : 0)),
      SIDE,
      SIDE,
    );
  const read = async (samples: Awaited<ReturnType<typeof disc>>[], target: string) => {
    const data = await readOutlined(
      (async function* () {
        for (const sample of samples) yield { sample, split: 'all' };
      })(),
      { target, size: 20, source: 'test' },
    );
    const areas = data.samples.map(
      (_, row) => data.masks.read([row]).reduce((sum, value) => sum + Number(value === 255), 0) / 400,
    );
    await data.close();
    return { areas, ids: data.samples.map(({ id }) => id), leftOut: data.leftOut };
  };

  it('put lungs together from both, and leave out who says nothing of them', async () => {
    const halves = await disc(1, {
      structures: [
        { name: 'left lung', mask: await mask(x => x >= 30) },
        { name: 'right lung', mask: await mask(x => x < 10) },
      ],
    });
    const none = await disc(2, { structures: [] });
    expect(await read([halves, none], 'lungs')).toEqual({ areas: [0.5], ids: ['sample-1'], leftOut: 1 });
  });

  it('take a finding that is not there as an empty mask, and leave out where its place is not known', async () => {
    const placed = await disc(1);
    const unplaced = await disc(2, { regions: [] });
    const unsure = await disc(6, { uncertain: ['disc'] });
    const absent = await disc(3);
    const { areas, leftOut } = await read([placed, unplaced, unsure, absent], 'disc');
    expect(leftOut).toBe(2);
    expect(areas).toHaveLength(2);
    expect(areas[0]).toBeGreaterThan(0.05);
    expect(areas[1]).toBe(0);
  });

  it('stretch pictures that are not square together with their masks', async () => {
    const pixels = new Uint8Array(20 * 40);
    const half = Uint8Array.from({ length: 20 * 40 }, (_, at) => (at % 40 < 10 ? 255 : 0));
    const wide = await disc(1, {
      image: { bytes: await encodePng(pixels, 40, 20), path: 'wide.png' },
      structures: [{ name: 'lungs', mask: await encodePng(half, 40, 20) }],
    });
    expect((await read([wide], 'lungs')).areas[0]).toBeCloseTo(0.25, 2);
  });
});
