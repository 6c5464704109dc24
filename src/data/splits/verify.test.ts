import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, Random, sha256 } from '../../base/index.js';
import { finishDataset, shardPath, writeShard } from '../dataset/index.js';
import { decodeGrey, encodePng } from '../images.js';
import type { Sample } from '../records/index.js';
import { linesOn, SPLIT_MANIFEST, verifySplits } from './index.js';

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-splits-'));
});
afterAll(() => rm(home, { recursive: true }));

const SIDE = 12;
function picture(seed: string): Promise<Uint8Array> {
  const random = Random.of(1, seed);
  return encodePng(
    Uint8Array.from({ length: SIDE * SIDE }, () => random.integer(256)),
    SIDE,
    SIDE,
  );
}

/** One sample as `split id patient picture`. */
async function sampleOf(line: string): Promise<[string, Sample]> {
  const [split, id, patient, seed] = line.split(' ') as [string, string, string, string];
  const sample: Sample = {
    id,
    image: { bytes: await picture(seed), path: `${id}.png` },
    findings: '',
    impression: '',
    labels: [],
    patient,
    view: null,
    sex: null,
    age: null,
    mentions: [],
    regions: [],
    verdicts: [],
    source: 'test',
  };
  return [split, sample];
}

async function dataset(
  lines: readonly string[],
  change: (sample: Sample) => Promise<Sample> = async sample => sample,
): Promise<string> {
  const folder = join(home, String(made++));
  const fingerprint = sha256(folder);
  const samples = await Promise.all(lines.map(sampleOf));
  for (const split of new Set(samples.map(([name]) => name))) {
    const own = samples.filter(([name]) => name === split).map(([, sample]) => change(sample));
    await writeShard(join(folder, shardPath(split, 0, 1)), await Promise.all(own), {
      fingerprint,
      notes: [],
    });
  }
  const provenance = { producer: 'test', version: '0', description: '' };
  await finishDataset(folder, { name: 'set', fingerprint, provenance, settings: {} });
  return folder;
}

const BASE = ['train a ann 1', 'train b ann 2', 'train c bob 3', 'test d cid 4', 'test e dan 5'];

async function against(base: readonly string[], lines: readonly string[]) {
  return verifySplits(await dataset(lines), join(await dataset(base), SPLIT_MANIFEST));
}
const none = { count: 0, examples: [] };

describe('split manifests', () => {
  it('hold neither ids nor patients, and the same whatever the order of the source', async () => {
    const secret = ['train ACC-77881234 DOE^JOHN 1', 'test ACC-99 ROE^JANE 2', 'train ACC-3 DOE^JOHN 3'];
    const folder = await dataset(secret);
    const text = await readFile(join(folder, SPLIT_MANIFEST), 'utf8');
    expect(text).not.toMatch(/ACC|DOE|ROE|JOHN|JANE/);
    // The data set's name, its salt and the hashed ids differ between two data sets; splits, groups and pictures do not.
    const bare = (manifest: string) =>
      manifest
        .split('\n')
        .slice(1)
        .map(line => line.replace(/"id":"\w+",/, ''));
    const turned = await readFile(join(await dataset([...secret].reverse()), SPLIT_MANIFEST), 'utf8');
    expect(bare(turned)).toEqual(bare(text));
    expect(JSON.parse(text.split('\n')[0]!)).toMatchObject({
      samples: 3,
      patients: 2,
      splits: { train: 2, test: 1 },
    });
  });

  it('say that a data set is the same, also under other ids and from other files of the same pixels', async () => {
    const same = await against(BASE, BASE);
    expect(same).toMatchObject({
      same: true,
      samples: 5,
      listed: 5,
      matching: 5,
      renamed: 0,
      crossing: none,
    });
    const renamed = BASE.map(line => line.replace(/ (\w) /, ' layout-two-$1 ')).reverse();
    expect(await against(BASE, renamed)).toMatchObject({ same: true, matching: 5, renamed: 5 });
    const rewritten = await dataset(BASE, async sample => {
      const { pixels, width, height } = await decodeGrey(sample.image.bytes, { source: sample.id });
      const raw = sharp(pixels, { raw: { width, height, channels: 1 } });
      const bytes = new Uint8Array(await raw.toColourspace('b-w').tiff({ compression: 'lzw' }).toBuffer());
      return { ...sample, image: { ...sample.image, bytes } };
    });
    const manifest = join(await dataset(BASE), SPLIT_MANIFEST);
    for (const decode of [false, true]) {
      expect(await verifySplits(rewritten, manifest, { decode })).toMatchObject({ same: true, matching: 5 });
    }
  });

  it('tell missing, extra, moved and changed samples apart, with the first of each', async () => {
    const lines = ['train a ann 1', 'train b ann 9', 'test c bob 3', 'test d cid 4', 'test f eve 6'];
    const result = await against(BASE, lines);
    expect(result).toMatchObject({
      same: false,
      matching: 2,
      missing: { count: 1, examples: [sha256(await picture('5'))] },
      extra: { count: 1, examples: ['f'] },
      moved: { count: 1, examples: ['c: train → test'] },
      changed: { count: 1, examples: ['b'] },
      crossing: none,
    });
    expect(linesOn(result, { dataset: 'D', manifest: 'M' })).toContain('1 in another split: c: train → test');
  });

  it('find patients that now cross splits, by the data set and by the list, and leave those that always did', async () => {
    const moved = BASE.map(line => (line.includes(' b ') ? 'test b ann 2' : line));
    expect((await against(BASE, moved)).crossing).toEqual({ count: 1, examples: ['a'] });
    // The layout of this data set does not know that a and b are one patient; the list does.
    const unknown = ['train a x 1', 'test b y 2', ...BASE.slice(2)];
    expect((await against(BASE, unknown)).crossing).toEqual({ count: 1, examples: ['a'] });
    expect((await against(moved, moved)).crossing).toEqual(none);
  });

  it('pair copies of one picture off, one by one', async () => {
    const copies = ['train a p 1', 'train b q 1', 'test c r 1'];
    const renamed = ['test x p 1', 'train y q 1', 'train z r 1'];
    expect(await against(copies, renamed)).toMatchObject({ same: true, matching: 3, renamed: 3 });
    expect(await against(copies, renamed.slice(1))).toMatchObject({
      missing: { count: 1 },
      extra: none,
      moved: none,
    });
    expect(await against(copies.slice(1), renamed)).toMatchObject({ missing: none, extra: { count: 1 } });
  });

  it('refuse what is no split manifest, naming the line', async () => {
    const folder = await dataset(BASE);
    const text = await readFile(join(folder, SPLIT_MANIFEST), 'utf8');
    const lines = text.trimEnd().split('\n');
    const cases: [RegExp, string][] = [
      [/it is empty/, ''],
      [/line 1 is not JSON/, 'hello'],
      [/line 1: at kind/, '{"kind":"plan"}'],
      [/line 3: at file/, [...lines.slice(0, 2), lines[2]!.replace(/"file":"../, '"file":"')].join('\n')],
      [/has 2 samples fewer than/, lines.slice(0, 4).join('\n')],
      [/more than one line is of the same sample/, [...lines.slice(0, 5), lines[4]!].join('\n')],
    ];
    for (const [message, content] of cases) {
      const path = join(home, 'bad.jsonl');
      await writeFile(path, content);
      const outcome = verifySplits(folder, path);
      await expect(outcome).rejects.toThrow(InputError);
      await expect(outcome).rejects.toThrow(message);
    }
    await expect(verifySplits(folder, join(home, 'none.jsonl'))).rejects.toThrow(/cannot be read/);
  });
});
