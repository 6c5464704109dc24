import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBudget } from './budget.js';
import { Gate, type Pass } from './gate.js';
import { Pace } from './pace.js';
import { askedWait, waitAfter } from './waits.js';

const none = new AbortController().signal;

/** A pace on a clock that the test moves. */
function pacedClock(most: number) {
  const clock = { time: 0 };
  const pace = new Pace(
    most,
    failures => 2 ** failures,
    () => clock.time,
  );
  return { clock, pace };
}

describe('Pace', () => {
  it('doubles each round until the first overload, then grows by one a round, never past its bound', () => {
    const { pace } = pacedClock(20);
    expect(pace.limit).toBe(4);
    for (let answer = 0; answer < 4; answer++) pace.succeeded(true);
    expect(pace.limit).toBe(8);
    pace.overloaded(0);
    expect(pace.limit).toBe(4);
    for (let answer = 0; answer < 5; answer++) pace.succeeded(true);
    expect(pace.limit).toBe(5);
    for (let answer = 0; answer < 1000; answer++) pace.succeeded(true);
    expect(pace.limit).toBe(20);
  });

  it('does not grow while it is not used', () => {
    const { pace } = pacedClock(20);
    for (let answer = 0; answer < 100; answer++) pace.succeeded(false);
    expect(pace.limit).toBe(4);
  });

  it('is halved once for all requests that were out together, and is never below one', () => {
    const { clock, pace } = pacedClock(32);
    for (let answer = 0; answer < 28; answer++) pace.succeeded(true);
    expect(pace.limit).toBe(32);
    clock.time = 10;
    for (let failed = 0; failed < 32; failed++) pace.overloaded(5);
    expect(pace.limit).toBe(16);
    for (let round = 1; round < 20; round++) {
      clock.time += 10;
      pace.overloaded(clock.time);
    }
    expect(pace.limit).toBe(1);
  });

  it('pauses longer and longer while nothing is answered, from the third round on', () => {
    const { clock, pace } = pacedClock(32);
    const pauses = Array.from({ length: 5 }, () => {
      clock.time += pace.heldFor + 1;
      // Three requests of one round count once.
      for (let request = 0; request < 3; request++) pace.failed(clock.time - 0.5);
      return pace.heldFor;
    });
    expect(pauses).toEqual([0, 0, 1000, 2000, 4000]);
    pace.succeeded(true);
    clock.time += 10_000;
    pace.failed(clock.time);
    expect(pace.heldFor).toBe(0);
  });
});

describe('Gate', () => {
  const gateOf = (limit: number, budget = new TokenBudget()) => new Gate(new Pace(limit, () => 0), budget);
  const settled = () => new Promise(resolve => setImmediate(resolve));

  it('lets out no more than the limit, repeated requests before new ones, else in order', async () => {
    const gate = gateOf(1);
    const order: string[] = [];
    const enter = async (name: string, repeated: boolean) => {
      const pass = await gate.enter(1, repeated, none);
      order.push(name);
      await settled();
      pass.leave(1);
    };
    await Promise.all([enter('a', false), enter('b', false), enter('c', false), enter('again', true)]);
    expect(order).toEqual(['a', 'again', 'b', 'c']);
  });

  it('never lets spent and reserved tokens pass the budget, and refuses only what cannot fit any more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }))),
        async (most, requests) => {
          const budget = new TokenBudget(most);
          const gate = gateOf(8, budget);
          let reserved = 0;
          await Promise.all(
            requests.map(async ([estimate, share]) => {
              let pass: Pass;
              try {
                pass = await gate.enter(estimate, false, none);
              } catch (error) {
                expect(error).toMatchObject({ kind: 'budget' });
                expect(budget.spent + estimate).toBeGreaterThan(most);
                return;
              }
              reserved += estimate;
              expect(budget.spent + reserved).toBeLessThanOrEqual(most);
              await settled();
              reserved -= estimate;
              pass.leave(Math.floor(estimate * share));
            }),
          );
          expect(budget.spent).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('lets a waiting request go at once when it is given up', async () => {
    const gate = gateOf(1);
    const pass = await gate.enter(1, false, none);
    const controller = new AbortController();
    const waiting = gate.enter(1, false, controller.signal);
    const behind = gate.enter(1, false, none);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    pass.leave(0);
    (await behind).leave(0);
  });
});

describe('askedWait', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    [{ 'retry-after': '7' }, '', 7],
    [{ 'retry-after': '0' }, '', 0],
    [{ 'retry-after-ms': '250' }, '', 0.25],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:30 GMT' }, '', 90],
    [{ 'retry-after': 'Thu, 01 Jan 2015 00:00:00 GMT' }, '', 0],
    [{ 'retry-after': 'soon' }, '', undefined],
    [{ 'retry-after': '-5' }, '', undefined],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, '', 360],
    [{ 'x-ratelimit-remaining-requests': '9', 'x-ratelimit-reset-requests': '6m0s' }, '', undefined],
    [{}, 'Rate limit reached. Please try again in 6.5s. Visit https://x', 6.5],
    [{}, 'Please try again in 20ms.', 0.02],
    [{}, 'Please try again in 1m30s.', 90],
    [{}, 'Please retry after 20 seconds.', 20],
    [{}, '{"error":{"details":[{"retryDelay":"13s"}]}}', 13],
    [{}, 'Too many requests', undefined],
    [{}, 'try again in a fortnight', undefined],
  ])('of %j %s is %s seconds', (headers, body, seconds) => {
    expect(askedWait(headers, body, now)).toBe(seconds);
  });
});

describe('waitAfter', () => {
  it('doubles up to the longest, and takes at most half off', () => {
    const waits = { first: 0.5, longest: 30 };
    for (const [failures, whole] of [
      [0, 0.5],
      [1, 1],
      [5, 16],
      [6, 30],
      [1000, 30],
    ] as const) {
      const wait = waitAfter(waits, failures);
      expect(wait).toBeGreaterThanOrEqual(whole / 2);
      expect(wait).toBeLessThanOrEqual(whole);
    }
  });
});
