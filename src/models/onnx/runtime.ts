import { basename } from 'node:path';
import { SetupError } from '../../base/index.js';

/** What is used of onnxruntime: its native and its WebAssembly packages have this in common. */
interface RuntimeModule {
  readonly InferenceSession: { create(path: string, options: object): Promise<RuntimeSession> };
  readonly Tensor: new (type: string, data: unknown, shape: readonly number[]) => RuntimeTensor;
}

interface RuntimeSession {
  run(feeds: Record<string, RuntimeTensor>): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}

interface RuntimeTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** A tensor that goes into a network. */
export type Feed =
  | { readonly element: 'float32'; readonly data: Float32Array; readonly shape: readonly number[] }
  | { readonly element: 'uint8'; readonly data: Uint8Array; readonly shape: readonly number[] }
  | { readonly element: 'int64'; readonly data: BigInt64Array; readonly shape: readonly number[] };

/** Numbers that came out of a network. */
export interface Result {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** The native package is faster; the other is one build for all platforms. */
const PACKAGES = ['onnxruntime-node', 'onnxruntime-web'] as const;

/** onnxruntime, as it is installed beside synray. */
export class OnnxRuntime {
  private constructor(
    readonly name: (typeof PACKAGES)[number],
    private readonly module: RuntimeModule,
  ) {}

  /** @throws SetupError when none of the packages is there. */
  static async find(): Promise<OnnxRuntime> {
    for (const name of PACKAGES) {
      const module: unknown = await import(name).catch(() => undefined);
      if (isRuntime(module)) return new OnnxRuntime(name, module);
    }
    throw new SetupError({
      fault: 'onnxruntime is not installed, so what was written could not be checked',
      mend: 'npm install onnxruntime-node, or give --no-check',
    });
  }

  /**
   * Opens an `.onnx` file.
   * @param weights - The file beside it that holds its weights, where there is one.
   */
  async open(file: string, weights: string | undefined): Promise<OnnxSession> {
    // The native package finds the weights by itself; the other has no file system to look in.
    const outside = weights === undefined ? [] : [{ path: basename(weights), data: weights }];
    const external = this.name === 'onnxruntime-web' ? { externalData: outside } : {};
    const session = await this.module.InferenceSession.create(file, {
      executionProviders: [this.name === 'onnxruntime-web' ? 'wasm' : 'cpu'],
      logSeverityLevel: 3,
      ...external,
    });
    return new OnnxSession(this.module, session);
  }
}

/** A network in onnxruntime. */
export class OnnxSession {
  constructor(
    private readonly module: RuntimeModule,
    private readonly session: RuntimeSession,
  ) {}

  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Result>> {
    const { Tensor } = this.module;
    const given = Object.entries(feeds).map(([name, { element, data, shape }]) => {
      return [name, new Tensor(element, data, shape)] as const;
    });
    const found = await this.session.run(Object.fromEntries(given));
    return Object.fromEntries(
      Object.entries(found).map(([name, { data, dims }]) => {
        if (!(data instanceof Float32Array)) throw new TypeError(`output ${name} is not of 32-bit floats`);
        return [name, { values: data, shape: dims }];
      }),
    );
  }

  close(): Promise<void> {
    return this.session.release();
  }
}

function isRuntime(module: unknown): module is RuntimeModule {
  return typeof module === 'object' && module !== null && 'InferenceSession' in module && 'Tensor' in module;
}
