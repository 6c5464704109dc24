import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random, sha256 } from '../../base/index.js';
import { DatasetWriter, encodePng } from '../../data/index.js';
import { DualEncoder, initialise, learnTokenizer, resNetForms, saveModel } from '../../models/index.js';
import { manualSeed } from '../../tensor/index.js';
import { readAnyScores, readScores, resultOfAny, resultOfScores } from '../scores/index.js';
import { sample } from './__fixtures__/light-reader.js';
import { evaluateGrounding, evaluateRetrieval, evaluateZeroShot, tasks } from './index.js';

let folder: string;
let model: string;
let data: string;

/** A small untrained model: what it says is worthless, how it is asked is the real thing. */
async function saveUntrained(path: string): Promise<void> {
  const tokenizer = learnTokenizer(['there is no pleural effusion', 'the heart is enlarged'], 60);
  manualSeed(7);
  const encoder = new DualEncoder({
    format: 'synray-vision-language',
    version: 1,
    objective: 'convirt',
    image: resNetForms.slim(0.25),
    text: {
      architecture: 'bert',
      vocab_size: tokenizer.vocabularySize,
      hidden_size: 16,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      intermediate_size: 32,
      max_position_embeddings: 64,
      type_vocab_size: 2,
      hidden_dropout_prob: 0,
      attention_probs_dropout_prob: 0,
      layer_norm_eps: 1e-12,
    },
    pooling: 'mean',
    max_tokens: 48,
    projection: { hidden: 16, dimension: 8, cells: false },
  });
  initialise(encoder);
  await saveModel(path, { encoder, tokenizer, preparation: { size: 32, normalisation: 'per-image' } });
}

async function writeData(path: string): Promise<void> {
  const writer = await DatasetWriter.create(path, sha256('test'));
  const random = Random.of('pictures');
  for (let id = 0; id < 48; id++) {
    const pixels = Uint8Array.from({ length: 40 * 40 }, () => random.integer(256));
    const ill = id % 3 === 0;
    await writer.add(
      id < 8 ? 'train' : 'test',
      await sample(id, [], ill ? ['cardiomegaly'] : [], {
        image: { bytes: await encodePng(pixels, 40, 40), path: `${id}.png` },
        patient: `patient-${id >> 1}`,
        findings: `The heart is ${ill ? 'enlarged' : 'normal'} in picture ${id}.`,
        view: id % 2 === 0 ? 'PA' : 'AP',
        regions: ill
          ? [{ concept: 'cardiomegaly', side: undefined, box: [0.2, 0.5, 0.8, 0.9], mask: null }]
          : [],
      }),
    );
  }
  await writer.finish({
    name: 'test',
    provenance: { producer: 'test', version: '0', description: 'test' },
    settings: {},
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-tasks-'));
  model = join(folder, 'model');
  data = join(folder, 'data');
  await saveUntrained(model);
  await writeData(data);
});
afterAll(() => rm(folder, { recursive: true }));

describe('zero-shot evaluation of a model folder on a data set folder', () => {
  it('takes the test split, keeps the scores beside the result, and is the same again', async () => {
    const out = join(folder, 'out', 'zero-shot.json');
    const told: number[] = [];
    const result = await evaluateZeroShot({
      model,
      data,
      rounds: 50,
      out,
      onProgress: done => told.push(done),
    });
    expect(result).toMatchObject({
      task: 'zero-shot',
      model,
      data,
      split: 'test',
      n: 40,
      patients: 20,
      seed: 0,
      prompts: 'nih-14/ensemble',
      scoring: 'global',
    });
    expect(Object.keys(result.classes)).toEqual(['Cardiomegaly']);
    expect(Object.keys(result.leftOut)).toHaveLength(13);
    expect(result.classes.Cardiomegaly).toMatchObject({ positives: 13, negatives: 27 });
    expect(told.at(-1)).toBe(40);
    expect(JSON.parse(await readFile(out, 'utf8'))).toEqual(result);

    const scores = await readScores(join(folder, 'out', 'zero-shot.scores.parquet'));
    expect(resultOfScores(scores, { seed: 0, rounds: 50 })).toEqual(result);
    expect(await evaluateZeroShot({ model, data, rounds: 50 })).toEqual(result);
  });

  it.each(['local', 'local-max', 'global+local'] as const)('can score by %s', async scoring => {
    const { classes } = await evaluateZeroShot({ model, data, rounds: 5, scoring });
    expect(classes.Cardiomegaly!.auc).toBeGreaterThan(0);
  });

  it('takes another split, other prompts and another place for the scores', async () => {
    const scores = join(folder, 'elsewhere.parquet');
    const options = {
      split: 'train',
      prompts: 'chexpert-5',
      vocabulary: 'simple',
      scores,
      rounds: 5,
    } as const;
    const result = await evaluateZeroShot({ model, data, ...options });
    expect(result).toMatchObject({ split: 'train', n: 8, prompts: 'chexpert-5/simple' });
    expect((await readScores(scores)).samples).toHaveLength(8);
  });

  it('refuses what is wrong in one line, and leaves no file behind', async () => {
    const out = join(folder, 'none', 'result.json');
    const refused = (options: object) => expect(evaluateZeroShot({ model, data, out, ...options })).rejects;
    await refused({ model: join(folder, 'nothing') }).toThrow(/nothing/);
    await refused({ data: join(folder, 'nothing') }).toThrow(/nothing/);
    await refused({ split: 'evening' }).toThrow(/evening.*train, test/);
    await refused({ rounds: 0 }).toThrow(/rounds/);
    await refused({ prompts: 'nih' }).toThrow(/nih-14/);
    await refused({ scoring: 'best' }).toThrow(/scoring/);
    await expect(access(join(folder, 'none'))).rejects.toThrow();
  });
});

describe('the other tasks', () => {
  it('ground findings on their boxes', async () => {
    const result = await evaluateGrounding({ model, data, rounds: 20 });
    expect(result).toMatchObject({
      task: 'grounding',
      split: 'test',
      n: 40,
      findings: 13,
      prompts: 'nih-14/ensemble',
    });
    expect(result.area).toBeCloseTo(0.6 * 0.4, 1);
  });

  it('retrieve reports', async () => {
    const result = await evaluateRetrieval({ model, data, rounds: 20 });
    expect(result).toMatchObject({ task: 'retrieval', n: 40, texts: 40, section: 'findings' });
    await expect(evaluateRetrieval({ model, data, gallery: 1 })).rejects.toThrow(/gallery/);
  });

  it('keep their scores beside the result, from which it can be made again', async () => {
    for (const [name, evaluate] of [
      ['grounding', evaluateGrounding],
      ['retrieval', evaluateRetrieval],
    ] as const) {
      const out = join(folder, 'kept', `${name}.json`);
      const result = await evaluate({ model, data, rounds: 20, out });
      const scores = await readAnyScores(join(folder, 'kept', `${name}.scores.parquet`));
      expect(resultOfAny(scores, { seed: 0, rounds: 20 }).result).toEqual(result);
    }
  });

  it('choose the threshold of masks on another split when told, never on what is measured', async () => {
    const result = await evaluateGrounding({ model, data, rounds: 5, thresholdSplit: 'train' });
    expect(result).toMatchObject({ n: 40, findings: 13, thresholdSplit: 'train' });
    await expect(evaluateGrounding({ model, data, thresholdSplit: 'test' })).rejects.toThrow(
      /what is measured/,
    );
    await expect(evaluateGrounding({ model, data, map: 'attention' })).rejects.toThrow(/no vectors of words/);
  });

  it('are found by name, and make their own tables', async () => {
    for (const name of ['zero-shot', 'grounding', 'retrieval']) {
      const task = tasks.get(name);
      const text = task.format(await task.evaluate({ model, data, rounds: 5 }));
      expect(text.startsWith(`${name}: ${model} on ${data}, split test`)).toBe(true);
    }
    expect(() => tasks.get('dowsing')).toThrow(/zero-shot.*grounding.*retrieval/);
  });
});
