import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../base/index.js';
import type { LogEntry } from '../chat/testing/hostile-endpoint.js';
import { defaultBank } from '../entities/index.js';
import { planToFile, setAsidePath } from './index.js';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
/** The way fails for 15 requests of a hundred. What the model says, and gets wrong, depends on the request alone. */
const RATES = { throttle: 0.03, broken: 0.03, cut: 0.03, garbage: 0.03, unavailable: 0.03 };
const PAIRS = 80;

let folder: string;
let plan: string;
let server: ChildProcessByStdio<Writable, Readable, null>;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-killed-'));
  plan = join(folder, 'plan.parquet');
  await planToFile({ bank: defaultBank(), settings: { pairs: PAIRS, k: 6, m: 2, cap: 'least' }, out: plan });
  const reply = join(DIST, 'reports/testing/prompted-model.js');
  const words = JSON.stringify({ rates: RATES, latency: 60, seed: 2, reply });
  server = spawn(process.execPath, [join(DIST, 'chat/testing/endpoint-process.js'), words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(server.stdout, 'data');
  url = String(line).trim();
});
afterAll(async () => {
  server.stdin.end();
  await rm(folder, { recursive: true });
});

function start(out: string) {
  const words = ['reports', '--plan', plan, '--writer', 'llm', '--base-url', url, '--model', 'm'];
  // Four at once: slow enough to be killed in the middle.
  words.push('--concurrency', '4', '--out', out, '--json');
  return spawn(process.execPath, [join(DIST, 'cli.js'), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs the verb to its end and gives its summary. */
async function finish(out: string): Promise<Record<string, number>> {
  const child = start(out);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  return JSON.parse(Buffer.concat(pieces).toString());
}

async function log(): Promise<LogEntry[]> {
  const response = await fetch(new URL('/log', url));
  const value = (await response.json()) as { log: LogEntry[] };
  return value.log;
}

const isAnswered = ({ outcome }: LogEntry) => outcome === 'answered';

/** How often each request came that had been answered. */
function comings(entries: readonly LogEntry[], answered: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { hash } of entries) if (answered.has(hash)) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  return counts;
}

describe('synray reports with a language model, killed', () => {
  it('sends nothing again that was answered, and ends in the bytes of an undisturbed run', async () => {
    const out = join(folder, 'killed.parquet');
    const known: { answered: Set<string>; comings: Map<string, number> }[] = [];
    for (let kill = 0; kill < 2; kill++) {
      const before = (await log()).length;
      const child = start(out);
      const ended = once(child, 'close');
      while ((await log()).length < before + 30 && child.exitCode === null) await sleep(20);
      const entries = await log();
      const answered = new Set(entries.filter(isAnswered).map(({ hash }) => hash));
      // The answers have left the server; they get a moment to come and be stored.
      await sleep(400);
      known.push({ answered, comings: comings(entries, answered) });
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
    }
    expect(known.at(-1)!.answered.size).toBeGreaterThan(40);
    const summary = await finish(out);
    const entries = await log();
    for (const { answered, comings: then } of known) {
      expect(comings(entries, answered)).toEqual(then);
    }
    expect(summary.fromStore).toBeGreaterThanOrEqual(known.at(-1)!.answered.size);
    expect(summary.written! + summary.setAside!).toBe(PAIRS);
    // Nothing is left of the killed runs but the replies.
    const left = (await readdir(folder)).filter(name => name.includes('killed'));
    expect(left.sort()).toEqual([
      'killed.parquet',
      'killed.parquet.replies',
      'killed.parquet.set-aside.jsonl',
    ]);

    const undisturbed = join(folder, 'undisturbed.parquet');
    const whole = await finish(undisturbed);
    expect(whole.fromStore).toBe(0);
    expect(whole.calls).toBe(summary.calls);
    for (const path of [(out: string) => out, setAsidePath]) {
      expect(await sha256OfFile(path(out))).toBe(await sha256OfFile(path(undisturbed)));
    }
  }, 180_000);
});
