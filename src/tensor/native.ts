import { availableParallelism } from 'node:os';
import { loadAddon } from '../base/index.js';

/** What the bridge takes as an argument of an operator. A Float64Array is a list of tensor handles, 0 for none. */
export type NativeValue =
  | number
  | bigint
  | boolean
  | string
  | null
  | undefined
  | Float64Array
  | readonly NativeValue[];

/** How to call one operator. */
export interface NativeOperator {
  readonly id: number;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: string;
    readonly keywordOnly: boolean;
  }[];
  /** One letter a result: `t` tensor, `l` list of tensors, `v` any other value. */
  readonly returns: string;
  readonly schema: string;
}

/** What native/distributed.cpp exports. Groups, works and reducers are numbers too. */
export interface DistributedBridge {
  joinGroup(
    host: string,
    port: number,
    rank: number,
    size: number,
    timeoutMs: number,
    serve: boolean,
    prefix: string,
    nccl: boolean,
  ): Promise<number>;
  leaveGroup(group: number): Promise<void>;
  allReduce(group: number, tensors: Float64Array, operation: string): number;
  broadcast(group: number, tensors: Float64Array, root: number): number;
  allGather(group: number, tensor: number): [work: number, tensors: Float64Array];
  waitWork(group: number, work: number): void;
  awaitWork(group: number, work: number): Promise<void>;
  sumOverRanks(group: number, tensor: number): number;
  makeReducer(group: number, parameters: Float64Array, bucketBytes: number): number;
  bucketCount(reducer: number): number;
  beginReducer(reducer: number): void;
  finishReducer(reducer: number): void;
  dropReducer(reducer: number): void;
  hasNccl(): boolean;
}

/** What native/bridge.cpp exports. Tensors are handles: whole numbers, 0 for an undefined tensor. */
export interface Bridge extends DistributedBridge {
  resolve(name: string, overload: string): NativeOperator | undefined;
  overloads(name?: string): string[];
  fits(operator: number, tensorMask: number, strict: boolean, ...values: NativeValue[]): boolean;
  call(operator: number, tensorMask: number, ...values: NativeValue[]): unknown;
  release(...handles: number[]): void;
  releaseAll(handles: Float64Array, count: number): void;
  adopt(handle: number): void;
  live(): number;
  shape(handle: number): number[];
  strides(handle: number): number[];
  count(handle: number): number;
  dtype(handle: number): string;
  device(handle: number): string;
  requiresGrad(handle: number): boolean;
  setRequiresGrad(handle: number, on: boolean): void;
  grad(handle: number): number;
  setGrad(handle: number, gradient: number): void;
  item(handle: number): number;
  fromTypedArray(data: ArrayBufferView, shape: readonly number[], dtype: string, share: boolean): number;
  toArrayBuffer(handle: number, share: boolean): ArrayBuffer;
  backward(
    tensors: Float64Array,
    gradients: Float64Array,
    retain: boolean,
    create: boolean,
    inputs: Float64Array,
  ): void;
  gradients(
    outputs: Float64Array,
    inputs: Float64Array,
    gradients: Float64Array,
    retain: boolean,
    create: boolean,
    allowUnused: boolean,
  ): Float64Array;
  setGradMode(on: boolean): boolean;
  autocast(device: string, enabled: boolean, dtype: string): [boolean, string];
  seed(seed: number | bigint): void;
  randomState(device: string): number;
  setRandomState(device: string, handle: number): void;
  setThreads(count: number): void;
  threads(): number;
  about(): { version: string; config: string; cuda: boolean; cudaDevices: number };
}

let loaded: Bridge | undefined;

/**
 * The native bridge, loaded on first use.
 * @throws SetupError where it was not built, or its libtorch is gone.
 */
export function native(): Bridge {
  loaded ??= load();
  return loaded;
}

function load(): Bridge {
  // GNU OpenMP's threads wait for one another in a busy loop of about a millisecond. Where anything else wants
  // the processors, each small operator then waits for a loop to end: a tiny network ran six times slower.
  if (!process.env.OMP_WAIT_POLICY) process.env.GOMP_SPINCOUNT ??= '20000';
  const hint = 'libtorch may have moved or changed since';
  const bridge = loadAddon('bridge', 'the bridge to libtorch', hint) as Bridge;
  // libtorch counts the cores that it recognises, which on virtual machines is often one.
  if (!process.env.OMP_NUM_THREADS) bridge.setThreads(availableParallelism());
  return bridge;
}
