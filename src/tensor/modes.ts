import { readFileSync } from 'node:fs';
import { asTensorError } from './dispatch.js';
import type { DType } from './dtype.js';
import { native } from './native.js';
import { refusePromise } from './ownership.js';
import { Tensor } from './tensor.js';

/** Runs `work` without recording for autograd. Not for async functions. */
export function noGrad<T>(work: () => T): T {
  return withGradMode(false, work);
}

/** Runs `work` with recording, also inside {@link noGrad}. */
export function enableGrad<T>(work: () => T): T {
  return withGradMode(true, work);
}

/**
 * Runs `work` with products and convolutions in half precision and the rest in f32. Not for async functions.
 * @param options.device - `cpu` or `cuda`.
 * @param options.dtype - bf16, or f16 on CUDA.
 */
export function autocast<T>(
  options: { device?: string; dtype?: DType; enabled?: boolean },
  work: () => T,
): T {
  const device = options.device ?? 'cpu';
  const set = (enabled: boolean, dtype: string) => {
    try {
      return native().autocast(device, enabled, dtype);
    } catch (error) {
      throw asTensorError('autocast', [device, dtype], error);
    }
  };
  const before = set(options.enabled ?? true, options.dtype ?? 'bf16');
  try {
    const result = work();
    refusePromise(result, 'autocast');
    return result;
  } finally {
    set(...before);
  }
}

/** Seeds libtorch's generators on every device. Draws for data come from `Random` in base instead. */
export function manualSeed(seed: number): void {
  ask('manualSeed', () => native().seed(seed));
}

/** The state of a device's generator, to be stored in a checkpoint (u8). */
export function getRandomState(device = 'cpu'): Tensor {
  return ask('getRandomState', () => new Tensor(native().randomState(device)));
}

export function setRandomState(state: Tensor, device = 'cpu'): void {
  ask('setRandomState', () => native().setRandomState(device, state.handle), [state]);
}

/** How many processors one operator may use. */
export function setThreads(count: number): void {
  ask('setThreads', () => native().setThreads(count));
}

export function threads(): number {
  return native().threads();
}

/** For example `1.13.0` or `2.15.0`. */
export function libtorchVersion(): string {
  return native().about().version;
}

/** How libtorch was built, over several lines. */
export function libtorchConfig(): string {
  return native().about().config;
}

export function cudaAvailable(): boolean {
  return native().about().cuda;
}

export function cudaDeviceCount(): number {
  return native().about().cudaDevices;
}

/**
 * Whether a device multiplies bf16 numbers in hardware, so that `autocast` pays. For the CPU that is AVX-512
 * BF16 or AMX: on an AMD EPYC with it, a training step of a ResNet-18 took 365 ms of processor time instead of
 * 639; without it, bf16 is slower than f32. False where the system does not tell. True for CUDA, where the
 * generations since Ampere (2020) have it.
 * @param device - `cpu`, `cuda` or `cuda:0`.
 */
export function hasFastBf16(device = 'cpu'): boolean {
  if (device.startsWith('cuda')) return true;
  try {
    return /\bavx512_bf16\b|\bamx_bf16\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

/**
 * The library that does matrix products, as loaded in this process. `reference` is the plain one of Debian's
 * libblas3, about 20 times slower than OpenBLAS. `built in` where libtorch brings its own (MKL in PyPI's builds).
 */
export function blasLibrary(): { name: 'openblas' | 'mkl' | 'reference' | 'built in'; path: string | null } {
  native();
  let maps = '';
  try {
    maps = readFileSync('/proc/self/maps', 'utf8');
  } catch {
    return { name: libtorchConfig().includes('BLAS_INFO=mkl') ? 'mkl' : 'built in', path: null };
  }
  const paths = new Set(maps.match(/\/\S+$/gm) ?? []);
  const find = (pattern: RegExp) => [...paths].find(path => pattern.test(path)) ?? null;
  const open = find(/openblas/);
  if (open !== null) return { name: 'openblas', path: open };
  const mkl = find(/libmkl/);
  if (mkl !== null || libtorchConfig().includes('BLAS_INFO=mkl')) return { name: 'mkl', path: mkl };
  const reference = find(/\/libblas\.so/);
  return reference !== null ? { name: 'reference', path: reference } : { name: 'built in', path: null };
}

function withGradMode<T>(on: boolean, work: () => T): T {
  const before = native().setGradMode(on);
  try {
    const result = work();
    refusePromise(result, on ? 'enableGrad' : 'noGrad');
    return result;
  } finally {
    native().setGradMode(before);
  }
}

function ask<R>(name: string, question: () => R, given: readonly Tensor[] = []): R {
  try {
    return question();
  } catch (error) {
    throw asTensorError(name, given, error);
  }
}
