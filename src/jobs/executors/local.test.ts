import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LocalExecutor } from './local.js';

describe('LocalExecutor', () => {
  it('runs every piece once, no more at a time than allowed', async () => {
    const started: number[] = [];
    let under = 0;
    let most = 0;
    await new LocalExecutor(3).run(10, async index => {
      started.push(index);
      most = Math.max(most, ++under);
      await sleep(2);
      under--;
    });
    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBe(3);
  });

  it('tells the first failure, after the running ones have ended, and starts no more', async () => {
    const ended: number[] = [];
    let stopped = false;
    const run = new LocalExecutor(2).run(50, async (index, signal) => {
      if (index === 1) throw new Error('broken shard');
      await sleep(20);
      stopped ||= signal.aborted;
      ended.push(index);
    });
    await expect(run).rejects.toThrow('broken shard');
    expect(ended).toEqual([0]);
    expect(stopped).toBe(true);
  });

  it('stops when asked to', async () => {
    const controller = new AbortController();
    let count = 0;
    const run = new LocalExecutor(1).run(
      100,
      async () => {
        if (++count === 3) controller.abort();
      },
      controller.signal,
    );
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(count).toBe(3);
  });
});
