import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, Random, sha256OfFile } from '../../base/index.js';
import { openDataset } from '../dataset/index.js';
import { encodePng } from '../images.js';
import type { Sample } from '../records/index.js';
import { verifySplits } from '../splits/index.js';
import { dicomFile } from './__fixtures__/dicom-file.js';
import { BURNT_IN_TEXT, type ImportResult, importTable } from './index.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
const dist = resolve('dist/data/index.js');

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-import-'));
});
afterAll(() => rm(home, { recursive: true }));

/** A folder with pictures of noise, each of its own, and a table. */
async function source(rows: string, pictures: Readonly<Record<string, Uint8Array>> = {}) {
  const folder = join(home, String(made++));
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(pictures)) await writeFile(join(folder, name), bytes);
  await writeFile(join(folder, 'index.csv'), rows);
  return { table: join(folder, 'index.csv'), out: join(folder, 'out') };
}

function noise(seed: string, side = 32): Uint8Array {
  const random = Random.of(7, seed);
  return Uint8Array.from({ length: side * side }, () => random.integer(256));
}
const noisePng = (seed: string, side = 32) => encodePng(noise(seed, side), side, side);

async function samplesOf(out: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(out, { verify: true })).samples()) samples.push(sample);
  return samples;
}

/** All files of a folder with their SHA-256. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
  const hashes = await Promise.all(
    files.map(async file => [file.slice(folder.length), await sha256OfFile(file)]),
  );
  return Object.fromEntries(hashes);
}

async function jsonLines(path: string): Promise<unknown[]> {
  const text = await readFile(path, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown);
}

describe('pictures that are missing or broken', () => {
  async function tenPercent() {
    const names = Array.from({ length: 20 }, (_, index) => `p${index}.png`);
    const pictures: Record<string, Uint8Array> = Object.fromEntries(
      await Promise.all(names.map(async name => [name, await noisePng(name)] as const)),
    );
    delete pictures['p3.png'];
    return source(`file\n${names.join('\n')}\n`, { ...pictures, 'p11.png': Buffer.from('no picture') });
  }

  it('are left out and listed, as long as they are a tenth at most', async () => {
    const { table, out } = await tenPercent();
    const result = await importTable({ table, out });
    expect(result).toMatchObject({ samples: 18, skippedCount: 2 });
    expect(result.skipped.map(({ file }) => file)).toEqual(['p3.png', 'p11.png']);
    expect(await jsonLines(join(out, 'skipped.jsonl'))).toEqual(result.skipped);
    expect((await openDataset(out)).manifest.provenance.description).toContain(
      '2 pictures were missing or broken',
    );
    expect(await readFile(join(out, 'README.md'), 'utf8')).toContain('2 pictures were missing or broken');
    // What is finished is judged by the limit that is asked for now.
    expect(await importTable({ table, out })).toEqual(result);
    await expect(importTable({ table, out, strict: true })).rejects.toThrow(/p3\.png/);
  });

  it('end the import at the first with strict, and above a limit', async () => {
    const { table, out } = await tenPercent();
    await expect(importTable({ table, out, strict: true })).rejects.toThrow(
      /p3\.png: the picture is missing \(/,
    );
    const outcome = importTable({ table, out, mostBad: 0.05 });
    await expect(outcome).rejects.toThrow(InputError);
    await expect(outcome).rejects.toThrow(/p11\.png: not a PNG.* and 1 more .*more than 5 %.*--skip-bad/);
    expect((await readdir(join(table, '..'))).filter(name => name.includes('out'))).toEqual([]);
  });

  it('may be nearly all with skipBad, but not all', async () => {
    const some = await source('file\ngone.png\na.png\nlost.png\n', { 'a.png': await noisePng('a') });
    expect(await importTable({ ...some, skipBad: true })).toMatchObject({ samples: 1, skippedCount: 2 });
    const none = await source('file\ngone.png\n');
    await expect(importTable({ ...none, skipBad: true })).rejects.toThrow(
      /none of the 1 pictures could be read/,
    );
    await expect(importTable(none)).rejects.toThrow(/gone\.png: the picture is missing/);
  });
});

describe('an import that was stopped', () => {
  const ROWS = 2300;
  async function long(folder: string): Promise<{ table: string; out: string }> {
    await mkdir(join(home, folder));
    await writeFile(join(home, folder, 'a.png'), await noisePng('a', 8));
    await writeFile(join(home, folder, 'bad.png'), 'no picture');
    const lines = Array.from({ length: ROWS }, (_, row) => {
      return `s${row},${row % 500 === 499 ? 'bad' : 'a'}.png,${row % 7 === 0 ? 'test' : 'train'},p${row >> 1}`;
    });
    await writeFile(join(home, folder, 'index.csv'), `id,file,split,patient\n${lines.join('\n')}\n`);
    return { table: join(home, folder, 'index.csv'), out: join(home, folder, 'out') };
  }
  let straight: Record<string, string>;
  let result: ImportResult;
  beforeAll(async () => {
    const whole = await long('straight');
    result = await importTable(whole);
    straight = await filesOf(whole.out);
  }, 60_000);

  async function finishes(options: { table: string; out: string }): Promise<void> {
    const steps: number[] = [];
    const again = await importTable({ ...options, onProgress: done => steps.push(done) });
    // The first shard of train has 1,000 samples; what it covers is not read again.
    expect(steps[0]).toBeGreaterThanOrEqual(1000);
    expect(steps.at(-1)).toBe(ROWS);
    expect({ ...again, out: '' }).toEqual({ ...result, out: '' });
    expect(await filesOf(options.out)).toEqual(straight);
  }

  it('goes on where it was, and ends in the same bytes', async () => {
    const options = await long('aborted');
    const stop = new AbortController();
    const outcome = importTable({
      ...options,
      signal: stop.signal,
      onProgress: done => {
        if (done === 1700) stop.abort();
      },
    });
    await expect(outcome).rejects.toThrow(/abort/i);
    expect(existsSync(options.out)).toBe(false);
    await finishes(options);
  }, 60_000);

  it.skipIf(!existsSync(dist))(
    'does so after kill -9 (needs a build)',
    async () => {
      // Both by the build, so that it may be older than the source.
      const built = (await import(dist)) as { importTable: typeof importTable };
      const whole = await long('whole');
      await built.importTable(whole);
      const options = await long('killed');
      const script = `import { importTable } from ${JSON.stringify(dist)}; await importTable(${JSON.stringify(options)});`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
      const ended = new Promise(done => child.on('exit', (_, signal) => done(signal)));
      const first = join(options.out, '..', '.out.import', 'data', '.train-0.parquet');
      while (!existsSync(first) && child.exitCode === null) await new Promise(done => setTimeout(done, 2));
      child.kill('SIGKILL');
      expect(await ended).toBe('SIGKILL');
      expect(existsSync(options.out)).toBe(false);
      const steps: number[] = [];
      await built.importTable({ ...options, onProgress: done => steps.push(done) });
      expect(steps[0]).toBeGreaterThanOrEqual(1000);
      expect(await filesOf(options.out)).toEqual(await filesOf(whole.out));
    },
    60_000,
  );

  it('starts anew when the source has changed', async () => {
    const options = await long('changed');
    const stop = new AbortController();
    const outcome = importTable({
      ...options,
      signal: stop.signal,
      onProgress: done => {
        if (done === 1700) stop.abort();
      },
    });
    await expect(outcome).rejects.toThrow();
    const rows = (await readFile(options.table, 'utf8')).split('\n').slice(0, 12).join('\n');
    await writeFile(options.table, `${rows}\n`);
    expect(await importTable(options)).toMatchObject({ samples: 11 });
    expect((await readdir(join(options.out, '..'))).filter(name => name.startsWith('.'))).toEqual([]);
  }, 60_000);
});

describe('what an import reports', () => {
  it('lists copies, pictures that look alike and patients across splits, and takes none away', async () => {
    const side = 180;
    // Blots, so that the picture has a look that scaling keeps.
    const smooth = await sharp(noise('x', 5), { raw: { width: 5, height: 5, channels: 1 } })
      .resize(side, side, { kernel: 'cubic' })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const pictures = {
      'a.png': new Uint8Array(smooth),
      'same-bytes.png': new Uint8Array(smooth),
      'same-pixels.png': new Uint8Array(
        await sharp(smooth).toColourspace('b-w').png({ compressionLevel: 0 }).toBuffer(),
      ),
      'alike.jpg': new Uint8Array(await sharp(smooth).resize(150, 150).jpeg({ quality: 80 }).toBuffer()),
      'other.png': await noisePng('other', 90),
      'black.png': await encodePng(new Uint8Array(64), 8, 8),
      'grey.png': await encodePng(new Uint8Array(64).fill(9), 8, 8),
    };
    const splits = ['train', 'train', 'test', 'test', 'train', 'train', 'test'];
    const patients = ['p', 'p', 'q', 'r', 's', 's', 's'];
    const rows = Object.keys(pictures).map((name, at) => `${name},${splits[at]},${patients[at]}`);
    const { table, out } = await source(`file,split,patient\n${rows.join('\n')}\n`, pictures);
    const result = await importTable({ table, out });
    expect(result).toMatchObject({
      samples: 7,
      overlaps: { copies: 2, alike: 1, picturesAcrossSplits: 2, patientsAcrossSplits: 1 },
    });
    const across = { splits: ['test', 'train'] };
    expect(await jsonLines(join(out, 'overlaps.jsonl'))).toEqual([
      { kind: 'same pixels', ids: ['same-pixels', 'a', 'same-bytes'], count: 3, pictures: 1, ...across },
      { kind: 'alike', ids: ['same-pixels', 'alike', 'a', 'same-bytes'], count: 4, pictures: 2, ...across },
      { kind: 'patient', ids: ['s'], count: 3, pictures: 3, ...across },
    ]);
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card).toMatch(/2 pictures are copies of others .* 1 patient is in more than one split/s);
  });

  it('flags words, not the letters that mark a side, and excludes neither', async () => {
    const words = written('PORTABLE AP', 16);
    const dark = words.map(value => 255 - value);
    const pictures = {
      'words.png': await encodePng(words, 320, 320),
      'dark.png': await encodePng(dark, 320, 320),
      'deep.png': await encodePng(
        Uint16Array.from(words, value => value * 16),
        320,
        320,
      ),
      'marker.png': await encodePng(written('L', 24), 320, 320),
      'plain.png': await encodePng(written('', 16), 320, 320),
    };
    const { table, out } = await source(`file\n${Object.keys(pictures).join('\n')}\n`, pictures);
    expect(await importTable({ table, out })).toMatchObject({ samples: 5, burntInText: 3 });
    const flagged = (await samplesOf(out)).filter(({ verdicts }) =>
      verdicts.some(({ check }) => check === BURNT_IN_TEXT),
    );
    expect(flagged.map(({ id }) => id)).toEqual(['words', 'dark', 'deep']);
    expect(flagged[0]!.verdicts[0]!.reason).toMatch(/letters/);
  });
});

describe('DICOM sources', () => {
  it('become PNG, tell view, sex and age where the table does not, and flag text that the header tells of', async () => {
    const values = Uint16Array.from({ length: 64 }, (_, at) => at * 64);
    const bytes = dicomFile(values, 8, 8, {
      view: 'PA',
      sex: 'F',
      age: '057Y',
      burnedIn: 'YES',
      name: 'DOE^JANE',
    });
    const plain = dicomFile(values, 8, 8, {
      view: 'AP',
      sex: 'M',
      age: '030Y',
      burnedIn: 'NO',
      name: 'ROE^RICHARD',
    });
    const { table, out } = await source('file,sex\na.dcm,\nb.bin,F\n', { 'a.dcm': bytes, 'b.bin': plain });
    expect(await importTable({ table, out })).toMatchObject({ samples: 2, burntInText: 1 });
    const [a, b] = await samplesOf(out);
    expect(a).toMatchObject({ id: 'a', view: 'PA', sex: 'F', age: 57, image: { path: 'a.png' } });
    expect(b).toMatchObject({ view: 'AP', sex: 'F', age: 30 });
    expect((await sharp(a!.image.bytes).metadata()).format).toBe('png');
    expect((await sharp(a!.image.bytes).metadata()).depth).toBe('ushort');
    for (const file of await readdir(out, { recursive: true })) {
      const content = await readFile(join(out, file), 'latin1').catch(() => '');
      expect(content).not.toMatch(/DOE|ROE|JANE|RICHARD/);
    }
  });

  it.skipIf(!existsSync(real))('of the real samples are read (needs ../shared/data)', async () => {
    const folder = join(real, 'dicom-samples');
    const names = (await readdir(folder)).filter(name => name.endsWith('.dcm'));
    const { table, out } = await source(`file\n${names.join('\n')}\n`);
    const result = await importTable({ table, out, images: folder });
    expect(result).toMatchObject({ samples: names.length, skippedCount: 0 });
  });
});

describe('real pictures (needs ../shared/data)', () => {
  it.skipIf(!existsSync(real))(
    'of Hannover and NIH come in, and a second import verifies against the first',
    async () => {
      const hannover = await importTable({
        table: join(real, 'hannover', 'index.csv'),
        images: join(real, 'hannover', 'images'),
        out: join(home, 'hannover'),
      });
      expect(hannover).toMatchObject({
        samples: 150,
        skippedCount: 0,
        overlaps: { copies: 0, patientsAcrossSplits: 0 },
      });
      const nih = join(real, 'nih-cxr14');
      const columns = { labels: 'finding_labels', patient: 'patient_id' };
      const first = join(home, 'nih-a');
      const second = join(home, 'nih-b');
      const table = join(nih, 'index.csv');
      const options = { images: join(nih, 'images'), table, columns };
      // Words are in 9 of them at a size that 320 pixels still show; all 9 were looked at.
      expect(await importTable({ ...options, out: first })).toMatchObject({ samples: 952, burntInText: 9 });
      const patients = columns.patient;
      await importTable({ ...options, columns: { ...columns, id: 'file', patient: patients }, out: second });
      expect(await verifySplits(second, join(first, 'split-manifest.jsonl'))).toMatchObject({
        same: true,
        matching: 952,
        renamed: 952,
      });
    },
    60_000,
  );
});

/** A picture of soft shades with a line of letters near its top, made of strokes on a grid of 5 × 7. */
function written(text: string, height: number): Uint8Array {
  const glyphs: Readonly<Record<string, string>> = {
    P: '1111010001100011111010000100001000',
    O: '01110100011000110001100011000101110',
    R: '11110100011000111110101001001010001',
    T: '11111001000010000100001000010000100',
    A: '01110100011000111111100011000110001',
    B: '11110100011000111110100011000111110',
    L: '10000100001000010000100001000011111',
    E: '11111100001000011110100001000011111',
  };
  const side = 320;
  const pixels = Uint8Array.from({ length: side * side }, (_, at) => {
    return 70 + 40 * Math.sin((at % side) / 50) + 30 * Math.cos(Math.floor(at / side) / 40);
  });
  const dot = Math.floor(height / 7);
  [...text].forEach((letter, place) => {
    [...(glyphs[letter] ?? '')].forEach((bit, at) => {
      if (bit !== '1') return;
      const [left, top] = [20 + (place * 6 + (at % 5)) * dot, 14 + Math.floor(at / 5) * dot];
      for (let y = top; y < top + dot; y++) pixels.fill(255, y * side + left, y * side + left + dot);
    });
  });
  return pixels;
}
