import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  Adam,
  AdamW,
  BatchNorm2d,
  Conv2d,
  clipGradNorm,
  type DType,
  Embedding,
  einsum,
  F,
  GELU,
  LayerNorm,
  Linear,
  type Module,
  MultiHeadAttention,
  type Parameter,
  parameter,
  ReLU,
  Sequential,
  SGD,
  type Tensor,
  tensor,
} from './index.js';

// What PyTorch computed; made by __fixtures__/make_goldens.py.

interface Packed {
  readonly dtype: DType;
  readonly shape: number[];
  readonly data: number[];
}

interface Case {
  readonly state: Record<string, Packed>;
  readonly inputs: Packed[];
  readonly output: Packed;
  readonly upstream: Packed;
  readonly inputGradients: (Packed | null)[];
  readonly parameterGradients?: Record<string, Packed>;
  readonly stateAfter?: Record<string, Packed>;
}

interface Course {
  readonly start: [Packed, Packed];
  readonly x: Packed;
  readonly y: Packed;
  readonly end: [Packed, Packed];
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./__fixtures__/${name}.json`, import.meta.url), 'utf8'));

const unpack = ({ data, shape, dtype }: Packed) => tensor(data, { shape, dtype });

/** Largest difference, against the largest value expected. */
function relativeError(actual: Tensor | null, expected: Packed): number {
  if (actual === null) return Number.POSITIVE_INFINITY;
  expect(actual.shape).toEqual(expected.shape);
  const scale = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  const values = actual.toArray();
  return (
    expected.data.reduce((worst, value, at) => Math.max(worst, Math.abs(value - values[at]!)), 0) / scale
  );
}

function follow(golden: Case, run: (...inputs: Tensor[]) => Tensor, module?: Module): void {
  if (module !== undefined) {
    const state = new Map(Object.entries(golden.state).map(([name, value]) => [name, unpack(value)]));
    module.loadStateDict(state);
    expect([...module.stateDict().keys()].sort()).toEqual([...state.keys()].sort());
  }
  const inputs = golden.inputs.map(packed => {
    const input = unpack(packed);
    return packed.dtype === 'f32' ? input.setRequiresGrad() : input;
  });
  const output = run(...inputs);
  expect(relativeError(output, golden.output)).toBeLessThanOrEqual(1e-5);
  output.backward(unpack(golden.upstream));
  for (const [at, gradient] of golden.inputGradients.entries()) {
    if (gradient !== null) expect(relativeError(inputs[at]!.grad, gradient)).toBeLessThanOrEqual(1e-5);
  }
  for (const [name, gradient] of Object.entries(golden.parameterGradients ?? {})) {
    const found = module!.stateDict().get(name)!;
    expect(relativeError(found.grad, gradient), name).toBeLessThanOrEqual(1e-5);
  }
  for (const [name, value] of Object.entries(golden.stateAfter ?? {})) {
    expect(relativeError(module!.stateDict().get(name)!, value), name).toBeLessThanOrEqual(1e-5);
  }
}

describe('modules give the values and gradients of PyTorch', () => {
  const goldens = read<Record<string, Case>>('modules');
  const single: Record<string, () => Module & { forward(input: Tensor): Tensor }> = {
    linear: () => new Linear(5, 3),
    linearWithoutBias: () => new Linear(5, 3, { bias: false }),
    conv2d: () => new Conv2d(2, 4, 3, { stride: 2, padding: 1 }),
    conv2dGrouped: () =>
      new Conv2d(4, 4, [3, 1], { padding: [2, 0], dilation: [2, 1], groups: 2, bias: false }),
    batchNormTraining: () => new BatchNorm2d(3),
    batchNormEvaluation: () => new BatchNorm2d(3).eval(),
    layerNorm: () => new LayerNorm(6, { epsilon: 1e-6 }),
    embedding: () => new Embedding(7, 4, { paddingIndex: 2 }),
    selfAttention: () => new MultiHeadAttention(8, 2),
    sequential: () =>
      new Sequential(
        new Conv2d(1, 3, 3, { bias: false }),
        new BatchNorm2d(3),
        new ReLU(),
        new Conv2d(3, 2, 1),
        new GELU(),
      ),
  };
  it.each(Object.keys(single))('%s', name => {
    const module = single[name]!();
    follow(goldens[name]!, input => module.forward(input), module);
  });

  it('crossAttention, with keys hidden', () => {
    const module = new MultiHeadAttention(8, 4);
    const run = (query: Tensor, key: Tensor, value: Tensor, hidden: Tensor) =>
      module.forward(query, key, value, hidden.logicalNot().view(2, 1, 1, 4));
    follow(goldens.crossAttention!, run as (...inputs: Tensor[]) => Tensor, module);
  });

  it('covers every golden', () => {
    expect([...Object.keys(single), 'crossAttention'].sort()).toEqual(Object.keys(goldens).sort());
  });
});

describe('functions give the values and gradients of PyTorch', () => {
  const goldens = read<Record<string, Case>>('functions');
  const functions: Record<string, (a: Tensor, b: Tensor, c: Tensor) => Tensor> = {
    crossEntropy: (logits, target) => F.crossEntropy(logits, target),
    crossEntropySmoothed: (logits, target) =>
      F.crossEntropy(logits, target, { labelSmoothing: 0.1, reduction: 'sum' }),
    crossEntropySoft: (logits, target) => F.crossEntropy(logits, target),
    binaryCrossEntropy: (logits, target, weight) =>
      F.binaryCrossEntropyWithLogits(logits, target, { positiveWeight: weight.detach() }),
    meanSquaredError: (input, target) => F.mseLoss(input, target),
    maxPool2d: input => F.maxPool2d(input, 3, { stride: 2, padding: 1 }),
    avgPool2d: input => F.avgPool2d(input, 2),
    adaptiveAvgPool2d: input => F.adaptiveAvgPool2d(input, [2, 3]),
    interpolate: input => F.interpolate(input, [8, 4]),
    interpolateAligned: input => F.interpolate(input, [8, 4], { alignCorners: true }),
    interpolateAntialiased: input => F.interpolate(input, [3, 2], { antialias: true }),
    gridSample: (input, theta) =>
      F.gridSample(input, F.affineGrid(theta, [1, 2, 4, 4]), { padding: 'border' }),
    groupNorm: (input, weight, bias) => F.groupNorm(input, 2, weight, bias),
    normalize: input => F.normalize(input),
    gelu: input => input.gelu(),
    geluTanh: input => input.gelu('tanh'),
    logSoftmax: input => input.logSoftmax(1),
    logsumexp: input => input.logsumexp([0, 1], true),
    attention: (query, key, value) => F.scaledDotProductAttention(query, key, value),
    attentionCausal: (query, key, value) => F.scaledDotProductAttention(query, key, value, { causal: true }),
    einsum: (a, b) => einsum('bid,bjd->bij', [a, b]),
  };
  it.each(Object.keys(functions))('%s', name => {
    follow(goldens[name]!, functions[name] as (...inputs: Tensor[]) => Tensor);
  });

  it('covers every golden', () => {
    expect(Object.keys(functions).sort()).toEqual(Object.keys(goldens).sort());
  });
});

describe('optimisers are where PyTorch is after 20 steps', () => {
  const goldens = read<Record<string, Course>>('optimisers');
  const optimisers: Record<string, (weight: Tensor, bias: Tensor) => { step(): void; zeroGrad(): void }> = {
    sgd: (...params) => new SGD(params, { lr: 0.1 }),
    sgdMomentum: (...params) => new SGD(params, { lr: 0.05, momentum: 0.9, weightDecay: 0.01 }),
    sgdNesterov: (...params) => new SGD(params, { lr: 0.05, momentum: 0.9, nesterov: true }),
    adam: (...params) => new Adam(params, { lr: 0.05, weightDecay: 0.1 }),
    adamW: (...params) => new AdamW(params, { lr: 0.05, betas: [0.8, 0.95], weightDecay: 0.1 }),
    adamWGroups: (weight, bias) =>
      new AdamW(
        [
          { params: [weight], settings: { lr: 0.02, weightDecay: 0.2 } },
          { params: [bias], settings: { weightDecay: 0 } },
        ],
        { lr: 0.05 },
      ),
    adamWClipped: (...params) => new AdamW(params, { lr: 0.05, weightDecay: 0.01 }),
  };
  it.each(Object.keys(optimisers))('%s', name => {
    const golden = goldens[name]!;
    const [weight, bias] = golden.start.map(packed => parameter(unpack(packed))) as [Parameter, Parameter];
    const x = unpack(golden.x);
    const y = unpack(golden.y);
    const optimiser = optimisers[name]!(weight, bias);
    for (let step = 0; step < 20; step++) {
      optimiser.zeroGrad();
      const plain = x.matmul(weight.transpose(0, 1));
      F.mseLoss(step >= 3 ? plain.add(bias) : plain, y).backward();
      if (name === 'adamWClipped') clipGradNorm([weight, bias], 0.5);
      optimiser.step();
    }
    expect(relativeError(weight, golden.end[0])).toBeLessThanOrEqual(1e-5);
    expect(relativeError(bias, golden.end[1])).toBeLessThanOrEqual(1e-5);
  });

  it('covers every golden', () => {
    expect(Object.keys(optimisers).sort()).toEqual(Object.keys(goldens).sort());
  });
});
