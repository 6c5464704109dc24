import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../base/index.js';
import { hashOfLine, lineOf, replyOfLine } from './line.js';
import { ReplyStore } from './reply-store.js';

const hashOf = (name: string) => sha256(name).slice(0, 32);
const replyOf = (text: string) => ({
  text,
  finishReason: 'stop',
  promptTokens: 3,
  completionTokens: 5,
  estimated: false,
});

describe('ReplyStore', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-store-'));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });
  const segment = () => join(folder, 'replies-000001.jsonl');

  /** Stores replies under their own texts, and closes. */
  async function fill(texts: readonly string[]): Promise<void> {
    const store = await ReplyStore.open(folder);
    await Promise.all(texts.map(text => store.append(hashOf(text), replyOf(text))));
    await store.close();
  }

  it('gives back what was stored, now and after opening it again', async () => {
    const texts = ['No focal consolidation.\n', '"quoted" \\ ', 'línea ✓ 𝄞', '', 'x'.repeat(300_000)];
    const store = await ReplyStore.open(folder);
    await Promise.all(texts.map(text => store.append(hashOf(text), replyOf(text))));
    for (const text of texts) expect(await store.get(hashOf(text))).toEqual(replyOf(text));
    expect(await store.get(hashOf('never asked'))).toBeUndefined();
    await store.close();
    const again = await ReplyStore.open(folder);
    expect(again.count).toBe(texts.length);
    for (const text of texts) expect(await again.get(hashOf(text))).toEqual(replyOf(text));
    await again.close();
    expect(await readdir(folder)).toEqual(['replies-000001.jsonl']);
    const lines = (await readFile(segment(), 'utf8')).trim().split('\n');
    expect(lines.map(line => JSON.parse(line).reply.text).sort()).toEqual([...texts].sort());
  });

  it('cuts what a crash left of the last line, wherever it stopped, and goes on from there', async () => {
    const texts = ['one', 'two', 'three'];
    await fill(texts);
    const whole = await readFile(segment());
    const ends = texts.map(
      text => whole.indexOf(lineOf(hashOf(text), replyOf(text))) + lineOf(hashOf(text), replyOf(text)).length,
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async size => {
        await writeFile(segment(), whole);
        await truncate(segment(), size);
        const kept = texts.filter((_, index) => ends[index]! <= size);
        const store = await ReplyStore.open(folder);
        expect(store.count).toBe(kept.length);
        await store.append(hashOf('four'), replyOf('four'));
        await store.close();
        const again = await ReplyStore.open(folder);
        expect(again.count).toBe(kept.length + 1);
        for (const text of [...kept, 'four']) expect((await again.get(hashOf(text)))?.text).toBe(text);
        await again.close();
      }),
      { numRuns: 40 },
    );
  });

  it('passes over damaged lines, says so, and keeps the rest', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await fill(['one', 'two', 'three']);
    const bytes = await readFile(segment());
    bytes[bytes.indexOf('two')] = 0x54;
    await writeFile(segment(), bytes);
    await appendFile(segment(), 'not a line of ours\n');
    const store = await ReplyStore.open(folder);
    expect(said).toHaveBeenCalledWith(expect.stringContaining('2 stored replies are damaged'));
    expect(await store.get(hashOf('two'))).toBeUndefined();
    expect((await store.get(hashOf('three')))?.text).toBe('three');
    await store.close();
  });

  it('takes any change of a byte in a line for damage', () => {
    const line = lineOf(hashOf('one'), replyOf('one')).subarray(0, -1);
    expect(replyOfLine(line, hashOf('one'))).toEqual(replyOf('one'));
    expect(replyOfLine(line, hashOf('two'))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(line.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const damaged = Buffer.from(line);
        damaged[place]! ^= change;
        expect(hashOfLine(damaged)).toBeUndefined();
      }),
    );
  });

  it('flushes replies that come together, together, and counts one as stored only then', async () => {
    const store = await ReplyStore.open(folder);
    await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const line = lineOf(hashOf(`${index}`), replyOf(`${index}`));
        await store.append(hashOf(`${index}`), replyOf(`${index}`));
        expect((await stat(segment())).size).toBeGreaterThanOrEqual(line.length);
        expect((await store.get(hashOf(`${index}`)))?.text).toBe(`${index}`);
      }),
    );
    await store.close();
  });

  it('is refused to a second user, in this process and in another, and named', async () => {
    const store = await ReplyStore.open(folder);
    await expect(ReplyStore.open(folder)).rejects.toThrow(`process ${process.pid} uses this store`);
    await store.close();
    const other = spawn(process.execPath, ['-e', HOLD, folder, hostname()], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(other.stdout!, 'data');
    await expect(ReplyStore.open(folder)).rejects.toThrow(`process ${other.pid} uses this store`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    // Now the lock is one of a dead process.
    const own = await ReplyStore.open(folder);
    await own.close();
  });

  it('knows that a process number has come round again', async () => {
    const lock = { pid: process.pid, started: 'another boot 17', host: hostname() };
    await writeFile(join(folder, 'lock'), JSON.stringify(lock));
    const store = await ReplyStore.open(folder);
    await store.close();
  });

  it('is given to one of many who take over a dead lock together', async () => {
    const lock = { pid: process.pid, started: 'another boot 17', host: hostname() };
    for (let round = 0; round < 5; round++) {
      await writeFile(join(folder, 'lock'), JSON.stringify(lock));
      const opened = await Promise.allSettled(Array.from({ length: 12 }, () => ReplyStore.open(folder)));
      const stores = opened.filter(result => result.status === 'fulfilled').map(result => result.value);
      expect(stores.length).toBeLessThanOrEqual(1);
      for (const store of stores) await store.close();
      await rm(join(folder, 'lock'), { force: true });
    }
    expect((await readdir(folder)).filter(name => name.includes('lock'))).toEqual([]);
  });

  it('does not take over the lock of another machine, nor a file that is none', async () => {
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 1, started: '', host: 'elsewhere.example' }));
    await expect(ReplyStore.open(folder)).rejects.toThrow('process 1 on elsewhere.example uses this store');
    await writeFile(join(folder, 'lock'), 'shopping list');
    await expect(ReplyStore.open(folder)).rejects.toThrow('not a lock of synray');
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe('shopping list');
  });

  it('names a path that cannot be a store', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'text');
    await expect(ReplyStore.open(file)).rejects.toThrow(/file: the store of replies cannot be opened/);
  });
});

/** Holds the folder as another synray would, and stays. */
const HOLD = `
const { readFileSync, writeFileSync } = require('node:fs');
let started = '';
try {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  started = boot + ' ' + stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
} catch {}
writeFileSync(process.argv[1] + '/lock', JSON.stringify({ pid: process.pid, started, host: process.argv[2] }));
process.stdout.write('held');
setInterval(() => {}, 1000);
`;
