import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeFolder, SynrayError } from '../base/index.js';
import {
  arange,
  autocast,
  backward,
  blasLibrary,
  call,
  callTensors,
  callValue,
  type DType,
  fromFile,
  fromTypedArray,
  getRandomState,
  gradientsOf,
  hasOperator,
  kwargs,
  libtorchVersion,
  linspace,
  manualSeed,
  noGrad,
  ones,
  operatorNames,
  randn,
  randperm,
  scope,
  setRandomState,
  setThreads,
  type Tensor,
  TensorError,
  tensor,
  threads,
  zeros,
} from './index.js';

describe('call', () => {
  it('reaches all of ATen by name and overload', () => {
    expect(operatorNames().length).toBeGreaterThan(1000);
    expect(hasOperator('aten::conv2d')).toBe(true);
    expect(hasOperator('aten::add.Nonsense')).toBe(false);
    const [x, y] = [tensor([1, 2, 3]), tensor([10, 20, 30])];
    expect(call('aten::add.Tensor', x, y, kwargs({ alpha: 2 })).toArray()).toEqual([21, 42, 63]);
    expect(call('aten::clamp', x, 2).toArray()).toEqual([2, 2, 3]);
    expect(call('aten::clamp', x, undefined, 2).toArray()).toEqual([1, 2, 2]);
    expect(call('aten::full', [2], 7, kwargs({ dtype: 'i64' })).toArray()).toEqual([7, 7]);
  });

  it('takes the first overload that the arguments fit where none is named', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(call('aten::sum', x).item()).toBe(10);
    expect(call('aten::sum', x, [0]).toArray()).toEqual([4, 6]);
    expect(call('aten::add', x, 1).toArray()).toEqual([2, 3, 4, 5]);
    expect(call('aten::add', x, x).toArray()).toEqual([2, 4, 6, 8]);
    expect(call('aten::softmax', x, 1).shape).toEqual([2, 2]);
    expect(callTensors('aten::max', x, 1).map(each => each?.toArray())).toEqual([
      [2, 4],
      [1, 1],
    ]);
  });

  it('converts lists, optional lists, enumerations and several kinds of result', () => {
    const x = arange(6).view(2, 3);
    expect(call('aten::index.Tensor', x, [null, tensor([0, 2], { dtype: 'i64' })]).toArray()).toEqual([
      0, 2, 3, 5,
    ]);
    expect(callTensors('aten::split_with_sizes', x, [1, 2], 1).map(each => each?.shape)).toEqual([
      [2, 1],
      [2, 2],
    ]);
    expect(callValue('aten::is_floating_point', x)).toBe(false);
    expect(callValue('aten::item', tensor(2.5))).toBe(2.5);
    expect(callTensors('aten::_foreach_add.Scalar', [x, x], 1)).toHaveLength(2);
    expect(
      call('aten::empty.memory_format', [1, 2, 2, 2], kwargs({ memory_format: 'channels_last' })).strides,
    ).toEqual([8, 1, 4, 2]);
    expect(
      call('aten::conv2d', randn([1, 1, 3, 3]), randn([1, 1, 3, 3]), null, [1, 1], 'same').shape,
    ).toEqual([1, 1, 3, 3]);
  });

  it('keeps whole numbers whole', () => {
    expect(tensor([1, 2], { dtype: 'i64' }).add(2).dtype).toBe('i64');
    expect(tensor([1, 2], { dtype: 'i64' }).mul(0.5).dtype).toBe('f32');
    expect(call('aten::add.Scalar', tensor([1], { dtype: 'i64' }), 2n ** 60n).toTypedArray()[0]).toBe(
      2n ** 60n + 1n,
    );
  });

  it('gives the very argument where an operator works in place or on an out', () => {
    const [x, out] = [tensor([1, 2]), zeros([2])];
    expect(x.add_(1)).toBe(x);
    expect(call('aten::mul_.Tensor', x, 2)).toBe(x);
    expect(call('aten::add.out', x, x, kwargs({ out }))).toBe(out);
    expect(out.toArray()).toEqual([8, 12]);
  });
});

describe('errors', () => {
  it('name the operator, the fault and what was given, and leave the process alive', () => {
    const error = thrown(() => randn([2, 3]).matmul(randn([2, 3])));
    expect(error).toMatchObject({ operator: 'aten::matmul', shapes: ['f32[2, 3]', 'f32[2, 3]'] });
    expect(error.message).not.toContain('\n');
    expect(error.message).toMatch(/cannot be multiplied.*check the shapes/);
  });

  const x = () => tensor([1, 2]);
  const gone = () => {
    const made = x();
    made.dispose();
    return made;
  };
  it.each<[string, () => unknown, RegExp]>([
    ['an unknown operator', () => call('aten::nonsense', x()), /has no such operator/],
    ['an unknown overload', () => call('aten::add.Nonsense', x()), /has no such operator/],
    ['an empty name', () => call(''), /has no such operator/],
    ['too few arguments', () => call('aten::add.Tensor', x()), /"other": it is missing/],
    ['too many arguments', () => call('aten::relu', x(), 1, 2), /at most 1/],
    ['forty arguments', () => call('aten::relu', ...Array(40).fill(x())), /at most|too many/],
    ['a keyword twice', () => call('aten::add.Tensor', x(), x(), kwargs({ other: 1 })), /given twice/],
    [
      'an unknown keyword',
      () => call('aten::add.Tensor', x(), x(), kwargs({ beta: 1 })),
      /no argument named "beta"/,
    ],
    [
      'a keyword given by place',
      () => call('aten::add.Tensor', x(), x(), 2),
      /"alpha" must be given by name/,
    ],
    ['a string for a tensor', () => call('aten::relu', 'x'), /expected a tensor, got a string/],
    ['null for a tensor', () => call('aten::relu', null), /got null/],
    ['a tensor for a list', () => call('aten::permute', x(), x()), /expected .*int.*, got a tensor/i],
    ['a tensor for a number', () => call('aten::sum.dim_IntList', x(), [0], x()), /got a tensor/],
    ['NaN for a whole number', () => call('aten::unsqueeze', x(), Number.NaN), /whole number/],
    ['a fraction for a whole number', () => call('aten::unsqueeze', x(), 0.5), /whole number/],
    [
      'infinity for a whole number',
      () => call('aten::unsqueeze', x(), Number.POSITIVE_INFINITY),
      /whole number/,
    ],
    ['a bigint of 70 bits', () => call('aten::unsqueeze', x(), 2n ** 70n), /64 bits/],
    ['an unknown dtype', () => call('aten::zeros', [1], kwargs({ dtype: 'f99' })), /no dtype "f99"/],
    ['an unknown device', () => zeros([1], { device: 'toaster' }), /toaster/],
    ['a disposed tensor', () => gone().add(1), /disposed/],
    ['a disposed tensor in a list', () => call('aten::cat', [x(), gone()]), /disposed/],
    ['the shape of a disposed tensor', () => gone().shape, /disposed/],
    ['null in a list of tensors', () => call('aten::cat', [x(), null]), /null in it/],
    ['a list with other things in it', () => call('aten::cat', [x(), 5] as never), /something else/],
    ['a symbol', () => call('aten::relu', Symbol('s') as never), /got a symbol/],
    ['a function', () => call('aten::relu', (() => 1) as never), /got a function/],
    ['more memory than there is', () => zeros([2 ** 50]), /memory|bytes|alloc/i],
    ['backward without a graph', () => x().backward(), /grad/],
    ['item of many', () => x().item(), /2 elements|one element|single/i],
    [
      'an operator that gives no tensor',
      () => call('aten::is_floating_point', x()),
      /does not give one tensor/,
    ],
    ['requires_grad of whole numbers', () => arange(3).setRequiresGrad(), /floating|gradients/i],
    ['too little data for a shape', () => tensor([1, 2], { shape: [3] }), /needs 12 bytes/],
    ['a negative shape', () => tensor([1, 2], { shape: [-1, -2] }), /negative/],
    ['ragged lists', () => tensor([[1], [2, 3]]), /different lengths/],
    ['a state of the wrong size', () => setRandomState(zeros([3], { dtype: 'u8' })), /./],
    ['no threads', () => setThreads(0), /1 to 1024/],
    ['a missing file', () => fromFile('/nowhere', { shape: [1], dtype: 'u8' }), /nowhere/],
  ])('arise for %s', (_, act, message) => {
    const error = thrown(act);
    expect(error).toBeInstanceOf(TensorError);
    expect(error).toBeInstanceOf(SynrayError);
    expect(error.message).toMatch(message);
    expect(x().add(1).toArray()).toEqual([2, 3]);
  });

  it('arise, or a result, for whatever arguments an operator is given', () => {
    const names = [
      'aten::add',
      'aten::sum',
      'aten::cat',
      'aten::view',
      'aten::conv2d',
      'aten::index',
      'aten::to',
      'aten::clamp',
      'aten::einsum',
      'aten::pad',
      'aten::arange',
      'aten::embedding',
    ];
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        undefined,
        true,
        'f32',
        'mean',
        Number.NaN,
        -1,
        0,
        1,
        2.5,
        2n ** 65n,
        [],
        [1, 1],
        [null],
        [-1],
        {},
        new Float32Array(2),
      ),
      fc.constantFrom('scalar', 'vector', 'matrix', 'list', 'disposed'),
    );
    const made: Record<string, () => unknown> = {
      scalar: () => tensor(1),
      vector: () => tensor([1, 2]),
      matrix: () => ones([2, 2]),
      list: () => [tensor([1, 2]), tensor([3, 4])],
      disposed: () => gone(),
    };
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(value, { maxLength: 5 }), (name, values) => {
        const args = values.map(each => (typeof each === 'string' && each in made ? made[each]!() : each));
        try {
          callValue(name, ...(args as never[]));
        } catch (error) {
          expect(error).toBeInstanceOf(TensorError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('data', () => {
  it('goes in and out in every dtype', () => {
    const dtypes: DType[] = ['f32', 'f64', 'f16', 'bf16', 'i64', 'i32', 'i16', 'i8', 'u8', 'bool'];
    for (const dtype of dtypes) {
      const made = tensor(
        [
          [0, 1],
          [1, 0],
        ],
        { dtype },
      );
      expect([made.dtype, made.shape, made.toArray()]).toEqual([dtype, [2, 2], [0, 1, 1, 0]]);
    }
    expect(tensor(Uint16Array.of(0x3c00), { dtype: 'f16' }).toArray()).toEqual([1]);
    expect(tensor(BigInt64Array.of(2n ** 62n)).toTypedArray()[0]).toBe(2n ** 62n);
    expect(tensor([2 ** 40], { dtype: 'i64' }).item()).toBe(2 ** 40);
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor(3).shape).toEqual([]);
  });

  it('is copied by tensor() and shared by fromTypedArray()', () => {
    const data = Float32Array.of(1, 2);
    const [copied, shared] = [tensor(data), fromTypedArray(data)];
    data[0] = 9;
    expect(copied.toArray()).toEqual([1, 2]);
    expect(shared.toArray()).toEqual([9, 2]);
    shared.mul_(2);
    expect(Array.from(data)).toEqual([18, 4]);
    const part = new Float32Array(data.buffer, 4, 1);
    expect(fromTypedArray(part).toArray()).toEqual([4]);
  });

  it('that is shared lives as long as either side, and no longer', async () => {
    const collected = collectGarbage();
    const references: WeakRef<Float32Array>[] = [];
    const tensors: Tensor[] = [];
    for (let each = 0; each < 20; each++) {
      const data = new Float32Array(50_000).fill(each);
      references.push(new WeakRef(data));
      const shared = fromTypedArray(data);
      tensors.push(shared.view(500, 100));
      shared.dispose();
    }
    collected();
    scope(() => {
      for (const [each, made] of tensors.entries()) expect(made.select(0, 499).sum().item()).toBe(each * 100);
    });
    for (const made of tensors) made.dispose();
    await new Promise(resolve => setTimeout(resolve, 10));
    // The references go with the next call into the bridge, the arrays with the collection after it.
    expect(threads()).toBeGreaterThan(0);
    collected();
    expect(references.filter(reference => reference.deref() !== undefined).length).toBeLessThanOrEqual(1);
  });

  it('taken out shared sees the tensor, and outlives it', () => {
    const made = zeros([1000]);
    const view = made.toTypedArray({ share: true });
    const copy = made.toTypedArray();
    made.fill_(3);
    made.dispose();
    collectGarbage()();
    randn([1000]);
    expect([view[0], view[999], copy[0]]).toEqual([3, 3, 0]);
  });

  it('of a transposed tensor comes out row by row', () => {
    const made = arange(6, { dtype: 'f32' }).view(2, 3).transpose(0, 1);
    expect(made.toArray()).toEqual([0, 3, 1, 4, 2, 5]);
    expect(Array.from(made.toTypedArray({ share: true }) as Float32Array)).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it('is mapped from a file, which writing does not change', () => {
    const folder = mkdtempSync(join(tmpdir(), 'synray-file-'));
    const path = join(folder, 'data');
    writeFileSync(path, new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer));
    const made = fromFile(path, { shape: [2, 2], dtype: 'f32' });
    expect(made.toArray()).toEqual([1, 2, 3, 4]);
    made.fill_(0);
    expect(fromFile(path, { shape: [4], dtype: 'f32' }).toArray()).toEqual([1, 2, 3, 4]);
    expect(() => fromFile(path, { shape: [5], dtype: 'f32' })).toThrow(TensorError);
    rmSync(folder, { recursive: true });
  });
});

describe('autograd', () => {
  it('accumulates, clears, retains and detaches gradients', () => {
    const x = tensor([2, 3], { requiresGrad: true });
    const loss = x.mul(x).sum();
    loss.backward(undefined, { retainGraph: true });
    loss.backward();
    expect(x.grad?.toArray()).toEqual([8, 12]);
    expect(() => loss.backward()).toThrow(/second time/);
    x.zeroGrad();
    expect(x.grad?.toArray()).toEqual([0, 0]);
    x.clearGrad();
    expect(x.grad).toBeNull();
    expect(x.detach().requiresGrad).toBe(false);
    backward([x.mul(2), x.mul(3)], [ones([2]), ones([2])]);
    expect(x.grad?.toArray()).toEqual([5, 5]);
  });

  it('gives gradients of outputs with respect to inputs, of second order too', () => {
    const [x, other] = [tensor([2], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    const [first] = gradientsOf([x.pow(3)], [x], { createGraph: true });
    expect(first?.toArray()).toEqual([12]);
    expect(gradientsOf([first!], [x])[0]?.toArray()).toEqual([12]);
    expect(gradientsOf([x.pow(2)], [x, other], { allowUnused: true })[1]).toBeNull();
    expect(() => gradientsOf([x.pow(2)], [other])).toThrow(TensorError);
    expect(x.grad).toBeNull();
  });

  it('rests in noGrad, which comes to its end also when something is thrown', () => {
    const x = tensor([1], { requiresGrad: true });
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(() => noGrad(() => x.matmul(randn([3, 3])))).toThrow(TensorError);
    expect(x.mul(2).requiresGrad).toBe(true);
    expect(() => noGrad(async () => 1)).toThrow(/async/);
  });
});

describe('modes', () => {
  it('autocast computes products in bf16, and only inside', () => {
    const x = randn([4, 4]);
    expect(autocast({ device: 'cpu', dtype: 'bf16' }, () => x.matmul(x)).dtype).toBe('bf16');
    expect(x.matmul(x).dtype).toBe('f32');
  });

  it('seeds and states of the generator give the same draws again', () => {
    manualSeed(7);
    const first = randn([3]).toArray();
    const state = getRandomState();
    const second = randn([3]).toArray();
    setRandomState(state);
    expect(randn([3]).toArray()).toEqual(second);
    manualSeed(7);
    expect(randn([3]).toArray()).toEqual(first);
    expect(randperm(5).toArray().sort()).toEqual([0, 1, 2, 3, 4]);
    expect(linspace(0, 1, 3).toArray()).toEqual([0, 0.5, 1]);
  });

  it('threads can be set, and the libraries are known', () => {
    const before = threads();
    setThreads(1);
    expect(threads()).toBe(1);
    setThreads(before);
    expect(libtorchVersion()).toMatch(/^[12]\.\d+\.\d+/);
    expect(blasLibrary().name).not.toBe('reference');
  });
});

it('worker threads have tables of their own, and end without harm', async () => {
  const bridge = join(nativeFolder(), 'bridge.node');
  const code = `
    const { parentPort } = require('node:worker_threads');
    const bridge = require(${JSON.stringify(bridge)});
    const relu = bridge.resolve('aten::relu', '');
    for (let i = 0; i < 100; i++) bridge.call(relu.id, 1, bridge.fromTypedArray(new Float32Array(9), [9], 'f32', true));
    parentPort.postMessage(bridge.live());`;
  const workers = [0, 1].map(() => new Worker(code, { eval: true }));
  const counts = await Promise.all(
    workers.map(
      worker => new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject)),
    ),
  );
  await Promise.all(workers.map(worker => worker.terminate()));
  expect(counts).toEqual([200, 200]);
  expect(tensor([1]).add(1).toArray()).toEqual([2]);
});

function thrown(act: () => unknown): Error & { operator?: string } {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** A function that collects garbage now. */
function collectGarbage(): () => void {
  v8.setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
