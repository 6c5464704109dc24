import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { OverlapCurve } from '../metrics/index.js';
import { formatAnyTable, formatComparison } from '../tables/index.js';
import {
  compareFiles,
  findScoreFiles,
  type GroundingTable,
  type RetrievalTable,
  readAnyScores,
  resultOfAny,
  resultOfScores,
  type ScoreTable,
  THRESHOLDS,
  writeGrounding,
  writeRanks,
  writeScores,
} from './index.js';

const OPTIONS = { seed: 1, rounds: 200 };
const CLASSES = ['Effusion', 'Mass'];
const COUNT = 240;

/** Scores of a model that is right the more often the stronger it is. The labels are the same for all. */
function scores(model: string, strength: number, task = 'zero-shot'): ScoreTable {
  const truth = Random.of('labels');
  const noise = Random.of('noise', model);
  const labels = Uint8Array.from({ length: COUNT * 2 }, () => Number(truth.chance(0.3)));
  return {
    origin: { task, model, data: 'runs/data', split: 'test', prompts: 'p', scoring: 'global' },
    classes: CLASSES,
    samples: Array.from({ length: COUNT }, (_, id) => ({
      id: `s${id}`,
      patient: `p${id >> 1}`,
      view: null,
    })),
    scores: Float64Array.from(labels, label => noise.normal(label * strength)),
    labels,
  };
}

/** Findings whose maps are right in this share of the pixels inside. */
function findings(model: string, share: number, count = 40): GroundingTable {
  const random = Random.of('findings', model);
  return {
    origin: {
      task: 'grounding',
      model,
      data: 'runs/data',
      split: 'test',
      prompts: 'p',
      map: 'similarity',
      n: 60,
      patients: 50,
      placeless: 0,
      leftOut: {},
    },
    findings: Array.from({ length: count }, (_, id) => {
      const truth = Uint8Array.from({ length: 100 }, (_, pixel) => Number(pixel < 30));
      const map = Float32Array.from(truth, inside =>
        random.chance(inside === 1 ? share : 0.1) ? 0.5 : -0.5,
      );
      return {
        id: `s${id}`,
        patient: `p${id}`,
        className: id % 2 === 0 ? 'Mass' : 'Nodule',
        role: 'measured',
        inside: random.chance(share),
        cnr: share + random.normal(0, 0.1),
        area: 0.3,
        curve: OverlapCurve.of(map, truth, THRESHOLDS),
      };
    }),
  };
}

function ranks(model: string, worst: number): RetrievalTable {
  const random = Random.of('ranks', model);
  return {
    origin: {
      task: 'retrieval',
      model,
      data: 'runs/data',
      split: 'test',
      section: 'findings',
      n: 50,
      galleries: 2,
      pairs: 80,
      texts: 80,
    },
    queries: [0, 1].flatMap(gallery =>
      (['picture to report', 'report to picture'] as const).flatMap(direction =>
        Array.from({ length: 50 }, (_, id) => ({
          gallery,
          direction,
          id: `s${id}`,
          patient: `p${id >> 1}`,
          rank: 1 + random.integer(worst),
        })),
      ),
    ),
  };
}

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-compare-'));
  await writeScores(at('good.scores.parquet'), scores('good', 1.5));
  await writeScores(at('fair.scores.parquet'), scores('fair', 1.4));
  await writeScores(at('bad.scores.parquet'), scores('bad', 0));
  await writeGrounding(at('sharp.scores.parquet'), findings('sharp', 0.9));
  await writeGrounding(at('blurred.scores.parquet'), findings('blurred', 0.4));
  await writeRanks(at('near.scores.parquet'), ranks('near', 3));
  await writeRanks(at('far.scores.parquet'), ranks('far', 40));
  await writeFile(at('good.json'), '{}');
});
afterAll(() => rm(folder, { recursive: true }));

describe('the comparison of score files', () => {
  it('finds a better model better: paired bootstrap, DeLong for the mean and each class', async () => {
    const result = await compareFiles([at('good.scores.parquet'), at('bad.scores.parquet')], OPTIONS);
    expect(result).toMatchObject({
      task: 'zero-shot',
      n: COUNT,
      of: 'samples',
      patients: COUNT / 2,
      model: 'good',
    });
    const [{ measures, classes, model }] = result.against as [(typeof result.against)[0]];
    expect(model).toBe('bad');
    expect(Object.keys(measures)).toEqual(['mean AUC', 'mean average precision', 'mean F1', 'mean accuracy']);
    const mean = measures['mean AUC']!;
    expect(mean.first - mean.second).toBeCloseTo(mean.difference, 12);
    expect(mean.low).toBeGreaterThan(0.15);
    expect(mean.deLongP).toBeLessThan(1e-6);
    expect(mean.holmP).toBeUndefined();
    expect(Object.keys(classes)).toEqual(CLASSES);
    expect(classes.Mass!.deLongP).toBeLessThan(1e-3);
    expect(formatComparison(result)).toMatch(/mean AUC .* \+0\.\d{3} .* < 0\.001/);
  });

  it('compares several with the first, and corrects their p-values', async () => {
    const files = ['good', 'fair', 'bad'].map(name => at(`${name}.scores.parquet`));
    const { against } = await compareFiles(files, OPTIONS);
    const [fair, bad] = against.map(({ measures }) => measures['mean AUC']!);
    const smaller = Math.min(fair!.p, bad!.p);
    const greater = Math.max(fair!.p, bad!.p);
    expect(Math.min(fair!.holmP!, bad!.holmP!)).toBeCloseTo(Math.min(1, 2 * smaller), 12);
    expect(Math.max(fair!.holmP!, bad!.holmP!)).toBeCloseTo(Math.max(greater, Math.min(1, 2 * smaller)), 12);
    expect(bad!.deLongHolmP).toBeLessThan(0.001);
    expect(formatComparison(await compareFiles(files, OPTIONS))).toContain(
      'p corrected after Holm for 2 models',
    );
  });

  it('of grounding and of retrieval is by finding and by query', async () => {
    const grounding = await compareFiles([at('sharp.scores.parquet'), at('blurred.scores.parquet')], OPTIONS);
    expect(grounding).toMatchObject({ task: 'grounding', n: 40, of: 'findings', patients: 40 });
    expect(grounding.against[0]!.measures.Dice!.low).toBeGreaterThan(0.1);
    expect(Object.keys(grounding.against[0]!.classes)).toEqual(['Mass', 'Nodule']);
    const retrieval = await compareFiles([at('far.scores.parquet'), at('near.scores.parquet')], OPTIONS);
    expect(retrieval).toMatchObject({ task: 'retrieval', n: 200, of: 'queries', patients: 25 });
    expect(retrieval.against[0]!.measures['R@1 report to picture']!.high).toBeLessThan(0);
    expect(retrieval.against[0]!.measures['R@5 picture to report']!.second).toBe(1);
  });

  it('of a model with itself is no difference', async () => {
    for (const name of ['good', 'sharp', 'near']) {
      const { against } = await compareFiles(
        [at(`${name}.scores.parquet`), at(`${name}.scores.parquet`)],
        OPTIONS,
      );
      for (const { difference, p } of Object.values(against[0]!.measures))
        expect([difference, p]).toEqual([0, 1]);
    }
  });

  it('is refused where samples or tasks differ, with counts and an example', async () => {
    const fewer = scores('fewer', 1);
    const rows = COUNT - 2;
    await writeScores(at('fewer.parquet'), {
      ...fewer,
      samples: fewer.samples.slice(0, rows),
      scores: fewer.scores.slice(0, rows * 2),
      labels: fewer.labels.slice(0, rows * 2),
    });
    await expect(compareFiles([at('good.json'), at('fewer.parquet')], OPTIONS)).rejects.toThrow(
      /not of the same samples: 240 and 238; 2 are in the first alone \("s238"\)/,
    );
    await expect(compareFiles([at('good.json'), at('near.scores.parquet')], OPTIONS)).rejects.toThrow(
      /of zero-shot, the second of retrieval/,
    );
    await expect(compareFiles([at('good.json')], OPTIONS)).rejects.toThrow(/nothing to compare/);
  });
});

describe('a score file is found', () => {
  it('beside its result, and in a folder that has one, or one of the same name in all', async () => {
    expect(await findScoreFiles([at('good.json')])).toEqual([at('good.scores.parquet')]);
    for (const run of ['a', 'b']) {
      await mkdir(at(`${run}/eval`), { recursive: true });
      await writeScores(at(`${run}/eval/nih.scores.parquet`), scores(run, 1));
    }
    expect(await findScoreFiles([at('a'), at('b')])).toEqual([
      at('a/eval/nih.scores.parquet'),
      at('b/eval/nih.scores.parquet'),
    ]);
    await writeScores(at('b/eval/other.scores.parquet'), scores('b', 1));
    expect((await findScoreFiles([at('a'), at('b')]))[1]).toBe(at('b/eval/nih.scores.parquet'));
    await expect(findScoreFiles([at('b')])).rejects.toThrow(/2 score files/);
    await writeRanks(at('b/ranks.scores.parquet'), ranks('b', 3));
    expect(await findScoreFiles([at('b')], 'retrieval')).toEqual([at('b/ranks.scores.parquet')]);
    await expect(findScoreFiles([at('a')], 'retrieval')).rejects.toThrow(/of retrieval in it/);
  });

  it('or it is said what is missing', async () => {
    await expect(findScoreFiles([at('nothing')])).rejects.toThrow(/no such file or folder/);
    await writeFile(at('lonely.json'), '{}');
    await expect(findScoreFiles([at('lonely.json')])).rejects.toThrow(/no lonely\.scores\.parquet/);
    await mkdir(at('empty'));
    await expect(findScoreFiles([at('empty')])).rejects.toThrow(/no score file/);
    await expect(readAnyScores(at('good.json'))).rejects.toThrow(/good\.json/);
  });
});

describe('a table from a score file', () => {
  it('is that of the evaluation, whatever the task', async () => {
    for (const [name, start] of [
      ['good', 'zero-shot: good on runs/data'],
      ['sharp', 'grounding: sharp on runs/data'],
      ['near', 'retrieval: near on runs/data'],
    ] as const) {
      const of = resultOfAny(await readAnyScores(at(`${name}.scores.parquet`)), OPTIONS);
      expect(formatAnyTable(of).startsWith(start)).toBe(true);
    }
    const read = resultOfAny(await readAnyScores(at('good.scores.parquet')), OPTIONS);
    expect(read.result).toEqual(resultOfScores(scores('good', 1.5), OPTIONS));
  });

  it('names the task it is of, also one that is no zero-shot', async () => {
    await writeScores(at('tuned.scores.parquet'), scores('tuned', 1, 'fine-tune'));
    const of = resultOfAny(await readAnyScores(at('tuned.scores.parquet')), OPTIONS);
    expect(formatAnyTable(of)).toMatch(/^fine-tune: tuned/);
  });
});
