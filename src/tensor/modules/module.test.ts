import { describe, expect, it } from 'vitest';
import {
  BatchNorm2d,
  Dropout,
  F,
  Linear,
  Module,
  ModuleList,
  MultiHeadAttention,
  manualSeed,
  ones,
  parameter,
  ReLU,
  randn,
  Sequential,
  type Tensor,
  TensorError,
  tensor,
  zeros,
} from '../index.js';

class Net extends Module {
  readonly conv1 = new Linear(2, 3);
  readonly layers = new ModuleList([new Linear(3, 3), new Linear(3, 3, { bias: false })]);
  readonly head: Linear;
  readonly scale = parameter(ones([1]));
  readonly notLearned = randn([2]);

  constructor() {
    super();
    this.head = this.add('classifier', new Linear(3, 1));
    this.registerBuffer('position_ids', tensor([0, 1], { dtype: 'i64' }));
  }
}

describe('Module', () => {
  it('names parameters by property, or by the name that was said', () => {
    expect([...new Net().stateDict().keys()]).toEqual([
      'conv1.weight',
      'conv1.bias',
      'layers.0.weight',
      'layers.0.bias',
      'layers.1.weight',
      'classifier.weight',
      'classifier.bias',
      'scale',
      'position_ids',
    ]);
    expect(
      new MultiHeadAttention(4, 2)
        .namedParameters()
        .map(([name]) => name)
        .sort(),
    ).toEqual(['in_proj_bias', 'in_proj_weight', 'out_proj.bias', 'out_proj.weight']);
    expect(new BatchNorm2d(1).namedBuffers().map(([name]) => name)).toEqual([
      'running_mean',
      'running_var',
      'num_batches_tracked',
    ]);
  });

  it('counts a shared parameter once', () => {
    class Tied extends Module {
      readonly first = parameter(ones([2]));
      readonly second = this.first;
    }
    expect(new Tied().parameters()).toHaveLength(1);
    expect(new Tied().stateDict().size).toBe(2);
  });

  it('copies a state that fits, and says what does not, having changed nothing', () => {
    const [from, to] = [new Net(), new Net()];
    expect(to.loadStateDict(from.stateDict())).toEqual({ missing: [], unexpected: [], mismatched: [] });
    expect(to.conv1.weight.toArray()).toEqual(from.conv1.weight.toArray());
    from.conv1.weight.detach().fill_(7);
    expect(to.conv1.weight.toArray()).not.toContain(7);

    const state = from.stateDict();
    state.delete('scale');
    state.set('extra', zeros([1]));
    state.set('classifier.bias', zeros([5]));
    expect(() => to.loadStateDict(state)).toThrow(TensorError);
    expect(() => to.loadStateDict(state)).toThrow(
      /1 missing \(scale\), 1 unexpected \(extra\), 1 mismatched/,
    );
    expect(to.conv1.weight.toArray()).not.toContain(7);
    expect(to.loadStateDict(state, { strict: false })).toEqual({
      missing: ['scale'],
      unexpected: ['extra'],
      mismatched: ['classifier.bias: [5] for [1]'],
    });
    expect(to.conv1.weight.toArray()).toContain(7);
  });

  it('changes dtype in place, of floats only, and goes on learning', () => {
    const net = new Net();
    const weight = net.conv1.weight;
    net.to({ dtype: 'f64' });
    expect([weight.dtype, net.stateDict().get('position_ids')?.dtype]).toEqual(['f64', 'i64']);
    net.conv1
      .forward(ones([1, 2], { dtype: 'f64' }))
      .sum()
      .backward();
    expect(weight.grad?.dtype).toBe('f64');
    net.zeroGrad();
    expect(weight.grad).toBeNull();
  });

  it('passes the mode down, and frozen parameters get no gradient', () => {
    const net = new Sequential(new Linear(2, 2), new Dropout(0.5), new ReLU());
    expect(net.eval().at(1).training).toBe(false);
    const input = randn([4, 2]);
    expect(net.forward(input).toArray()).toEqual(net.forward(input).toArray());
    expect(net.train().at(1).training).toBe(true);
    net.requireGrad(false);
    expect(net.forward(input).requiresGrad).toBe(false);
    expect(() => net.at(9)).toThrow(RangeError);
  });

  it('starts from the same numbers for the same seed', () => {
    const draw = () => {
      manualSeed(5);
      return new Net().stateDict().get('conv1.weight')!.toArray();
    };
    expect(draw()).toEqual(draw());
  });
});

it('dropout keeps the mean, and is the identity in evaluation', () => {
  manualSeed(1);
  const input = ones([100, 100]);
  expect(F.dropout(input, 0.3).mean().item()).toBeCloseTo(1, 1);
  expect(F.dropout(input, 0.3).eq(0).to({ dtype: 'f32' }).mean().item()).toBeCloseTo(0.3, 1);
  const layer = new Dropout(0.3).eval();
  expect(layer.forward(input) as Tensor).toBe(input);
});

it('attention refuses a width that its heads do not divide', () => {
  expect(() => new MultiHeadAttention(5, 2)).toThrow(/5 features do not divide into 2 heads/);
});
