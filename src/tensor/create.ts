import { asTensorError } from './dispatch.js';
import { type DType, dtypeOf, type TypedArray } from './dtype.js';
import { TensorError } from './error.js';
import { native } from './native.js';
import { call, kwargs, Tensor } from './tensor.js';

/** Where and how a new tensor is made: f32 on the CPU unless said. */
export interface TensorOptions {
  readonly dtype?: DType | undefined;
  readonly device?: string | undefined;
  readonly requiresGrad?: boolean | undefined;
}

/** Numbers in any depth of lists, all of one shape. */
export type Nested = number | readonly Nested[];

/**
 * A tensor from numbers. Lists give f32 unless another dtype is said; typed arrays give their own.
 * The numbers are copied; see {@link fromTypedArray} for the way without a copy.
 */
export function tensor(
  data: Nested | TypedArray,
  options: TensorOptions & { shape?: readonly number[] } = {},
): Tensor {
  if (ArrayBuffer.isView(data)) {
    const own = options.dtype !== undefined && data instanceof Uint16Array ? options.dtype : dtypeOf(data);
    return finish(share(data, options.shape ?? [data.length], own, false), own, options);
  }
  const flat: number[] = [];
  const shape = flatten(data, flat);
  const dtype = options.dtype ?? 'f32';
  // f64 holds every whole number a JavaScript number can, so it serves for the integer types too.
  const source: DType = dtype === 'f32' ? 'f32' : 'f64';
  const values = source === 'f32' ? new Float32Array(flat) : new Float64Array(flat);
  return finish(share(values, options.shape ?? shape, source, false), source, { ...options, dtype });
}

/**
 * A tensor over the memory of a typed array, without a copy: each sees what the other writes. The array is
 * kept alive as long as the tensor (or anything autograd keeps of it) lives.
 * @param data - Must not be transferred to another thread while the tensor lives.
 */
export function fromTypedArray(
  data: TypedArray,
  shape: readonly number[] = [data.length],
  dtype?: DType,
): Tensor {
  return share(data, shape, dtype ?? dtypeOf(data), true);
}

export function zeros(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return withGrad(call('aten::zeros', shape, placement(options)), options);
}

export function ones(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return withGrad(call('aten::ones', shape, placement(options)), options);
}

export function full(shape: readonly number[], value: number, options: TensorOptions = {}): Tensor {
  return withGrad(call('aten::full', shape, value, placement(options)), options);
}

/** Memory as it is, not set to anything. */
export function empty(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return withGrad(call('aten::empty.memory_format', shape, placement(options)), options);
}

export function zerosLike(like: Tensor): Tensor {
  return call('aten::zeros_like', like);
}

export function onesLike(like: Tensor): Tensor {
  return call('aten::ones_like', like);
}

export function eye(size: number, options: TensorOptions = {}): Tensor {
  return withGrad(call('aten::eye', size, placement(options)), options);
}

/** Whole numbers from `start` to before `end` as i64, unless another dtype is said. */
export function arange(end: number, options?: TensorOptions & { start?: number; step?: number }): Tensor {
  const made = call(
    'aten::arange.start_step',
    options?.start ?? 0,
    end,
    options?.step ?? 1,
    placement({ dtype: 'i64', ...options }),
  );
  return withGrad(made, options ?? {});
}

export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  return withGrad(call('aten::linspace', start, end, steps, placement(options)), options);
}

/** Normal draws from libtorch's own generator (see `manualSeed`). */
export function randn(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return withGrad(call('aten::randn', shape, placement(options)), options);
}

/** Uniform draws in [0, 1) from libtorch's own generator. */
export function rand(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return withGrad(call('aten::rand', shape, placement(options)), options);
}

/** The whole numbers before `count` in random order, i64. */
export function randperm(count: number, options: TensorOptions = {}): Tensor {
  return call('aten::randperm', count, placement({ dtype: 'i64', ...options }));
}

export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return call('aten::cat', tensors, dim);
}

export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return call('aten::stack', tensors, dim);
}

/** Sum of products by Einstein's convention, for example `einsum('bid,bjd->bij', [a, b])`. */
export function einsum(equation: string, tensors: readonly Tensor[]): Tensor {
  return call('aten::einsum', equation, tensors);
}

/** `condition ? yes : no`, element by element. */
export function where(condition: Tensor, yes: Tensor, no: Tensor): Tensor {
  return call('aten::where.self', condition, yes, no);
}

/**
 * A file's bytes as a tensor, mapped and not read: pages come from disk as they are touched. Writing to the
 * tensor does not change the file. The file must not shrink while the tensor lives.
 */
export function fromFile(path: string, options: { shape: readonly number[]; dtype: DType }): Tensor {
  const count = options.shape.reduce((product, size) => product * size, 1);
  const flat = call('aten::from_file', path, false, count, kwargs({ dtype: options.dtype }));
  return flat.reshape(options.shape);
}

function share(data: TypedArray, shape: readonly number[], dtype: DType, shared: boolean): Tensor {
  try {
    return new Tensor(native().fromTypedArray(data, shape, dtype, shared));
  } catch (error) {
    throw asTensorError('tensor', [dtype, shape], error);
  }
}

function finish(made: Tensor, dtype: DType, options: TensorOptions): Tensor {
  const sameType = (options.dtype ?? dtype) === dtype;
  if (sameType && (options.device ?? 'cpu') === 'cpu') return withGrad(made, options);
  const moved = made.to({ dtype: options.dtype, device: options.device });
  made.dispose();
  return withGrad(moved, options);
}

function withGrad(made: Tensor, options: TensorOptions): Tensor {
  return options.requiresGrad ? made.setRequiresGrad() : made;
}

function placement(options: TensorOptions) {
  return kwargs({ dtype: options.dtype ?? 'f32', device: options.device ?? 'cpu' });
}

function flatten(data: Nested, flat: number[]): number[] {
  if (!Array.isArray(data)) {
    if (typeof data !== 'number') throw ragged(`a ${typeof data} stands where a number should`);
    flat.push(data);
    return [];
  }
  let inner: number[] | undefined;
  for (const item of data as readonly Nested[]) {
    const shape = flatten(item, flat);
    inner ??= shape;
    if (shape.length !== inner.length || shape.some((size, dim) => size !== inner![dim])) {
      throw ragged('the lists inside have different lengths');
    }
  }
  return [data.length, ...(inner ?? [])];
}

function ragged(fault: string): TensorError {
  return new TensorError({ operator: 'tensor', fault, mend: 'give lists of numbers of equal length' });
}
