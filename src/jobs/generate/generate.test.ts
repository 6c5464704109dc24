import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random, sha256OfFile, UsageError } from '../../base/index.js';
import { HostileEndpoint } from '../../chat/testing/hostile-endpoint.js';
import type { Check } from '../../curation/index.js';
import { decodeGrey, decodeGrey16, openDataset, type Sample } from '../../data/index.js';
import {
  boxOf,
  type Painter,
  type Painting,
  type PaintRequest,
  SimulatorPainter,
} from '../../images/index.js';
import { promptedModel } from '../../reports/testing/prompted-model.js';
import { LocalExecutor } from '../executors/local.js';
import { type GenerateOptions, generate } from './generate.js';
import type { GenerateRecipeInput } from './recipe.js';
import { readGenerateRecipe } from './recipe.js';

/** Paints noise, with one changed square for each finding. */
class SquarePainter implements Painter {
  readonly name = 'squares';
  readonly concepts = new Set(['lung nodule', 'pleural effusion', 'cardiomegaly']);
  readonly asked: PaintRequest[] = [];

  async paint(requests: readonly PaintRequest[]): Promise<Painting[]> {
    this.asked.push(...requests);
    return requests.map(({ id, seed, attempt, size }) => {
      const random = Random.of(seed, id, 'image', attempt);
      const pixels = Uint8Array.from({ length: size * size }, () => random.integer(256));
      const change = new Uint8Array(size * size);
      for (let y = 8; y < 16; y++) change.fill(200, y * size + 16, y * size + 24);
      const box = boxOf(change, size)!;
      const regions = [{ concept: 'lung nodule', side: 'left' as const, change, box }];
      return { pixels, size, view: 'PA' as const, sex: null, age: null, regions, unknown: [] };
    });
  }

  async close() {}
}

/** Refuses the first picture of every second sample, and all pictures of sample 5. */
const picky: Check = {
  name: 'picky',
  async check(inputs) {
    return inputs.map(({ id }) => {
      const count = (seen.get(id) ?? 0) + 1;
      seen.set(id, count);
      const number = Number(id.split('-').at(-1));
      const passed = number !== 5 && (number % 2 === 0 || count > 1);
      return { check: 'picky', passed, score: count, threshold: null, reason: passed ? '' : 'not nice' };
    });
  },
};
const seen = new Map<string, number>();

const recipe: GenerateRecipeInput = {
  pairs: 20,
  test: 6,
  size: 32,
  seed: 3,
  plan: { k: 4, m: 1, cap: 'least' },
  shardSize: 8,
};

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-generate-'));
});
afterAll(() => rm(home, { recursive: true }));

async function run(options: Partial<GenerateOptions> = {}) {
  const painter = new SquarePainter();
  const out = options.out ?? join(home, String(made++));
  const result = await generate({ recipe, stages: { painter, checks: [] }, ...options, out });
  return { result, out, painter };
}

async function samplesOf(out: string, split?: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(out, { verify: true })).samples(split)) samples.push(sample);
  return samples;
}

/** The hash of every file of a data set. */
async function bytesOf(out: string): Promise<Record<string, string>> {
  const names = (await readdir(out, { recursive: true, withFileTypes: true })).filter(entry =>
    entry.isFile(),
  );
  const paths = names.map(entry => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    await Promise.all(paths.map(async path => [path.slice(out.length), await sha256OfFile(path)])),
  );
}

describe('generate', () => {
  it('makes pairs that say and show their findings, in splits of their own samples', async () => {
    const { result, out } = await run();
    expect(result.pairs + result.setAside).toBe(26);
    expect(await readdir(join(out, 'data'))).toEqual([
      'test-00000-of-00001.parquet',
      'train-00000-of-00003.parquet',
      'train-00001-of-00003.parquet',
      'train-00002-of-00003.parquet',
    ]);
    const train = await samplesOf(out, 'train');
    const test = await samplesOf(out, 'test');
    expect(new Set([...train, ...test].map(({ patient }) => patient)).size).toBe(result.pairs);
    expect(test.every(({ id }) => id >= 'synray-3-00000020')).toBe(true);
    const [sample] = train;
    expect(sample!.findings).not.toBe('');
    expect(sample!.mentions.length).toBeGreaterThan(0);
    expect(sample!.regions[0]).toMatchObject({
      concept: 'lung nodule',
      side: 'left',
      box: [0.5, 0.25, 0.75, 0.5],
    });
    const mask = await decodeGrey(sample!.regions[0]!.mask!, { source: 'mask' });
    expect([mask.width, mask.pixels[8 * 32 + 16], mask.pixels[0]]).toEqual([32, 200, 0]);
    const present = sample!.mentions.filter(
      ({ type, polarity }) => /^(ABN|DIS)/.test(type) && polarity === 'affirmed',
    );
    expect(new Set(sample!.labels)).toEqual(new Set(present.map(({ concept }) => concept)));
  });

  it('asks for nothing that the painter cannot show', async () => {
    const { out, painter } = await run();
    for (const { labels } of await samplesOf(out)) {
      for (const label of labels) expect(painter.concepts).toContain(label);
    }
    expect(painter.asked.every(request => !('entities' in request))).toBe(true);
  });

  it('gives the same bytes for any number of workers, and again', async () => {
    const one = await run({ executor: new LocalExecutor(1) });
    const four = await run({ executor: new LocalExecutor(4) });
    expect(await bytesOf(four.out)).toEqual(await bytesOf(one.out));
    const again = await run({ out: four.out });
    expect(again.painter.asked).toEqual([]);
    expect(await bytesOf(four.out)).toEqual(await bytesOf(one.out));
  });

  it('makes only what is missing, and ends in the same bytes', async () => {
    const { out, result } = await run();
    const whole = await bytesOf(out);
    await rm(join(out, 'data', 'train-00001-of-00003.parquet'));
    await rm(join(out, 'README.md'));
    await rm(join(out, 'set-aside.jsonl'));
    await writeFile(join(out, 'data', '.train-00001-of-00003.parquet.9.ab.tmp'), 'cut short');
    await writeFile(join(out, 'data', 'train-00002-of-00003.parquet'), 'a disk lied');
    const { painter, result: second } = await run({ out });
    const numbers = painter.asked.map(({ id }) => Number(id.split('-').at(-1)));
    expect(Math.min(...numbers)).toBe(8);
    expect(Math.max(...numbers)).toBe(19);
    expect(await bytesOf(out)).toEqual(whole);
    expect({ ...second, seconds: 0 }).toEqual({ ...result, seconds: 0 });
  });

  it('goes on after an interruption', async () => {
    const controller = new AbortController();
    const out = join(home, String(made++));
    const onProgress = (done: number) => done >= 8 && controller.abort();
    const stopped = run({ out, signal: controller.signal, executor: new LocalExecutor(1), onProgress });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    await expect(openDataset(out)).rejects.toThrow(/not a finished data set|no such folder/);
    await run({ out });
    expect(await bytesOf(out)).toEqual(await bytesOf((await run()).out));
  });

  it('paints a refused picture again, and sets it aside with the reason in the end', async () => {
    seen.clear();
    const painter = new SquarePainter();
    const { result, out } = await run({ stages: { painter, checks: [picky] } });
    const attempts = (index: number) =>
      painter.asked.filter(({ id }) => Number(id.split('-').at(-1)) === index).map(({ attempt }) => attempt);
    expect([attempts(2), attempts(3), attempts(5)]).toEqual([[0], [0, 1], [0, 1, 2, 3]]);
    const lines = (await readFile(join(out, 'set-aside.jsonl'), 'utf8')).trim().split('\n');
    const given = lines.map(line => JSON.parse(line)).filter(({ stage }) => stage === 'image');
    expect(given).toEqual([{ id: 'synray-3-00000005', stage: 'image', reason: 'picky: not nice' }]);
    expect(result.setAside).toBe(lines.length);
    expect((await samplesOf(out)).every(({ verdicts }) => verdicts[0]!.passed)).toBe(true);
  });

  it('sets a refused report aside before anything is painted of it, and keeps the order of the checks', async () => {
    const verdict = (check: string, passed: boolean) => {
      return { check, passed, score: null, threshold: null, reason: passed ? '' : 'nothing to it' };
    };
    const first: Check = { name: 'first', check: async inputs => inputs.map(() => verdict('first', true)) };
    const wordy: Check = {
      name: 'wordy',
      reads: 'report',
      check: async inputs => inputs.map(({ id }) => verdict('wordy', !/[37]$/.test(id))),
    };
    const painter = new SquarePainter();
    const { out } = await run({ stages: { painter, checks: [first, wordy] } });
    expect(painter.asked.filter(({ id }) => /[37]$/.test(id))).toEqual([]);
    expect(painter.asked.every(({ attempt }) => attempt === 0)).toBe(true);
    const lines = (await readFile(join(out, 'set-aside.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map(line => JSON.parse(line))).toContainEqual({
      id: 'synray-3-00000013',
      stage: 'report',
      reason: 'wordy: nothing to it',
    });
    for (const { verdicts } of await samplesOf(out)) {
      expect(verdicts.map(({ check }) => check)).toEqual(['first', 'wordy']);
    }
  });

  it('never shows a finding as nothing: what the painter cannot show is set aside', async () => {
    const painter = new SquarePainter();
    const paint = painter.paint.bind(painter);
    painter.paint = async requests =>
      (await paint(requests)).map(painting => ({ ...painting, unknown: ['stent'] }));
    const { result, out } = await run({ stages: { painter, checks: [] } });
    expect(result.pairs).toBe(0);
    expect(await readFile(join(out, 'set-aside.jsonl'), 'utf8')).toContain('the painter cannot show stent');
  });

  it('keeps such a sample when the recipe says so, with what is missing and without its label', async () => {
    const painter = new SquarePainter();
    const paint = painter.paint.bind(painter);
    painter.paint = async requests =>
      (await paint(requests)).map(painting => ({ ...painting, unknown: ['pleural effusion', 'stent'] }));
    const kept = { ...recipe, unknown: 'keep' as const };
    const { out } = await run({ recipe: kept, stages: { painter, checks: [] } });
    const samples = await samplesOf(out);
    expect(samples).not.toHaveLength(0);
    for (const { unknown, labels } of samples) {
      expect(unknown).toEqual(['pleural effusion', 'stent']);
      expect(labels).not.toContain('pleural effusion');
    }
    expect(samples.some(({ mentions }) => mentions.some(each => each.concept === 'pleural effusion'))).toBe(
      true,
    );
    expect((await samplesOf((await run()).out)).every(({ unknown }) => unknown?.length === 0)).toBe(true);
  });

  it('refuses what the painter does not give, before a shard is there', async () => {
    for (const [image, name] of [
      [{ bits: 16 as const }, 'bits: 16'],
      [{ attenuation: true }, 'attenuation: true'],
      [{ twins: true }, 'twins: true'],
      [{ structures: true }, 'structures: true'],
    ] as const) {
      const out = join(home, String(made++));
      const outcome = run({ out, recipe: { ...recipe, image } });
      await expect(outcome).rejects.toThrow(UsageError);
      await expect(outcome).rejects.toThrow(`squares does not do what image asks for: ${name}`);
      expect(await readdir(join(out, 'data')).catch(() => [])).toEqual([]);
    }
  });

  it('refuses a folder that holds data of other settings', async () => {
    const { out } = await run();
    const whole = await bytesOf(out);
    for (const other of [
      { ...recipe, seed: 4 },
      { ...recipe, pairs: 100 },
      { ...recipe, image: { twins: true } },
      { ...recipe, unknown: 'keep' as const },
    ]) {
      const outcome = run({ out, recipe: other });
      await expect(outcome).rejects.toThrow(UsageError);
      await expect(outcome).rejects.toThrow(/made with other settings \(choose another --out/);
    }
    expect(await bytesOf(out)).toEqual(whole);
  });

  it('refuses an unknown key, painter or check before anything is written', async () => {
    const out = join(home, 'never');
    const file = join(home, 'recipe.yaml');
    await writeFile(file, 'generate:\n  pairs: 4\n  pears: 4\n');
    await expect(readGenerateRecipe(file)).rejects.toThrow(
      /recipe\.yaml: unknown key "pears" \(remove it, or use one of: pairs/,
    );
    await expect(generate({ recipe: { pairs: 1, painter: 'dali' }, out })).rejects.toThrow(
      /painter named "dali"/,
    );
    await expect(generate({ recipe: { pairs: 1, checks: ['taste'] }, out })).rejects.toThrow(
      /check named "taste"/,
    );
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });
});

describe('generate with the simulator', () => {
  const size = 128;
  const asked: GenerateRecipeInput = {
    ...recipe,
    pairs: 10,
    test: 2,
    size,
    shardSize: 4,
    image: { bits: 16, attenuation: true, twins: true, structures: true },
  };
  const simulated = (executor: LocalExecutor, workers: number, out?: string) =>
    run({
      recipe: asked,
      executor,
      stages: { painter: new SimulatorPainter({ workers }), checks: [] },
      ...(out && { out }),
    });

  it('stores what the painter knows: 16-bit picture, attenuation, maps, twins, outlines', async () => {
    const { out } = await simulated(new LocalExecutor(1), 0);
    const samples = await samplesOf(out);
    expect(samples.length).toBeGreaterThan(8);
    let twins = 0;
    for (const { id, image, attenuation, regions, structures } of samples) {
      const names = structures!.map(({ name }) => name);
      expect(names).toEqual(['lungs', 'right lung', 'left lung', 'lung fields', 'heart']);
      const lungs = await decodeGrey(structures![0]!.mask, { source: id });
      expect([...new Set(lungs.pixels)].sort()).toEqual([0, 255]);
      const deep = await decodeGrey16(image.bytes, { source: id });
      expect([deep.width, new Set(deep.pixels).size > 256]).toEqual([size, true]);
      const reading = await decodeGrey16(attenuation!.bytes, { source: id });
      expect(reading.width).toBe(size);
      // Some beam passes everywhere, and no more than the open beam anywhere.
      for (const value of reading.pixels) expect(value > 3000 && value < 65_535).toBe(true);
      for (const { mask, twin } of regions) {
        twins++;
        const change = await decodeGrey(mask!, { source: id });
        const without = await decodeGrey(twin!.bytes, { source: id });
        let [inside, outside, seen, unseen] = [0, 0, 0, 0];
        for (let at = 0; at < size * size; at++) {
          const off = Math.abs(without.pixels[at]! - deep.pixels[at]! / 257);
          if (change.pixels[at]! > 128) [inside, seen] = [inside + off, seen + 1];
          else if (change.pixels[at] === 0) [outside, unseen] = [outside + off, unseen + 1];
        }
        if (unseen > 0) expect(inside / seen).toBeGreaterThan(outside / unseen);
      }
    }
    expect(twins).toBeGreaterThan(5);
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card).toContain(`(16 bits)`);
    expect(card).toContain(`\`twin\` of ${twins} of them`);
  });

  it('gives the same bytes for any number of workers, and after a loss', async () => {
    const one = await simulated(new LocalExecutor(1), 0);
    const three = await simulated(new LocalExecutor(3), 2);
    const whole = await bytesOf(one.out);
    expect(await bytesOf(three.out)).toEqual(whole);
    await rm(join(one.out, 'data', 'train-00001-of-00003.parquet'));
    await rm(join(one.out, 'synray.json'));
    await simulated(new LocalExecutor(2), 1, one.out);
    expect(await bytesOf(one.out)).toEqual(whole);
  });
});

describe('generate with a language model', () => {
  it('has reports written by the endpoint that the recipe names, and asks nothing twice', async () => {
    const endpoint = await HostileEndpoint.start({ reply: promptedModel() });
    const writer = { name: 'llm', baseUrl: endpoint.url, model: 'm' };
    const asked: GenerateRecipeInput = { ...recipe, writer, pairs: 8, test: 0 };
    try {
      const { result, out } = await run({ recipe: asked });
      expect(result.pairs + result.setAside).toBe(8);
      expect(result.pairs).toBeGreaterThan(4);
      const whole = await bytesOf(out);
      // Neither the address nor the folder of replies is told to those who get the data.
      expect(await readFile(join(out, 'synray.json'), 'utf8')).not.toContain(endpoint.url);
      const requests = endpoint.log.length;
      expect(requests).toBeGreaterThanOrEqual(16);
      await rm(join(out, 'data'), { recursive: true });
      await run({ recipe: asked, out });
      expect(await bytesOf(out)).toEqual(whole);
      expect(endpoint.log.length).toBe(requests);
    } finally {
      await endpoint.stop();
    }
  });

  it('refuses settings that the writer does not know, before anything is written', async () => {
    const out = join(home, 'never');
    const writer = { name: 'llm', baseUrl: 'http://localhost/v1', modell: 'm' };
    await expect(generate({ recipe: { pairs: 1, writer }, out })).rejects.toThrow(
      /writer llm: unknown key "modell" \(remove it, or use one of: baseUrl, model/,
    );
    await expect(generate({ recipe: { pairs: 1, writer: 'poet' }, out })).rejects.toThrow(/"poet"/);
    await expect(readdir(out)).rejects.toThrow('ENOENT');
    await expect(readdir(`${out}.replies`)).rejects.toThrow('ENOENT');
  });
});
