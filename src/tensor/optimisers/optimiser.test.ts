import { describe, expect, it } from 'vitest';
import {
  AdamW,
  clipGradNorm,
  constant,
  cosineWithWarmup,
  linearWithWarmup,
  ones,
  parameter,
  SGD,
  type Tensor,
  TensorError,
  tensor,
} from '../index.js';

const start = () => parameter(tensor([1, -2, 3]));

function run(optimiser: { step(): void; zeroGrad(): void }, weight: Tensor, steps: number): void {
  for (let step = 0; step < steps; step++) {
    optimiser.zeroGrad();
    weight.mul(weight).sum().backward();
    optimiser.step();
  }
}

describe('optimisers', () => {
  it('go on from a stored state as if they had never stopped', () => {
    const whole = start();
    run(new AdamW([whole], { lr: 0.1 }), whole, 10);

    const first = start();
    const before = new AdamW([first], { lr: 0.1 });
    run(before, first, 4);
    const second = parameter(first.detach().clone());
    const after = new AdamW([second], { lr: 0.1 });
    after.loadStateDict(before.stateDict(), before.steps);
    run(after, second, 6);
    expect(second.toArray()).toEqual(whole.toArray());
    expect(after.steps).toBe(10);
  });

  it('refuse a state that fits no parameter, the same parameter twice, and nothing', () => {
    const weight = start();
    const optimiser = new AdamW([weight], { lr: 0.1 });
    expect(() => optimiser.loadStateDict(new Map([['0.mean', ones([7])]]), 1)).toThrow(TensorError);
    expect(() => optimiser.loadStateDict(new Map([['5.mean', ones([3])]]), 1)).toThrow(/fits no parameter/);
    expect(() => new SGD([weight, weight], { lr: 1 })).toThrow(/given twice/);
    expect(() => new SGD([], { lr: 1 })).toThrow(/nothing to optimise/);
  });

  it('scale the rate by the factor of a schedule, in every group', () => {
    const [a, b] = [start(), start()];
    const optimiser = new SGD([{ params: [a] }, { params: [b], settings: { lr: 0.01 } }], { lr: 0.1 });
    optimiser.factor = 0.5;
    a.add(b).sum().backward();
    optimiser.step();
    expect(a.toArray()[0]).toBeCloseTo(1 - 0.05, 6);
    expect(b.toArray()[0]).toBeCloseTo(1 - 0.005, 6);
  });

  it('leave parameters without a gradient alone', () => {
    const [used, unused] = [start(), start()];
    const optimiser = new AdamW([used, unused], { lr: 0.1 });
    run(optimiser, used, 1);
    expect(unused.toArray()).toEqual([1, -2, 3]);
    expect(used.toArray()).not.toEqual([1, -2, 3]);
  });
});

it('clipping scales the joint norm down to the limit, and tells the norm before', () => {
  const [a, b] = [parameter(tensor([1])), parameter(tensor([1]))];
  a.mul(3).add(b.mul(4)).sum().backward();
  expect(clipGradNorm([a, b], 10)).toBeCloseTo(5, 5);
  expect(a.grad?.item()).toBe(3);
  expect(clipGradNorm([a, b], 1)).toBeCloseTo(5, 5);
  expect([a.grad!.item(), b.grad!.item()]).toEqual([expect.closeTo(0.6, 4), expect.closeTo(0.8, 4)]);
  expect(clipGradNorm([start()], 1)).toBe(0);
});

it('schedules rise to one, fall to the floor and stay there', () => {
  for (const make of [cosineWithWarmup, linearWithWarmup]) {
    const schedule = make({ warmup: 4, total: 10, floor: 0.1 });
    const factors = Array.from({ length: 13 }, (_, step) => schedule(step));
    expect(factors.slice(0, 4)).toEqual([0.25, 0.5, 0.75, 1]);
    expect(factors[7]).toBeCloseTo(0.55, 6);
    expect(factors.slice(10)).toEqual([0.1, 0.1, 0.1]);
  }
  expect(constant(5)).toBe(1);
});
