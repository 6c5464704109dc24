import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../base/index.js';
import { SQUARES_SIZE, writeSquares } from './__fixtures__/squares.js';

// Real processes of the built command line, killed in earnest.
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const dieInSave = fileURLToPath(new URL('__fixtures__/die-in-save.mjs', import.meta.url));
const STEPS = 40;

let home: string;
let recipe: string;
let whole: { log: string; weights: Buffer };

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-resume-'));
  await writeSquares(join(home, 'squares'), 48);
  recipe = join(home, 'recipe.yaml');
  const pretrain = {
    objective: { name: 'convirt' },
    grounding: { weight: 1 },
    image: { size: SQUARES_SIZE, width: 0.5 },
    text: { hidden: 32, layers: 1, heads: 2, intermediate: 64, vocabulary: 120 },
    projection: { hidden: 32, dimension: 32 },
    // Validation on the training split: this is about going on, not about what is learnt.
    training: {
      ...{ steps: STEPS, batch: 16, accumulate: 2, average: 0.9, threads: 1, checkpointEvery: 7, keep: 2 },
      ...{
        schedule: 'plateau',
        plateau: { patience: 0 },
        validation: { split: 'train', every: 10, batches: 1 },
      },
    },
  };
  await writeFile(recipe, JSON.stringify({ pretrain }));
  expect(await ended(start('whole'))).toMatchObject({ code: 0 });
  whole = await outcome('whole');
});
afterAll(() => rm(home, { recursive: true, force: true }));

function start(out: string, options: { env?: NodeJS.ProcessEnv; node?: string[]; limit?: number } = {}) {
  const words = [cli, 'pretrain', recipe, '--data', join(home, 'squares'), '--out', join(home, out)];
  const command = [process.execPath, ...(options.node ?? []), ...words, '--resume'];
  // `exec` gives the limit to Node itself; in blocks of 512 bytes.
  const limited =
    options.limit === undefined
      ? command
      : ['sh', '-c', `ulimit -f ${options.limit}; exec "$@"`, 'sh', ...command];
  return spawn(limited[0]!, limited.slice(1), { env: { ...process.env, ...options.env } });
}

async function ended(child: ChildProcess) {
  let text = '';
  child.stderr!.on('data', chunk => {
    text += chunk;
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(resolve =>
    child.on('close', (...how) => resolve(how)),
  );
  return { code, signal, text };
}

const checkpoints = async (out: string) =>
  (await readdir(join(home, out, 'checkpoints')).catch(() => [])).sort();
const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await new Promise(resolve => setTimeout(resolve, 5));
};
const outcome = async (out: string) => ({
  log: await readFile(join(home, out, 'log.jsonl'), 'utf8'),
  weights: await readFile(join(home, out, 'model', 'model.safetensors')),
});

async function expectSameAsWhole(out: string) {
  const { log, weights } = await outcome(out);
  // Losses, validation losses, learning rates, gradient norms and the digests of the samples, to the last bit.
  expect(log).toBe(whole.log);
  expect(weights.equals(whole.weights)).toBe(true);
  expect((await checkpoints(out)).filter(name => name.endsWith('.tmp'))).toEqual([]);
}

it('goes on bit for bit after kill -9 at random moments', async () => {
  const random = Random.of(11, 'kill');
  let kills = 0;
  for (let attempt = 0; attempt < 2; attempt++) {
    const before = (await checkpoints('killed')).join();
    const child = start('killed');
    const end = ended(child);
    await until(async () => (await checkpoints('killed')).join() !== before || child.exitCode !== null);
    await new Promise(resolve => setTimeout(resolve, random.integer(150)));
    child.kill('SIGKILL');
    if ((await end).signal === 'SIGKILL') kills++;
  }
  expect(kills).toBeGreaterThan(0);
  expect(await ended(start('killed'))).toMatchObject({ code: 0 });
  await expectSameAsWhole('killed');
});

it('goes on bit for bit after kill -9 in the middle of a save, and after a full disk', async () => {
  const dead = start('cut', { node: ['--import', dieInSave], env: { DIE_IN_SAVE: '3' } });
  expect(await ended(dead)).toMatchObject({ signal: 'SIGKILL' });
  const [half, ...before] = await checkpoints('cut');
  expect(half).toMatch(/^\.step-.*\.tmp$/);
  const read = async () =>
    Buffer.concat(await Promise.all(before.map(name => readFile(join(home, 'cut', 'checkpoints', name)))));
  const bytes = await read();
  expect(bytes.length).toBeGreaterThan(0);

  // Half as much room as a checkpoint takes.
  const end = await ended(start('cut', { limit: Math.floor(bytes.length / before.length / 1024) }));
  expect(end).toMatchObject({ code: 1 });
  expect(end.text).toMatch(/^synray: .*step-\d+\.safetensors: there is no room .*--resume\)$/m);
  // Those before it are untouched, and no half file is left.
  expect(await checkpoints('cut')).toEqual(before);
  expect((await read()).equals(bytes)).toBe(true);

  expect(await ended(start('cut'))).toMatchObject({ code: 0 });
  await expectSameAsWhole('cut');
});

it('saves and exits with 0 on SIGTERM, as Slurm sends before it takes the machine away', async () => {
  const child = start('term');
  const end = ended(child);
  await until(async () => (await checkpoints('term')).length > 0);
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ code: 0, text: expect.stringContaining('SIGTERM') });
  expect(existsSync(join(home, 'term', 'model'))).toBe(false);
  const steps = (await readFile(join(home, 'term', 'log.jsonl'), 'utf8')).trim().split('\n').length;
  expect(await checkpoints('term')).toContain(`step-${String(steps).padStart(9, '0')}.safetensors`);
  expect(await ended(start('term'))).toMatchObject({ code: 0 });
  await expectSameAsWhole('term');
});
