import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, '__fixtures__', 'rank.mjs');
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A rank as a process of its own; `rank` undefined for one that is alone. */
function start(role: string, place?: { rank: number; size: number; port: number; timeout?: number }) {
  const child = spawn(process.execPath, [SCRIPT, role], {
    env: {
      ...process.env,
      OMP_NUM_THREADS: '1',
      ...(place && {
        RANK: String(place.rank),
        WORLD_SIZE: String(place.size),
        MASTER_ADDR: '127.0.0.1',
        MASTER_PORT: String(place.port),
        SYNRAY_RANK_TIMEOUT: String(place.timeout ?? 30),
      }),
    },
  });
  running.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', chunk => {
    stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(
    ([code]): Ended => ({ code: code as number | null, stdout, stderr }),
  );
  return { child, ended };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function together(role: string, size = 2): Promise<unknown[]> {
  const port = await freePort();
  const ranks = Array.from({ length: size }, (_, rank) => start(role, { rank, size, port }));
  return (await Promise.all(ranks.map(({ ended }) => ended))).map(result);
}

function result({ code, stdout, stderr }: Ended): unknown {
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

interface Step {
  readonly losses: number[];
  readonly gradients: Readonly<Record<string, number[] | null>>;
  readonly running: Readonly<Record<string, number[]>>;
}

/** ‖a − b‖ / ‖b‖. */
function relativeError(given: readonly number[], wanted: readonly number[]): number {
  expect(given.length).toBe(wanted.length);
  const norm = (numbers: readonly number[]) => Math.hypot(...numbers);
  return norm(given.map((value, at) => value - wanted[at]!)) / Math.max(norm(wanted), 1e-12);
}

describe('several ranks', () => {
  it.each([
    ['step', 2],
    ['small-buckets', 2],
    ['step', 4],
  ])('%s: %i ranks have the losses and gradients of one with the whole batch', async (role, size) => {
    const alone = result(await start('step').ended) as Step;
    const ranks = (await together(role, size)) as Step[];
    const losses = alone.losses.map(
      (_, at) => ranks.reduce((sum, rank) => sum + rank.losses[at]!, 0) / ranks.length,
    );
    // The term of the first rank's own is a half of it alone: with four ranks its share is a quarter.
    if (size === 2) expect(relativeError(losses, alone.losses)).toBeLessThan(1e-5);
    for (const [name, wanted] of Object.entries(alone.gradients)) {
      if (name === 'onlyFirst' && size !== 2) continue;
      for (const { gradients } of ranks) {
        if (wanted === null) expect(gradients[name], name).toBeNull();
        else expect(relativeError(gradients[name]!, wanted), name).toBeLessThan(1e-5);
      }
    }
    for (const [name, wanted] of Object.entries(alone.running))
      expect(relativeError(ranks[0]!.running[name]!, wanted), name).toBeLessThan(1e-5);
    // To the bit: averaged gradients are one and the same, so that weights cannot drift apart.
    expect(ranks[1]!.gradients).toEqual(ranks[0]!.gradients);
  });

  it('gradients that accumulate are exchanged once, with all that was gathered before', async () => {
    expect(await together('accumulate')).toEqual([
      [11.5, 11.5, 11.5],
      [11.5, 11.5, 11.5],
    ]);
  });

  it('reduce, gather, agree and notice where they differ', async () => {
    const both = {
      sum: [3, 20],
      mean: 0.5,
      gathered: [0, 1],
      means: { grounding: 1 },
      stop: { stop: true },
      broken: { stop: false, broken: 1 },
      calm: { stop: false },
      differ: expect.stringMatching(/the ranks differ in the step: from 0 to 1/),
    };
    expect(await together('collectives')).toEqual([both, both]);
  });

  it('waiting for a late rank blocks no timer', async () => {
    const [first] = (await together('late-second')) as { turns: number }[];
    expect(first!.turns).toBeGreaterThan(5);
  });
});

describe('a rank that is missing', () => {
  const pair = async (timeout: number) => {
    const port = await freePort();
    const [first, second] = [0, 1].map(rank => start('forever', { rank, size: 2, port, timeout })) as [
      ReturnType<typeof start>,
      ReturnType<typeof start>,
    ];
    await Promise.all([first, second].map(({ child }) => once(child.stdout!, 'data')));
    return { first, second };
  };

  it.each([
    ['first', 'second'],
    ['second', 'first'],
  ] as const)('killed (the %s): the other ends at once and says so', async (killed, left) => {
    const ranks = await pair(60);
    ranks[killed].child.kill('SIGKILL');
    const since = Date.now();
    const { code, stderr } = await ranks[left].ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/DistributedError: all-reduce: another rank has ended \(.*start all ranks again/);
    expect(Date.now() - since).toBeLessThan(10_000);
  });

  it('hanging: the other ends within the time-out and says so', async () => {
    const { first, second } = await pair(2);
    second.child.kill('SIGSTOP');
    const since = Date.now();
    const { code, stderr } = await first.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/DistributedError: all-reduce: another rank did not answer within the time-out/);
    expect(Date.now() - since).toBeLessThan(15_000);
  });

  it('never started: the one that waits says so', async () => {
    const { code, stderr } = await start('step', { rank: 0, size: 2, port: await freePort(), timeout: 1 })
      .ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/rank 0 of 2: not all ranks came to 127\.0\.0\.1:\d+ within 1 s/);
  });

  it('nobody at the address: the one that comes says so', async () => {
    const { code, stderr } = await start('step', { rank: 1, size: 2, port: await freePort(), timeout: 1 })
      .ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/rank 1 of 2: the ranks (did not|cannot) meet at 127\.0\.0\.1:\d+/);
  });

  it('a port in use is named', async () => {
    const server = createServer().listen(0, '::');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, stderr } = await start('step', { rank: 0, size: 2, port, timeout: 5 }).ended;
    server.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`port ${port} is in use by another program \\(set MASTER_PORT`));
  });
});
