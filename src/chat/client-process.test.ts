import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEntry } from './testing/hostile-endpoint.js';

const DIST = resolve(import.meta.dirname, '../../dist/chat');
type Child = ChildProcessByStdio<Writable, Readable, null>;

/** Asks `count` questions of the endpoint, prints each answer, closes, and does not call exit. */
const RUN = `
const [index, baseUrl, store, count] = process.argv.slice(1);
const { ChatClient } = await import(index);
const client = await ChatClient.open({ baseUrl, model: 'test', store, timeoutSeconds: 0.5 }, { waits: { first: 0.01, longest: 0.05 } });
await Promise.all(Array.from({ length: Number(count) }, async (_, index) => {
  await client.ask({ messages: [{ role: 'user', content: 'q' + index }] });
  process.stdout.write('q' + index + '\\n');
}));
const { usage } = client;
await client.close();
process.stdout.write(JSON.stringify(usage) + '\\n');
`;

describe.skipIf(!existsSync(join(DIST, 'client.js')))('a process that asks', () => {
  const children: Child[] = [];
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-chat-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  function start(...words: string[]): { child: Child; lines: () => string[] } {
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      output += text;
    });
    return { child, lines: () => output.split('\n').slice(0, -1) };
  }
  async function endpointOf(settings: object): Promise<string> {
    const { child, lines } = start(join(DIST, 'testing/endpoint-process.js'), JSON.stringify(settings));
    while (lines().length === 0) await once(child.stdout, 'data');
    return lines()[0]!;
  }
  const run = (url: string, count: number) =>
    start(
      '--input-type=module',
      '-e',
      RUN,
      pathToFileURL(join(DIST, 'index.js')).href,
      url,
      join(folder, 'store'),
      String(count),
    );

  it('ends by itself after close, with sockets and timers gone', async () => {
    const url = await endpointOf({ rates: { throttle: 0.1, hang: 0.02 } });
    const { child, lines } = run(url, 60);
    const printed = async () => {
      while (!lines().at(-1)?.startsWith('{')) await once(child.stdout, 'data');
      return performance.now();
    };
    const [closed] = await Promise.all([printed(), once(child, 'exit')]);
    expect(child.exitCode).toBe(0);
    expect(performance.now() - closed).toBeLessThan(3000);
  });

  it('loses no reply that it was shown to kill -9, and a second run sends only for the rest', async () => {
    const url = await endpointOf({ latency: 3, rates: { throttle: 0.05, cut: 0.05, broken: 0.05 } });
    const killed = run(url, 800);
    while (killed.lines().length < 150) await sleep(5);
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    const shown = killed.lines().length;
    expect(shown).toBeLessThan(800);
    const stored =
      (await readFile(join(folder, 'store/replies-000001.jsonl'), 'utf8')).split('\n').length - 1;
    expect(stored).toBeGreaterThanOrEqual(shown);

    const again = run(url, 800);
    await once(again.child, 'exit');
    expect(again.child.exitCode).toBe(0);
    const usage = JSON.parse(again.lines().at(-1)!) as { fromStore: number; answered: number };
    expect(usage).toMatchObject({ fromStore: stored, answered: 800 - stored });
    // Asked again are replies only that were on their way to the disk: at most one for each request that was out.
    const log = (await (await fetch(new URL('/log', url))).json()) as {
      log: LogEntry[];
      askedAgain: string[];
    };
    expect(log.askedAgain.length).toBeLessThanOrEqual(32);
  });
});
