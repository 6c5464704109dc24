import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  AdamW,
  BatchNorm2d,
  Conv2d,
  clipGradNorm,
  F,
  keep,
  Linear,
  liveTensors,
  manualSeed,
  ReLU,
  randn,
  Sequential,
  scope,
  setThreads,
  type Tensor,
  tensor,
  zeros,
} from './index.js';

v8.setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('scope', () => {
  it('frees what it made, but not what it returns in any nesting, nor what is kept', () => {
    const before = liveTensors();
    let inner: Tensor | undefined;
    let held: Tensor | undefined;
    const result = scope(() => {
      inner = tensor([1]);
      held = keep(inner.add(1));
      return { list: [inner.add(2)], map: new Map([['x', inner.add(3)]]), text: 'x', nothing: null };
    });
    expect(inner?.disposed).toBe(true);
    expect(() => inner?.shape).toThrow(/disposed/);
    expect(liveTensors() - before).toBe(3);
    expect(held?.toArray()).toEqual([2]);
    expect(result.list[0]!.toArray()).toEqual([3]);
    expect(result.map.get('x')!.toArray()).toEqual([4]);
    for (const each of [held!, result.list[0]!, result.map.get('x')!]) each.dispose();
    expect(liveTensors()).toBe(before);
  });

  it('hands what it returns to the scope around it', () => {
    const before = liveTensors();
    const outer = scope(() => {
      const given = scope(() => tensor([1]).add(1));
      expect(given.disposed).toBe(false);
      return given.item();
    });
    expect(outer).toBe(2);
    expect(liveTensors()).toBe(before);
  });

  it('frees when something is thrown, and takes no async function', () => {
    const before = liveTensors();
    expect(() =>
      scope(() => {
        tensor([1]);
        throw new RangeError('no');
      }),
    ).toThrow(RangeError);
    expect(() => scope(async () => tensor([1]))).toThrow(/async/);
    expect(liveTensors()).toBe(before);
  });

  it('does not disturb the graph of autograd', () => {
    const x = tensor([3], { requiresGrad: true });
    const loss = scope(() => x.mul(x).mul(2).sum());
    loss.backward();
    expect(x.grad?.toArray()).toEqual([12]);
  });

  it('leaves the modules made inside alone', () => {
    const layer = scope(() => new Linear(2, 2));
    expect(layer.forward(randn([1, 2])).shape).toEqual([1, 2]);
  });
});

it('tensors outside of scopes are freed with their objects', async () => {
  const before = liveTensors();
  (() => {
    for (let each = 0; each < 100; each++) randn([10]);
  })();
  for (let round = 0; round < 20 && liveTensors() > before; round++) {
    await new Promise(resolve => setTimeout(resolve, 5));
    collectGarbage();
  }
  expect(liveTensors()).toBeLessThanOrEqual(before + 5);
});

it('10,000 training steps keep the count of tensors and the resident memory flat', () => {
  manualSeed(0);
  setThreads(1);
  const net = new Sequential(new Conv2d(1, 4, 3), new BatchNorm2d(4), new ReLU());
  const head = new Linear(4, 2);
  const optimiser = new AdamW([...net.parameters(), ...head.parameters()], { lr: 1e-3 });
  const input = randn([4, 1, 8, 8]);
  const target = tensor([0, 1, 0, 1], { dtype: 'i64' });
  const step = () =>
    scope(() => {
      optimiser.zeroGrad();
      const loss = F.crossEntropy(head.forward(net.forward(input).mean([2, 3])), target);
      loss.backward();
      clipGradNorm(net.parameters(), 1);
      optimiser.step();
      // A buffer of a megabyte each step: a leak of one in a hundred would show.
      zeros([512, 512]).add_(1);
      return loss.item();
    });
  for (let warm = 0; warm < 500; warm++) step();
  collectGarbage();
  const [tensors, resident] = [liveTensors(), process.memoryUsage.rss()];
  for (let count = 0; count < 10_000; count++) step();
  collectGarbage();
  expect(liveTensors()).toBe(tensors);
  expect((process.memoryUsage.rss() - resident) / 2 ** 20).toBeLessThan(24);
}, 300_000);
