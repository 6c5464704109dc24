import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curateDataset } from '../../curation/index.js';
import { chest, datasetOf, negative, sampleOf } from '../../curation/testing/chest.js';
import type { Mention, Sample } from '../../data/index.js';
import type { ImageFeatures, VisionLanguageModel } from '../../models/index.js';
import { resolveStudy } from '../recipe/index.js';
import type { StudyDataset, StudyOutcome } from '../run/study.js';
import { trainingsOf } from '../run/trainings.js';
import { gatherCost } from './cost.js';
import { gatherCurves, thin } from './curves.js';
import { gatherGallery } from './gallery.js';
import { gatherLosses } from './losses.js';
import { findingMaps } from './maps.js';
import { commandOf, gatherCards, settingsOf } from './settings.js';
import { gatherTails } from './tails.js';
import { drawTile } from './tiles.js';

const RECIPE = {
  title: 'example',
  steps: 20,
  sources: {
    hospital: { folder: 'hospital' },
    clean: { curate: { of: 'hospital' } },
    pairs: {
      generate: { pairs: 3, writer: { name: 'llm', model: 'm', baseUrl: 'http://10.0.0.1:8000/v1' } },
    },
  },
  arms: { real: { data: { hospital: 1 } }, clean: { data: { clean: 1 } } },
  methods: { convirt: { objective: { name: 'convirt' }, training: { batch: 8 } } },
  tasks: { zero: { task: 'zero-shot', data: 'clean' } },
};

let home: string;
let outcome: StudyOutcome;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-study-page-'));
  const mention = (concept: string): Mention => ({
    ...{ section: 'findings', start: 0, end: 4, text: 'here', concept, type: 'ABNORMALITY' },
    polarity: 'affirmed',
  });
  const labelled = async (id: string, concepts: readonly string[], seed: number): Promise<Sample> => ({
    ...(await sampleOf(id, chest(seed), 'here')),
    labels: [...concepts],
    mentions: concepts.map(mention),
  });
  const hospital = await datasetOf(join(home, 'hospital'), [
    await labelled('a', ['mass', 'edema'], 1),
    await labelled('b', ['mass'], 2),
    { ...(await labelled('c', ['mass'], 3)), image: (await sampleOf('c', negative(chest(3)))).image },
  ]);
  const clean = join(home, 'clean');
  await curateDataset(hospital, clean);
  const study = resolveStudy(RECIPE, join(home, 'recipe.yaml'));
  const dataset = (folder: string, samples: number): StudyDataset => {
    return { folder, samples, patients: samples, fingerprint: 'ff' };
  };
  const trained = trainingsOf(study).map(training => ({
    training,
    result: { model: '', steps: 20, seconds: 1, loss: 1, imagesPerSecond: 9, finished: true, rank: 0 },
  }));
  for (const { training } of trained) {
    const folder = join(home, 'models', training.name);
    await mkdir(folder, { recursive: true });
    const lines = Array.from({ length: 20 }, (_, step) =>
      JSON.stringify({ step: step + 1, loss: 20 - step }),
    );
    await writeFile(join(folder, 'log.jsonl'), `${lines.join('\n')}\n`);
  }
  outcome = {
    study,
    datasets: new Map([
      ['hospital', dataset(hospital, 3)],
      ['clean', dataset(clean, 2)],
    ]),
    trained,
    scores: [],
    seconds: {
      'data/hospital': 2,
      'data/clean': 3,
      'train/real/convirt/1': 5,
      'score/real/convirt/1/zero': 7,
    },
  };
});
afterAll(() => rm(home, { recursive: true }));

describe('what a page is made of', () => {
  it('counts entities and labels of what arms train on', async () => {
    const [hospital, clean] = await gatherTails(outcome);
    expect(hospital).toMatchObject({ name: 'hospital', samples: 3, entities: [3, 1] });
    expect(hospital!.labels).toEqual({ mass: 3, edema: 1 });
    expect(clean).toMatchObject({ samples: 2, entities: [2, 1] });
  });

  it('tells by which check curation lost what', async () => {
    expect(await gatherLosses(outcome)).toEqual([
      { name: 'clean', way: 'curate', kept: 2, refused: 1, reasons: { inversion: 1 } },
    ]);
  });

  it('gives the loss of every training, and names the log that cannot be read', async () => {
    const curves = await gatherCurves(outcome, home);
    expect(curves.map(({ arm, seed }) => [arm, seed])).toEqual([
      ['real', 1],
      ['clean', 1],
    ]);
    expect(curves[0]!.points[0]).toEqual({ step: 1, loss: 20 });
    const long = Array.from({ length: 1000 }, (_, step) => ({ step: step + 1, loss: 3 }));
    expect(thin(long).length).toBeLessThanOrEqual(60);
    expect(thin(long).every(({ loss }) => loss === 3)).toBe(true);
    await expect(gatherCurves(outcome, join(home, 'elsewhere'))).rejects.toThrow(/log of a training/);
  });

  it('adds up what stages took, and the pictures that trainings saw', () => {
    const costs = gatherCost(outcome);
    expect(costs.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(17);
    expect(costs.find(({ name }) => name === 'real, convirt')).toMatchObject({ seconds: 5, pictures: 160 });
    expect(costs.find(({ name }) => name === 'zero')).toMatchObject({ stages: 2, seconds: 7 });
  });

  it('knows which pictures come from outside, and tells settings without addresses', async () => {
    const cards = await gatherCards(outcome);
    expect(cards.map(({ name, way, madeHere }) => [name, way, madeHere])).toEqual([
      ['hospital', 'folder', false],
      ['clean', 'curate', false],
    ]);
    const settings = settingsOf(outcome.study);
    expect(settings).toContain('pairs: 3');
    expect(settings).toContain('batch: 8');
    expect(settings).not.toContain('10.0.0.1');
    expect(commandOf('my recipe.yaml', "it's")).toBe("npx synray study 'my recipe.yaml' --out 'it'\\''s'");
  });

  it('has no gallery where no task asks for a place', async () => {
    expect(await gatherGallery(outcome)).toBeUndefined();
  });
});

/** Sees the lower right cell when it is asked for a mass, and the upper left for all else. */
const seer: VisionLanguageModel = {
  name: 'seer',
  imageSize: 8,
  grounded: true,
  async encodeImages(_, count): Promise<ImageFeatures> {
    const global = new Float32Array(2 * count);
    return { global, map: Float32Array.of(1, 0, 0, 0, 0, 0, 0, 1), cells: [2, 2], dimension: 2 };
  },
  async encodeTexts(texts) {
    return Float32Array.from(texts.flatMap(text => (text.includes('mass') ? [0, 1] : [1, 0])));
  },
};

describe('maps and tiles', () => {
  it('show where a model sees what the prompt says', async () => {
    const sample = await sampleOf('a', chest(1));
    const wanted = [
      { sample, prompts: ['a mass'] },
      { sample, prompts: ['an effusion'] },
    ];
    const [mass, effusion] = await findingMaps(seer, wanted, { side: 16, source: 'test' });
    const highest = (map: Float32Array) => map.indexOf(Math.max(...map));
    expect(highest(mass!) % 16).toBeGreaterThan(7);
    expect(highest(mass!)).toBeGreaterThan(16 * 8);
    expect(highest(effusion!)).toBe(0);
  });

  it('draw the map in colour and the edge of the truth in white within black', async () => {
    const sample = await sampleOf('a', chest(1));
    const side = 64;
    const truth = Uint8Array.from({ length: side * side }, (_, place) =>
      Number(place % side > 20 && place % side < 40 && place > 20 * side && place < 40 * side),
    );
    const map = Float32Array.from({ length: side * side }, (_, place) => (place % side) / side);
    const drawn = async (options: Partial<Parameters<typeof drawTile>[1]>) => {
      const jpeg = Buffer.from(await drawTile(sample, { side, truth, source: 'test', ...options }), 'base64');
      const { data } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
      return (x: number, y: number) => [...data.subarray((y * side + x) * 3, (y * side + x) * 3 + 3)];
    };
    const [bare, coloured] = [await drawn({}), await drawn({ map })];
    const redness = ([red, , blue]: readonly number[]) => red! - blue!;
    expect(Math.abs(redness(bare(60, 50)))).toBeLessThan(12);
    expect(redness(coloured(60, 50))).toBeGreaterThan(80);
    expect(redness(coloured(2, 50))).toBeLessThan(30);
    expect(bare(21, 30)[1]).toBeGreaterThan(bare(20, 30)[1]! + 60);
  });
});
