import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, Random } from '../../base/index.js';
import { sqlText, withDatabase } from '../../data/index.js';
import { formatAnyTable, formatComparison } from '../tables/index.js';
import {
  compareFiles,
  findScoreFiles,
  type OutlinedScore,
  readAnyScores,
  readSegmentation,
  resultOfAny,
  type SegmentationTable,
  segmentationResultOf,
  writeRanks,
  writeSegmentation,
} from './index.js';

const OPTIONS = { seed: 1, rounds: 200 };
const COUNT = 40;

/** Scores of a model whose outlines cover about this part of the truth, the more so the larger the share. */
function outlines(model: string, quality: number, shares = [10, 100], target = 'lungs'): SegmentationTable {
  const scoreOf = (share: number, id: number): OutlinedScore => {
    const random = Random.of('outline', model, share, id);
    const iou = Math.min(1, Math.max(0, quality - 0.1 + share / 1000 + random.normal(0, 0.05)));
    const dice = (2 * iou) / (1 + iou);
    return { sample: `s${id}`, patient: `p${id >> 1}`, share, fold: (id >> 1) % 2, dice, iou };
  };
  return {
    origin: {
      task: 'segmentation',
      model,
      data: 'runs/trained',
      test: 'runs/scored',
      split: 'all',
      target,
      frozen: false,
      size: 64,
      protocol: 'folds',
      folds: 2,
      leftOut: 3,
      shares: shares.map(share => ({ share, trainedOn: share * 1.5 })),
    },
    scores: shares.flatMap(share => Array.from({ length: COUNT }, (_, id) => scoreOf(share, id))),
  };
}

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-outlines-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a file of outlined pictures', () => {
  it('gives back every score and its origin as they were', async () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    const score = fc.record({ patient: fc.string({ unit: 'grapheme' }), iou: fraction, fold: fc.nat(1) });
    await fc.assert(
      fc.asyncProperty(fc.array(score, { minLength: 1, maxLength: 5 }), async scores => {
        const table: SegmentationTable = {
          origin: outlines("a model's name; it's odd", 0.5, [0.5]).origin,
          scores: scores.map((each, id) => {
            return { sample: `s${id}`, share: 0.5, ...each, dice: (2 * each.iou) / (1 + each.iou) };
          }),
        };
        await writeSegmentation(at('any.parquet'), table);
        expect(await readSegmentation(at('any.parquet'))).toEqual(table);
      }),
      { numRuns: 15 },
    );
  });

  it('gives the same result and table again, whatever the order of its rows', async () => {
    const table = outlines('a', 0.7);
    const result = segmentationResultOf(table, OPTIONS);
    expect(result).toMatchObject({ n: COUNT, patients: COUNT / 2, test: 'runs/scored', leftOut: 3 });
    expect(result).not.toHaveProperty('first');
    expect(result.shares.map(({ share, trainedOn }) => [share, trainedOn])).toEqual([
      [10, 15],
      [100, 150],
    ]);
    const [, all] = result.shares;
    const own = table.scores.filter(({ share }) => share === 100);
    expect(all!.iou.mean).toBeCloseTo(own.reduce((sum, { iou }) => sum + iou, 0) / COUNT, 12);
    expect(all!.iou.low).toBeLessThan(all!.iou.mean);
    await writeSegmentation(at('a.scores.parquet'), { ...table, scores: [...table.scores].reverse() });
    const again = resultOfAny(await readAnyScores(at('a.scores.parquet')), OPTIONS);
    expect(again).toEqual({ form: 'segmentation', result });
    expect(formatAnyTable(again)).toMatch(/^segmentation of lungs: a on runs\/trained/);
    expect(formatAnyTable(again)).toContain('scored once by a network');
  });

  it('that is hostile is refused with its name and what is wrong', async () => {
    const table = outlines('a', 0.7);
    const { origin, scores } = table;
    const [first, ...rest] = scores as [OutlinedScore, ...OutlinedScore[]];
    const refused = async (broken: Partial<SegmentationTable>, fault: RegExp) => {
      await writeSegmentation(at('broken.parquet'), { ...table, ...broken });
      const reading = readSegmentation(at('broken.parquet'));
      await expect(reading).rejects.toThrow(InputError);
      await expect(reading).rejects.toThrow(/broken\.parquet/);
      await expect(reading).rejects.toThrow(fault);
    };
    const withFirst = (change: Partial<OutlinedScore>) => ({ scores: [{ ...first, ...change }, ...rest] });
    await refused(withFirst({ dice: Number.NaN }), /NaN/);
    await refused(withFirst({ iou: Number.POSITIVE_INFINITY }), /at 5/);
    await refused(withFirst({ dice: 1.2 }), /at 4: .*<=1/);
    await refused(withFirst({ dice: -0.2 }), /at 4: .*>=0/);
    await refused(withFirst({ dice: 0.9, iou: 0.9 }), /cannot be of one outline/);
    await refused(withFirst({ share: 50 }), /share or fold that the file does not speak of/);
    await refused(withFirst({ fold: 2 }), /share or fold that the file does not speak of/);
    await refused({ scores: [first, ...scores] }, /"s0" has two scores for 10 %/);
    await refused({ scores: rest }, /39 of 40 samples for 10 %/);
    await refused({ scores: [] }, /0 of 0 samples/);
    const [share] = origin.shares;
    await refused({ origin: { ...origin, shares: [share!, share!] } }, /names a share of labels twice/);
    await refused({ origin: { ...origin, shares: [] } }, /at shares/);
    await refused({ origin: { ...origin, folds: 0 } }, /at folds/);
  });

  it('of another form is refused', async () => {
    await writeFile(at('text.parquet'), 'no parquet');
    await expect(readSegmentation(at('text.parquet'))).rejects.toThrow(/text\.parquet.*cannot be read/);
    const origin = { model: 'm', data: 'd', split: 'all', n: 1, galleries: 1, pairs: 1, texts: 1 };
    const ranks = { ...origin, task: 'retrieval', section: 'findings' } as const;
    await writeRanks(at('ranks.parquet'), { origin: ranks, queries: [] });
    await expect(readSegmentation(at('ranks.parquet'))).rejects.toThrow(/or of another kind/);
    await footer(at('odd.parquet'), '{"task":');
    await expect(readSegmentation(at('odd.parquet'))).rejects.toThrow(/odd\.parquet.*cannot be read/);
    await footer(at('odd.parquet'), JSON.stringify(outlines('a', 0.5).origin));
    await expect(readSegmentation(at('odd.parquet'))).rejects.toThrow(InputError);
  });
});

describe('models compared by outlines', () => {
  beforeAll(async () => {
    await writeSegmentation(at('good.scores.parquet'), outlines('good', 0.8));
    await writeSegmentation(at('poor.scores.parquet'), outlines('poor', 0.6));
    await writeSegmentation(at('few.scores.parquet'), outlines('few', 0.6, [1, 10]));
  });
  const compared = (...names: string[]) =>
    compareFiles(
      names.map(name => at(`${name}.scores.parquet`)),
      OPTIONS,
    );

  it('are held against each other picture by picture, at the largest share of both', async () => {
    const result = await compared('good', 'poor', 'few');
    expect(result).toMatchObject({ task: 'segmentation', data: 'runs/scored', n: COUNT, of: 'samples' });
    expect(result.patients).toBe(COUNT / 2);
    const [poor, few] = result.against;
    expect([poor!.share, few!.share]).toEqual([100, 10]);
    const good = segmentationResultOf(outlines('good', 0.8), OPTIONS).shares;
    expect(Object.keys(poor!.measures)).toEqual(['Dice', 'IoU']);
    expect(poor!.measures.Dice!.first).toBe(good[1]!.dice.mean);
    expect(few!.measures.IoU!.first).toBe(good[0]!.iou.mean);
    expect(poor!.measures.IoU!.low).toBeGreaterThan(0.1);
    expect(formatComparison(result)).toMatch(/first less few, both trained on 10 % of the labels/);
    const [self] = (await compared('good', 'good')).against;
    expect([self!.measures.Dice!.difference, self!.measures.Dice!.p]).toEqual([0, 1]);
  });

  it('are told apart where shares, targets or pictures differ', async () => {
    await writeSegmentation(at('whole.scores.parquet'), outlines('whole', 0.6, [100]));
    await expect(compared('few', 'whole')).rejects.toThrow(/1, 10 % in the first, 100 % in the second/);
    await writeSegmentation(at('heart.scores.parquet'), outlines('heart', 0.6, [100], 'heart'));
    await expect(compared('whole', 'heart')).rejects.toThrow(/of lungs, the second of heart/);
    const fewer = outlines('fewer', 0.6, [100]);
    await writeSegmentation(at('fewer.scores.parquet'), { ...fewer, scores: fewer.scores.slice(1) });
    await expect(compared('whole', 'fewer')).rejects.toThrow(/40 and 39; 1 are in the first alone \("s0"\)/);
  });

  it('are found in folders by their task', async () => {
    const home = at('run');
    await mkdir(home);
    await writeSegmentation(join(home, 'lungs.scores.parquet'), outlines('run', 0.6));
    expect(await findScoreFiles([home], 'segmentation')).toEqual([join(home, 'lungs.scores.parquet')]);
    await expect(findScoreFiles([home], 'grounding')).rejects.toThrow(/no score file.* of grounding/);
    await footer(join(home, 'odd.scores.parquet'), 'no JSON');
    await expect(findScoreFiles([home], 'segmentation')).rejects.toThrow(/odd.*origin cannot be read/);
  });
});

/** Writes a Parquet file whose footer claims an origin. */
async function footer(path: string, origin: string): Promise<void> {
  await withDatabase(async connection => {
    const metadata = `{synray_segmentation: ${sqlText(origin)}}`;
    await connection.run(
      `COPY (SELECT 1 AS a) TO ${sqlText(path)} (FORMAT parquet, KV_METADATA ${metadata})`,
    );
  });
}
