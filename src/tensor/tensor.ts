import { type Argument, asTensorError, handlesOf, invoke, Keywords, type Result } from './dispatch.js';
import { type DType, type TypedArray, viewAs } from './dtype.js';
import { TensorError } from './error.js';
import { native } from './native.js';
import { Owned } from './ownership.js';

/** Dimensions of a reduction: one, several, or all where left out. */
export type Dimensions = number | readonly number[];

/** What stands where a tensor may be a plain number. */
export type Operand = Tensor | number;

/**
 * One libtorch tensor. Methods are those of PyTorch, in camelCase; those with a trailing underscore work in
 * place. Negative dimensions count from the end.
 */
export class Tensor extends Owned {
  /** Size of each dimension. */
  get shape(): readonly number[] {
    return this.#ask(bridge => bridge.shape(this.handle), 'shape');
  }

  /** Elements to go on in memory for one step in each dimension. */
  get strides(): readonly number[] {
    return this.#ask(bridge => bridge.strides(this.handle), 'strides');
  }

  get dtype(): DType {
    return this.#ask(bridge => bridge.dtype(this.handle), 'dtype') as DType;
  }

  /** `cpu`, `cuda:0`, … */
  get device(): string {
    return this.#ask(bridge => bridge.device(this.handle), 'device');
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get numel(): number {
    return this.#ask(bridge => bridge.count(this.handle), 'numel');
  }

  /** Size of one dimension. */
  size(dim: number): number {
    return this.shape.at(dim) ?? fail('size', `there is no dimension ${dim}`, [this]);
  }

  // Autograd -------------------------------------------------------------------------------------------

  /** Whether autograd follows this tensor. */
  get requiresGrad(): boolean {
    return this.#ask(bridge => bridge.requiresGrad(this.handle), 'requiresGrad');
  }

  setRequiresGrad(on = true): this {
    this.#ask(bridge => bridge.setRequiresGrad(this.handle, on), 'setRequiresGrad');
    return this;
  }

  /** The gradient accumulated by `backward`, or null. Each look gives a new handle to the same tensor. */
  get grad(): Tensor | null {
    const handle = this.#ask(bridge => bridge.grad(this.handle), 'grad');
    return handle === 0 ? null : new Tensor(handle);
  }

  setGrad(gradient: Tensor | null): void {
    this.#ask(bridge => bridge.setGrad(this.handle, gradient?.handle ?? 0), 'setGrad');
  }

  /** Lets the gradient go: its memory is freed, and the next `backward` starts anew. */
  clearGrad(): void {
    this.setGrad(null);
  }

  /** Sets the gradient to zero and keeps its memory. */
  zeroGrad(): void {
    const gradient = this.grad;
    if (gradient === null) return;
    call('aten::zero_', gradient);
    gradient.dispose();
  }

  /**
   * Adds the gradient of this tensor to `grad` of every leaf it was made from.
   * @param gradient - Gradient of what follows with respect to this tensor; left out for a scalar.
   */
  backward(gradient?: Tensor, options: { retainGraph?: boolean; createGraph?: boolean } = {}): void {
    backward([this], gradient === undefined ? [] : [gradient], options);
  }

  /** The same values outside of autograd's graph, over the same memory. */
  detach(): Tensor {
    return call('aten::detach', this);
  }

  // To JavaScript and to other types and devices --------------------------------------------------------

  /** The value of a tensor with one element. i64 beyond 2^53 loses its last digits. */
  item(): number {
    return this.#ask(bridge => bridge.item(this.handle), 'item');
  }

  /**
   * The elements row by row, in the typed array of the dtype (f16 and bf16 as bits, bool as 0 and 1).
   * @param options.share - Over the tensor's own memory where it is contiguous and on the CPU; the array keeps
   * that memory alive, and sees later changes.
   */
  toTypedArray(options: { share?: boolean } = {}): TypedArray {
    const buffer = this.#ask(
      bridge => bridge.toArrayBuffer(this.handle, options.share ?? false),
      'toTypedArray',
    );
    return viewAs(this.dtype, buffer);
  }

  /** The elements row by row as 32-bit floats, whatever the dtype. */
  toFloat32(): Float32Array {
    if (this.dtype === 'f32') return this.toTypedArray() as Float32Array;
    const converted = this.to({ dtype: 'f32' });
    const values = converted.toTypedArray() as Float32Array;
    converted.dispose();
    return values;
  }

  /** The elements row by row as plain numbers. */
  toArray(): number[] {
    if (this.dtype === 'f16' || this.dtype === 'bf16') return Array.from(this.toFloat32());
    return Array.from(this.toTypedArray(), Number);
  }

  /** This tensor in another dtype or on another device; a new handle to the same tensor if nothing changes. */
  to(target: { dtype?: DType | undefined; device?: string | undefined }): Tensor {
    return call(
      'aten::to.dtype_layout',
      this,
      new Keywords({ dtype: target.dtype ?? null, device: target.device ?? null }),
    );
  }

  clone(): Tensor {
    return call('aten::clone', this);
  }

  /** Laid out row by row; a new handle to the same tensor if it is already. */
  contiguous(memoryFormat: 'contiguous' | 'channels_last' = 'contiguous'): Tensor {
    return call('aten::contiguous', this, new Keywords({ memory_format: memoryFormat }));
  }

  // Arithmetic, element by element, with broadcasting ---------------------------------------------------

  add(other: Operand, alpha = 1): Tensor {
    return alpha === 1
      ? call('aten::add.Tensor', this, other)
      : call('aten::add.Tensor', this, other, new Keywords({ alpha }));
  }
  sub(other: Operand): Tensor {
    return call('aten::sub.Tensor', this, other);
  }
  mul(other: Operand): Tensor {
    return call('aten::mul.Tensor', this, other);
  }
  div(other: Operand): Tensor {
    return call('aten::div.Tensor', this, other);
  }
  pow(exponent: Operand): Tensor {
    return typeof exponent === 'number'
      ? call('aten::pow.Tensor_Scalar', this, exponent)
      : call('aten::pow.Tensor_Tensor', this, exponent);
  }
  maximum(other: Tensor): Tensor {
    return call('aten::maximum', this, other);
  }
  minimum(other: Tensor): Tensor {
    return call('aten::minimum', this, other);
  }
  neg(): Tensor {
    return call('aten::neg', this);
  }
  abs(): Tensor {
    return call('aten::abs', this);
  }
  square(): Tensor {
    return call('aten::square', this);
  }
  sqrt(): Tensor {
    return call('aten::sqrt', this);
  }
  rsqrt(): Tensor {
    return call('aten::rsqrt', this);
  }
  reciprocal(): Tensor {
    return call('aten::reciprocal', this);
  }
  exp(): Tensor {
    return call('aten::exp', this);
  }
  log(): Tensor {
    return call('aten::log', this);
  }
  sin(): Tensor {
    return call('aten::sin', this);
  }
  cos(): Tensor {
    return call('aten::cos', this);
  }
  tanh(): Tensor {
    return call('aten::tanh', this);
  }
  sigmoid(): Tensor {
    return call('aten::sigmoid', this);
  }
  relu(): Tensor {
    return call('aten::relu', this);
  }
  /** Gaussian error linear unit, exact (with erf) or by tanh. */
  gelu(approximate: 'none' | 'tanh' = 'none'): Tensor {
    return call('aten::gelu', this, new Keywords({ approximate }));
  }
  silu(): Tensor {
    return call('aten::silu', this);
  }
  round(): Tensor {
    return call('aten::round', this);
  }
  floor(): Tensor {
    return call('aten::floor', this);
  }
  sign(): Tensor {
    return call('aten::sign', this);
  }
  clamp(low: number | null, high: number | null = null): Tensor {
    return call('aten::clamp', this, low, high);
  }

  // Comparison and choice -------------------------------------------------------------------------------

  eq(other: Operand): Tensor {
    return call('aten::eq.Tensor', this, other);
  }
  ne(other: Operand): Tensor {
    return call('aten::ne.Tensor', this, other);
  }
  lt(other: Operand): Tensor {
    return call('aten::lt.Tensor', this, other);
  }
  gt(other: Operand): Tensor {
    return call('aten::gt.Tensor', this, other);
  }
  le(other: Operand): Tensor {
    return call('aten::le.Tensor', this, other);
  }
  ge(other: Operand): Tensor {
    return call('aten::ge.Tensor', this, other);
  }
  logicalNot(): Tensor {
    return call('aten::logical_not', this);
  }
  logicalAnd(other: Tensor): Tensor {
    return call('aten::logical_and', this, other);
  }
  logicalOr(other: Tensor): Tensor {
    return call('aten::logical_or', this, other);
  }
  /** This where `condition` holds, else `other`. */
  where(condition: Tensor, other: Tensor): Tensor {
    return call('aten::where.self', condition, this, other);
  }
  maskedFill(mask: Tensor, value: number): Tensor {
    return call('aten::masked_fill.Scalar', this, mask, value);
  }
  isNan(): Tensor {
    return call('aten::isnan', this);
  }
  isFinite(): Tensor {
    return call('aten::isfinite', this);
  }

  // Products and reductions -----------------------------------------------------------------------------

  matmul(other: Tensor): Tensor {
    return call('aten::matmul', this, other);
  }
  sum(dims?: Dimensions, keepdim = false): Tensor {
    return dims === undefined
      ? call('aten::sum', this)
      : call('aten::sum.dim_IntList', this, asList(dims), keepdim);
  }
  mean(dims?: Dimensions, keepdim = false): Tensor {
    return dims === undefined
      ? call('aten::mean', this)
      : call('aten::mean.dim', this, asList(dims), keepdim);
  }
  /** Variance; by default the unbiased one, as in PyTorch. */
  variance(dims: Dimensions, options: { unbiased?: boolean; keepdim?: boolean } = {}): Tensor {
    return call('aten::var.dim', this, asList(dims), options.unbiased ?? true, options.keepdim ?? false);
  }
  std(dims: Dimensions, options: { unbiased?: boolean; keepdim?: boolean } = {}): Tensor {
    return call('aten::std.dim', this, asList(dims), options.unbiased ?? true, options.keepdim ?? false);
  }
  /** Largest values over dimensions (over all where left out). */
  amax(dims: Dimensions = [], keepdim = false): Tensor {
    return call('aten::amax', this, asList(dims), keepdim);
  }
  amin(dims: Dimensions = [], keepdim = false): Tensor {
    return call('aten::amin', this, asList(dims), keepdim);
  }
  argmax(dim?: number, keepdim = false): Tensor {
    return call('aten::argmax', this, dim ?? null, keepdim);
  }
  /** The k largest along a dimension, in falling order: [values, indices]. */
  topk(k: number, dim = -1): [Tensor, Tensor] {
    return callTensors('aten::topk', this, k, dim) as [Tensor, Tensor];
  }
  /** Sorted along a dimension: [values, indices]. */
  sort(dim = -1, descending = false): [Tensor, Tensor] {
    return callTensors('aten::sort', this, dim, descending) as [Tensor, Tensor];
  }
  cumsum(dim: number): Tensor {
    return call('aten::cumsum', this, dim);
  }
  any(): Tensor {
    return call('aten::any', this);
  }
  all(): Tensor {
    return call('aten::all', this);
  }
  /** Euclidean norm, over all elements or along dimensions. */
  norm(dims?: Dimensions, keepdim = false): Tensor {
    return call('aten::linalg_vector_norm', this, 2, dims === undefined ? null : asList(dims), keepdim);
  }
  softmax(dim: number): Tensor {
    return call('aten::softmax.int', this, dim);
  }
  logSoftmax(dim: number): Tensor {
    return call('aten::log_softmax.int', this, dim);
  }
  logsumexp(dims: Dimensions, keepdim = false): Tensor {
    return call('aten::logsumexp', this, asList(dims), keepdim);
  }

  // Shape and place -------------------------------------------------------------------------------------

  /** The same elements in another shape; one size may be -1. Copies only where it must. */
  reshape(...shape: number[] | [readonly number[]]): Tensor {
    return call('aten::reshape', this, asShape(shape));
  }
  /** As `reshape`, but never copies. */
  view(...shape: number[] | [readonly number[]]): Tensor {
    return call('aten::view', this, asShape(shape));
  }
  permute(...dims: number[] | [readonly number[]]): Tensor {
    return call('aten::permute', this, asShape(dims));
  }
  transpose(first: number, second: number): Tensor {
    return call('aten::transpose.int', this, first, second);
  }
  unsqueeze(dim: number): Tensor {
    return call('aten::unsqueeze', this, dim);
  }
  squeeze(dim?: number): Tensor {
    return dim === undefined ? call('aten::squeeze', this) : call('aten::squeeze.dim', this, dim);
  }
  /** Repeats dimensions of size 1 without copying. */
  expand(...shape: number[] | [readonly number[]]): Tensor {
    return call('aten::expand', this, asShape(shape));
  }
  repeat(...times: number[] | [readonly number[]]): Tensor {
    return call('aten::repeat', this, asShape(times));
  }
  flatten(start = 0, end = -1): Tensor {
    return call('aten::flatten.using_ints', this, start, end);
  }
  flip(...dims: number[] | [readonly number[]]): Tensor {
    return call('aten::flip', this, asShape(dims));
  }
  /** One index of a dimension, which is gone in the result. */
  select(dim: number, index: number): Tensor {
    return call('aten::select.int', this, dim, index);
  }
  /** Indices `start` to before `end` of a dimension. */
  slice(dim: number, start: number | null = null, end: number | null = null, step = 1): Tensor {
    return call('aten::slice.Tensor', this, dim, start, end, step);
  }
  /** Equal parts along a dimension (the last may be smaller). */
  chunk(count: number, dim = 0): Tensor[] {
    return callTensors('aten::chunk', this, count, dim) as Tensor[];
  }
  split(size: number, dim = 0): Tensor[] {
    return callTensors('aten::split.Tensor', this, size, dim) as Tensor[];
  }
  unbind(dim = 0): Tensor[] {
    return callTensors('aten::unbind.int', this, dim) as Tensor[];
  }
  indexSelect(dim: number, index: Tensor): Tensor {
    return call('aten::index_select', this, dim, index);
  }
  /** As `self[indices]` in PyTorch; null for a whole dimension. Masks of type bool select too. */
  index(indices: readonly (Tensor | null)[]): Tensor {
    return call('aten::index.Tensor', this, indices);
  }
  gather(dim: number, index: Tensor): Tensor {
    return call('aten::gather', this, dim, index);
  }
  diagonal(offset = 0): Tensor {
    return call('aten::diagonal', this, offset);
  }
  triu(diagonal = 0): Tensor {
    return call('aten::triu', this, diagonal);
  }
  tril(diagonal = 0): Tensor {
    return call('aten::tril', this, diagonal);
  }

  // In place --------------------------------------------------------------------------------------------

  add_(other: Operand, alpha = 1): this {
    if (alpha === 1) call('aten::add_.Tensor', this, other);
    else call('aten::add_.Tensor', this, other, new Keywords({ alpha }));
    return this;
  }
  sub_(other: Operand): this {
    call('aten::sub_.Tensor', this, other);
    return this;
  }
  mul_(other: Operand): this {
    call('aten::mul_.Tensor', this, other);
    return this;
  }
  div_(other: Operand): this {
    call('aten::div_.Tensor', this, other);
    return this;
  }
  /** Takes the values of `source`, in this tensor's dtype and device. */
  copy_(source: Tensor): this {
    call('aten::copy_', this, source);
    return this;
  }
  zero_(): this {
    call('aten::zero_', this);
    return this;
  }
  fill_(value: number): this {
    call('aten::fill_.Scalar', this, value);
    return this;
  }
  clamp_(low: number | null, high: number | null = null): this {
    call('aten::clamp_', this, low, high);
    return this;
  }
  maskedFill_(mask: Tensor, value: number): this {
    call('aten::masked_fill_.Scalar', this, mask, value);
    return this;
  }
  indexCopy_(dim: number, index: Tensor, source: Tensor): this {
    call('aten::index_copy_', this, dim, index, source);
    return this;
  }
  uniform_(low = 0, high = 1): this {
    call('aten::uniform_', this, low, high);
    return this;
  }
  normal_(mean = 0, deviation = 1): this {
    call('aten::normal_', this, mean, deviation);
    return this;
  }

  #ask<R>(question: (bridge: ReturnType<typeof native>) => R, name: string): R {
    try {
      return question(native());
    } catch (error) {
      throw asTensorError(name, [this], error);
    }
  }
}

const wrap = (handle: number) => new Tensor(handle);

/** Arguments by name for {@link call}: `call('aten::add.Tensor', x, y, kwargs({ alpha: 2 }))`. */
export function kwargs(values: Readonly<Record<string, Argument>>): Keywords {
  return new Keywords(values);
}

/**
 * Calls any operator of libtorch that gives one tensor, by the name in its schema:
 * `call('aten::conv2d', x, weight, bias, [1, 1])`. Left-out arguments have the schema's defaults; enumerations
 * are words (`f32`, `channels_last`, `cpu`). A result that is an argument (in place, out) is that same object.
 * @throws TensorError naming the operator and what it was given.
 */
export function call(name: string, ...args: readonly (Argument | Keywords)[]): Tensor {
  const result = invoke(name, args, wrap);
  if (result instanceof Tensor) return result;
  return fail(name, 'it does not give one tensor', args, 'use callTensors or callValue');
}

/** Calls an operator that gives several tensors, or a list of them; null for those it leaves undefined. */
export function callTensors(name: string, ...args: readonly (Argument | Keywords)[]): (Tensor | null)[] {
  const result = invoke(name, args, wrap);
  if (Array.isArray(result) && result.every(item => item === null || item instanceof Tensor)) {
    return result as (Tensor | null)[];
  }
  return fail(name, 'it does not give several tensors', args, 'use call or callValue');
}

/** Calls an operator that gives anything, or nothing. */
export function callValue(name: string, ...args: readonly (Argument | Keywords)[]): Result<Tensor> {
  return invoke(name, args, wrap);
}

/** Backward from several tensors at once; see {@link Tensor.backward}. */
export function backward(
  tensors: readonly Tensor[],
  gradients: readonly (Tensor | null)[] = [],
  options: { retainGraph?: boolean; createGraph?: boolean; inputs?: readonly Tensor[] } = {},
): void {
  const create = options.createGraph ?? false;
  try {
    native().backward(
      handlesOf(tensors),
      handlesOf(gradients),
      options.retainGraph ?? create,
      create,
      handlesOf(options.inputs ?? []),
    );
  } catch (error) {
    throw asTensorError('backward', tensors, error);
  }
}

/**
 * Gradients of the sum of `outputs` with respect to `inputs`, without touching `grad` of any tensor.
 * @returns One for each input; null where `allowUnused` and the outputs do not depend on it.
 */
export function gradientsOf(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options: {
    gradients?: readonly (Tensor | null)[];
    retainGraph?: boolean;
    createGraph?: boolean;
    allowUnused?: boolean;
  } = {},
): (Tensor | null)[] {
  const create = options.createGraph ?? false;
  try {
    const found = native().gradients(
      handlesOf(outputs),
      handlesOf(inputs),
      handlesOf(options.gradients ?? []),
      options.retainGraph ?? create,
      create,
      options.allowUnused ?? false,
    );
    return Array.from(found, handle => (handle === 0 ? null : new Tensor(handle)));
  } catch (error) {
    throw asTensorError('gradientsOf', [outputs, inputs], error);
  }
}

function asList(dims: Dimensions): readonly number[] {
  return typeof dims === 'number' ? [dims] : dims;
}

function asShape(shape: readonly number[] | readonly [readonly number[]]): readonly number[] {
  return Array.isArray(shape[0]) ? shape[0] : (shape as readonly number[]);
}

function fail(operator: string, fault: string, args: readonly (Argument | Keywords)[], mend?: string): never {
  const error = asTensorError(operator, args, new Error(fault));
  throw mend === undefined || !(error instanceof TensorError)
    ? error
    : new TensorError({ operator, fault, shapes: error.shapes, mend });
}
