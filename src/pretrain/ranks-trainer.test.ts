import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SQUARES_SIZE, writeSquares } from './__fixtures__/squares.js';

// The built command line, as a launcher starts it on every rank.
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

let home: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-ranks-'));
  await writeSquares(join(home, 'squares'), 48, 1, false, true);
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Nothing that differs by rank: no dropout, and no batch norm but where it is told to look at all ranks. */
async function writeRecipe(name: string, changes: object, training: object): Promise<string> {
  const file = join(home, `${name}.yaml`);
  const pretrain = {
    objective: { name: 'convirt' },
    image: { size: SQUARES_SIZE, form: 'vit-s16', width: 0.125 },
    text: { hidden: 32, layers: 1, heads: 2, intermediate: 64, vocabulary: 120, dropout: 0 },
    projection: { hidden: 32, dimension: 32 },
    ...changes,
    training: { steps: 4, batch: 16, warmup: 0, threads: 1, checkpointEvery: 2, ...training },
  };
  await writeFile(file, JSON.stringify({ pretrain }));
  return file;
}

function start(recipe: string, out: string, environment: NodeJS.ProcessEnv = {}) {
  const words = ['pretrain', recipe, '--data', join(home, 'squares'), '--out', join(home, out), '--resume'];
  const child = spawn(process.execPath, [cli, ...words, '--json'], {
    env: { ...process.env, ...environment },
  });
  running.push(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', chunk => {
    stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, ended };
}

async function startTwo(recipe: string, out: string, timeout = 60) {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return [0, 1].map(rank =>
    start(recipe, out, {
      RANK: String(rank),
      WORLD_SIZE: '2',
      MASTER_ADDR: '127.0.0.1',
      MASTER_PORT: String(port),
      SYNRAY_RANK_TIMEOUT: String(timeout),
    }),
  ) as [ReturnType<typeof start>, ReturnType<typeof start>];
}

async function runTwo(recipe: string, out: string) {
  const two = await startTwo(recipe, out);
  for (const { ended } of two) expect(await ended).toMatchObject({ code: 0 });
}

const logOf = async (out: string): Promise<Record<string, number>[]> =>
  (await readFile(join(home, out, 'log.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

const terms = {
  grounding: { weight: 1, phrases: 8 },
  twins: { weight: 1, share: 0.5 },
  sharedTextPositive: true,
};

describe('a training on two ranks', () => {
  for (const [name, changes, training] of [
    ['ConVIRT with grounded term, twins and shared texts', terms, {}],
    [
      'ResNet with batch norm over all ranks',
      { image: { size: SQUARES_SIZE, form: 'slim', width: 0.5 } },
      { steps: 2, synchroniseBatchNorm: true },
    ],
    [
      'GLoRIA in two parts, with validation',
      {
        objective: { name: 'gloria' },
        grounding: { weight: 1, phrases: 8 },
        text: { ...smallText(), pooling: 'words' },
      },
      { accumulate: 2, validation: { split: 'train', every: 2, batches: 2 } },
    ],
  ] as const) {
    it(`is that of one with the whole batch: ${name}`, async () => {
      const id = name.slice(0, 6);
      const recipe = await writeRecipe(id, changes, training);
      expect(await start(recipe, `${id}-one`).ended).toMatchObject({ code: 0 });
      await runTwo(recipe, `${id}-two`);
      const [one, two] = [await logOf(`${id}-one`), await logOf(`${id}-two`)];
      expect(two.length).toBe(one.length);
      one.forEach((record, step) => {
        // The optimiser divides by gradients' sizes: what is rounded otherwise grows from step to step.
        const most = step === 0 ? 1e-5 : 1e-3;
        for (const key of ['loss', 'gradientNorm', 'grounding', 'twins', 'validation']) {
          if (record[key] === undefined) continue;
          expect(Math.abs(two[step]![key]! / record[key] - 1), `${key}, step ${step + 1}`).toBeLessThan(most);
        }
      });
    });
  }

  it('stops on both when one is asked to, and goes on with another number of ranks', async () => {
    const recipe = await writeRecipe('stop', {}, { steps: 400 });
    const [first, second] = await startTwo(recipe, 'stop');
    while ((await readdir(join(home, 'stop', 'checkpoints')).catch(() => [])).length === 0)
      await new Promise(resolve => setTimeout(resolve, 20));
    second.child.kill('SIGTERM');
    const [one, other] = [await first.ended, await second.ended];
    expect([one.code, other.code]).toEqual([0, 0]);
    const result = JSON.parse(one.stdout);
    expect(result).toMatchObject({ finished: false });
    expect(other.stdout).toBe('');
    // One rank goes on where the two stopped, and no step is done twice.
    const shorter = await writeRecipe('stop', {}, { steps: 400 });
    const going = start(shorter, 'stop');
    while ((await logOf('stop')).length <= result.steps + 2)
      await new Promise(resolve => setTimeout(resolve, 20));
    going.child.kill('SIGTERM');
    expect(await going.ended).toMatchObject({ code: 0 });
    const log = await logOf('stop');
    expect(log.map(({ step }) => step)).toEqual(log.map((_, index) => index + 1));
  });

  it('ends with a clear error within the time-out when the other is killed', async () => {
    const recipe = await writeRecipe('killed', {}, { steps: 100_000 });
    const [first, second] = await startTwo(recipe, 'killed', 10);
    while ((await readdir(join(home, 'killed', 'checkpoints')).catch(() => [])).length === 0)
      await new Promise(resolve => setTimeout(resolve, 20));
    second.child.kill('SIGKILL');
    const started = performance.now();
    const { code, stderr } = await first.ended;
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(code).toBe(1);
    expect(stderr).toMatch(/start all ranks again/);
  });

  it('refuses a batch that does not divide', async () => {
    const recipe = await writeRecipe('odd', {}, { batch: 15 });
    for (const { ended } of await startTwo(recipe, 'odd'))
      expect(await ended).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/does not divide among 2 ranks/),
      });
  });
});

function smallText() {
  return { hidden: 32, layers: 1, heads: 2, intermediate: 64, vocabulary: 120, dropout: 0 };
}
