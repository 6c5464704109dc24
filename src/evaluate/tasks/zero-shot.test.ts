import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import type { Sample } from '../../data/index.js';
import type { PromptSet } from '../prompts/index.js';
import {
  compareTables,
  measureTable,
  readScores,
  resultOfScores,
  type ScoreTable,
  writeScores,
} from '../scores/index.js';
import { formatZeroShotTable, zeroShotRows } from '../tables/index.js';
import { LightReader, sample } from './__fixtures__/light-reader.js';
import { type ScoreSamplesOptions, scoreSamples } from './score-samples.js';

const PROMPTS: PromptSet = {
  name: 'test/simple',
  classes: [
    {
      name: 'Effusion',
      labels: new Set(['Effusion']),
      unlabelled: false,
      positive: ['fluid', 'effusion'],
      negative: ['no fluid'],
    },
    {
      name: 'Mass',
      labels: new Set(['Mass']),
      unlabelled: false,
      positive: ['mass'],
      negative: ['no mass', 'no fluid'],
    },
    {
      name: 'Hernia',
      labels: new Set(['Hernia']),
      unlabelled: false,
      positive: ['hernia'],
      negative: ['no hernia'],
    },
  ],
};

const OPTIONS: ScoreSamplesOptions = {
  prompts: PROMPTS,
  model: 'runs/light',
  data: 'runs/data',
  split: 'test',
  total: 0,
};
const MEASURE = { seed: 3, rounds: 200 };

/** Effusions are lighter in their first pixel, more so in PA pictures; a patient has two pictures. */
async function cohort(count = 90): Promise<Sample[]> {
  const random = Random.of('cohort');
  return Promise.all(
    Array.from({ length: count }, (_, index) => {
      const ill = random.chance(0.4);
      const view = index % 3 === 0 ? ('AP' as const) : ('PA' as const);
      const light = Math.min(255, Math.max(0, random.normal(ill ? (view === 'PA' ? 160 : 120) : 100, 30)));
      return sample(index, [Math.round(light)], ill ? ['Effusion'] : ['No Finding'], {
        view,
        patient: `patient-${Math.floor(index / 2)}`,
      });
    }),
  );
}

let folder: string;
let samples: Sample[];
let table: ScoreTable;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-evaluate-'));
  samples = await cohort();
  table = await scoreSamples(new LightReader(), samples, OPTIONS);
});
afterAll(() => rm(folder, { recursive: true }));

describe('scoring samples', () => {
  it('gives the log-odds of the softmax over the two cosines', async () => {
    const scored = await scoreSamples(
      new LightReader(),
      [await sample(0, [255], []), await sample(1, [51], [])],
      {
        ...OPTIONS,
        temperature: 0.5,
      },
    );
    expect(scored.scores[0]).toBeCloseTo(1 / 0.5, 5);
    // Grey 51 is a fifth of the way: (sin 18° − cos 18°) / 0.5.
    expect(scored.scores[3]).toBeCloseTo((Math.sin(Math.PI / 10) - Math.cos(Math.PI / 10)) / 0.5, 5);
  });

  it('by known embeddings gives the known AUC', async () => {
    const known = await Promise.all(
      [10, 60, 110, 160, 210].map((grey, index) =>
        sample(index, [grey], index === 1 || index >= 3 ? ['Effusion'] : []),
      ),
    );
    const { classes } = resultOfScores(await scoreSamples(new LightReader(), known, OPTIONS), MEASURE);
    // Positives at ranks 2, 4 and 5: five of six pairs are in order.
    expect(classes.Effusion!.auc).toBeCloseTo(5 / 6, 12);
    expect(classes.Effusion).toMatchObject({ positives: 3, negatives: 2 });
  });

  it('finds by local scoring what is in one corner only, where the whole picture shows nothing', async () => {
    const corners = [
      [0, 0, 0, 200],
      [0, 0, 0, 90],
      [0, 220, 0, 0],
      [0, 50, 50, 50],
    ];
    const small = await Promise.all(
      corners.map((grey, index) => sample(index, grey, index % 2 === 0 ? ['Mass'] : [])),
    );
    const aucOf = async (scoring: ScoreSamplesOptions['scoring']) =>
      resultOfScores(await scoreSamples(new LightReader(), small, { ...OPTIONS, scoring }), MEASURE).classes
        .Mass!.auc;
    expect(await aucOf('global')).toBe(0.5);
    expect(await aucOf('local')).toBe(1);
    expect(await aucOf('local-max')).toBe(1);
    expect(await aucOf('global+local')).toBe(1);
  });

  it('gives the greatest cell’s margin for local-max, and at most that for the soft maximum', async () => {
    const one = [await sample(0, [0, 128, 30, 255], ['Mass'])];
    const scoreOf = async (scoring: ScoreSamplesOptions['scoring']) =>
      (await scoreSamples(new LightReader(), one, { ...OPTIONS, scoring, temperature: 0.2 })).scores[1]!;
    expect(await scoreOf('local-max')).toBeCloseTo(5, 5);
    const margins = [0, 128, 30, 255].map(grey => {
      const angle = (grey / 255) * (Math.PI / 2);
      return (Math.sin(angle) - Math.cos(angle)) / 0.2;
    });
    const soft = Math.log(margins.reduce((sum, margin) => sum + Math.exp(margin), 0) / 4);
    expect(await scoreOf('local')).toBeCloseTo(soft, 5);
    expect(await scoreOf('global+local')).toBeCloseTo((soft + margins[0]!) / 2, 5);
  });

  it('reads the cells too, unless told, where the model has learnt them', async () => {
    const one = [await sample(0, [0, 128, 30, 255], ['Mass'])];
    const origin = async (grounded: boolean) =>
      (await scoreSamples(new LightReader(grounded), one, OPTIONS)).origin.scoring;
    expect(await origin(true)).toBe('global+local');
    expect(await origin(false)).toBe('global');
  });

  it('counts what the source leaves open as unknown: for that class, in the file and in the measure', async () => {
    const open = await Promise.all(
      samples.map((one, index) => (index < 10 ? { ...one, labels: [], uncertain: ['Effusion'] } : one)),
    );
    const scored = await scoreSamples(new LightReader(), open, OPTIONS);
    const path = join(folder, 'open.parquet');
    await writeScores(path, scored);
    for (const each of [scored, await readScores(path)]) {
      const { classes, n } = resultOfScores(each, MEASURE);
      expect(n).toBe(90);
      expect(classes.Effusion!.positives + classes.Effusion!.negatives).toBe(80);
    }
  });

  it('says which prompts were not the vocabulary’s own, in the result, its file and its table', async () => {
    const fallbacks = { Mass: 'no negative prompts: those of simple' };
    const scored = await scoreSamples(new LightReader(), samples, {
      ...OPTIONS,
      prompts: { ...PROMPTS, fallbacks },
    });
    const path = join(folder, 'fallbacks.parquet');
    await writeScores(path, scored);
    const result = resultOfScores(await readScores(path), MEASURE);
    expect(result.fallbacks).toEqual(fallbacks);
    expect(formatZeroShotTable(result)).toContain(
      'the vocabulary has no negative prompts: those of simple (Mass)',
    );
    expect(resultOfScores(table, MEASURE)).not.toHaveProperty('fallbacks');
  });

  it('asks each prompt once', async () => {
    const model = new LightReader();
    await scoreSamples(model, [], OPTIONS);
    expect([...model.asked].sort()).toEqual([
      'effusion',
      'fluid',
      'hernia',
      'mass',
      'no fluid',
      'no hernia',
      'no mass',
    ]);
  });

  it('tells how far it is, stops when asked to, and names a picture that cannot be read', async () => {
    const told: [number, number][] = [];
    await scoreSamples(new LightReader(), samples, {
      ...OPTIONS,
      total: 90,
      onProgress: (done, total) => told.push([done, total]),
    });
    expect(told).toEqual([
      [32, 90],
      [64, 90],
      [90, 90],
    ]);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(scoreSamples(new LightReader(), samples, { ...OPTIONS, signal })).rejects.toThrow('stop');
    const broken = await sample(7, [1], [], { image: { bytes: new Uint8Array(3), path: 'x.png' } });
    await expect(scoreSamples(new LightReader(), [...samples.slice(0, 40), broken], OPTIONS)).rejects.toThrow(
      /runs\/data: sample sample-7/,
    );
  });

  it('refuses the scores of a model that gives no numbers, and settings that make no sense', async () => {
    class Diverged extends LightReader {
      override async encodeTexts(texts: readonly string[]) {
        return new Float32Array(texts.length * 2).fill(Number.NaN);
      }
    }
    await expect(scoreSamples(new Diverged(), samples, OPTIONS)).rejects.toThrow(
      /runs\/light: the model gives NaN/,
    );
    await expect(scoreSamples(new LightReader(), samples, { ...OPTIONS, temperature: 0 })).rejects.toThrow(
      /temperature/,
    );
    await expect(
      scoreSamples(new LightReader(), samples, { ...OPTIONS, scoring: 'best' as 'global' }),
    ).rejects.toThrow(/scoring/);
  });
});

describe('the result', () => {
  it('names its origin, its intervals hold the points, and classes that cannot be measured are named', () => {
    const result = resultOfScores(table, MEASURE);
    expect(result).toMatchObject({
      task: 'zero-shot',
      model: 'runs/light',
      data: 'runs/data',
      split: 'test',
      prompts: 'test/simple',
      scoring: 'global',
      n: 90,
      patients: 45,
      seed: 3,
      rounds: 200,
      leftOut: { Mass: 'no positive', Hernia: 'no positive' },
    });
    expect(Object.keys(result.classes)).toEqual(['Effusion']);
    const effusion = result.classes.Effusion!;
    expect(effusion.low).toBeLessThan(effusion.auc);
    expect(effusion.high).toBeGreaterThan(effusion.auc);
    expect(result.meanAuc).toBe(effusion.auc);
    expect(effusion.positives + effusion.negatives).toBe(90);
  });

  it('is given within each view too', () => {
    const { views } = resultOfScores(table, MEASURE);
    expect(Object.keys(views)).toEqual(['AP', 'PA']);
    expect(views.AP!.n + views.PA!.n).toBe(90);
    expect(views.PA!.meanAuc).toBeGreaterThan(views.AP!.meanAuc);
  });

  it('does not depend on the order of the samples', async () => {
    const mixed = await scoreSamples(new LightReader(), Random.of('mix').shuffle(samples), OPTIONS);
    expect(resultOfScores(mixed, MEASURE)).toEqual(resultOfScores(table, MEASURE));
  });

  it('takes pictures of unnamed patients as independent', async () => {
    const unnamed = await Promise.all(
      [0, 1, 2].map(id => sample(id, [id * 50], id > 1 ? ['Mass'] : [], { patient: '' })),
    );
    expect(resultOfScores(await scoreSamples(new LightReader(), unnamed, OPTIONS), MEASURE).patients).toBe(3);
  });

  it('is refused when no class can be measured', async () => {
    const healthy = await scoreSamples(new LightReader(), [await sample(0, [1], ['No Finding'])], OPTIONS);
    expect(() => resultOfScores(healthy, MEASURE)).toThrow(/runs\/data: none of the classes of test\/simple/);
  });

  it('becomes rows and a table with the mean first, intervals, views, and what is left out', () => {
    const result = resultOfScores(table, MEASURE);
    const rows = zeroShotRows(result);
    expect(rows.map(({ name }) => name)).toEqual(['mean', 'Effusion']);
    expect(rows[1]!.views.PA!.auc).toBe(result.views.PA!.classes.Effusion!.auc);
    const text = formatZeroShotTable(result);
    expect(text).toContain(`${result.meanAuc.toFixed(3)}`);
    expect(text).toMatch(/AUC PA/);
    expect(text).toContain('left out: Mass (no positive), Hernia (no positive)');
    expect(text).toContain('200 bootstrap rounds by patient, seed 3');
  });
});

describe('a score file', () => {
  it('gives back the table, so that the same result comes without the model', async () => {
    const path = join(folder, 'scores.parquet');
    const withUnknown = { ...table, labels: table.labels.slice() };
    withUnknown.labels[0] = 2;
    await writeScores(path, withUnknown);
    const again = await readScores(path);
    expect(again).toEqual(withUnknown);
    expect(measureTable(again, MEASURE)).toEqual(measureTable(withUnknown, MEASURE));
  });

  it('may leave a label unknown: that sample then counts for the other classes only', () => {
    const withUnknown = { ...table, labels: table.labels.slice() };
    withUnknown.labels[0] = 2;
    const before = resultOfScores(table, MEASURE);
    const { n, classes } = resultOfScores(withUnknown, MEASURE);
    expect(n).toBe(90);
    expect(classes.Effusion!.positives + classes.Effusion!.negatives).toBe(89);
    expect(classes.Effusion!.auc).not.toBe(before.classes.Effusion!.auc);
  });

  it('that is missing, broken or of another kind is refused by name', async () => {
    const path = join(folder, 'broken.parquet');
    await writeFile(path, 'PAR1 no more');
    await expect(readScores(path)).rejects.toThrow(/broken\.parquet: /);
    await expect(readScores(join(folder, 'none.parquet'))).rejects.toThrow(/none\.parquet: /);
  });
});

describe('the comparison of two score files', () => {
  it('finds no difference of a model from itself, whatever the order of the samples', async () => {
    const mixed = await scoreSamples(new LightReader(), Random.of('mix').shuffle(samples), OPTIONS);
    const { mean, classes } = compareTables(table, mixed, MEASURE);
    expect(mean).toMatchObject({ difference: 0, low: 0, high: 0, p: 1, deLongP: 1 });
    expect(classes.Effusion!.deLongP).toBe(1);
  });

  it('sees that a model reads what another does not', async () => {
    const blind = { ...table, scores: table.scores.map(() => 0) };
    const { mean, classes } = compareTables(table, blind, MEASURE);
    expect(mean.difference).toBeCloseTo(classes.Effusion!.first - 0.5, 12);
    expect(mean.low).toBeGreaterThan(0);
    expect(classes.Effusion!.deLongP).toBeLessThan(0.01);
  });

  it('draws the same patients whatever the order of the samples', async () => {
    const blind = { ...table, scores: table.scores.map(() => 0) };
    const mixed = await scoreSamples(new LightReader(), Random.of('mix').shuffle(samples), OPTIONS);
    expect(compareTables(mixed, blind, MEASURE).mean).toEqual(compareTables(table, blind, MEASURE).mean);
  });

  it('refuses tables of other samples or other labels', () => {
    const fewer = { ...table, samples: table.samples.slice(1) };
    expect(() => compareTables(table, fewer, MEASURE)).toThrow(/not of the same samples/);
    const otherLabels = { ...table, labels: table.labels.map(label => 1 - label) };
    expect(() => compareTables(table, otherLabels, MEASURE)).toThrow(/another label/);
  });
});
