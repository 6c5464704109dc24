import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DicomFault } from '../fault.js';

/** The part of WebAssembly that is used here; TypeScript declares it for browsers only. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}
type WasmBinary = Readonly<Record<never, never>>;
interface WasmApi {
  readonly Memory: { new (size: { initial: number }): WasmMemory; readonly prototype: WasmMemory };
  readonly Module: new (bytes: Uint8Array) => WasmBinary;
  readonly Instance: new (binary: WasmBinary, imports: unknown) => WasmInstance;
}
const wasm = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

/** What one of Cornerstone's decoders offers; made by Emscripten's embind. */
interface EmbindDecoder {
  /** Memory for that many compressed bytes. */
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /** A view of the decoder's memory, valid until the next call. */
  getDecodedBuffer(): Uint8Array<ArrayBuffer> | Uint8ClampedArray<ArrayBuffer>;
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
  getInterleaveMode?(): number;
  delete(): void;
}

type EmbindModule = Readonly<Record<string, new () => EmbindDecoder>>;

/** Emscripten's way in: it takes hooks and resolves to the module with the classes. */
type EmbindFactory = (hooks: {
  instantiateWasm(imports: unknown, received: (instance: WasmInstance) => void): WasmInstance['exports'];
  print(line: string): void;
  printErr(line: string): void;
}) => Promise<EmbindModule>;

/** What a codec gave back. */
export interface Decoded {
  /** Values pixel by pixel, or plane by plane where `planar`. */
  readonly values: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly planar: boolean;
}

const require = createRequire(import.meta.url);
/** Memory, in MiB, beyond which an instance is given up after its picture: WebAssembly never gives memory back. */
const KEPT_MEGABYTES = 128;

/** A codec compiled to WebAssembly, whose memory is bounded and whose faults leave nothing behind. */
export class WebAssemblyCodec {
  readonly #packageName: string;
  readonly #decoder: string;
  #compiled: { factory: EmbindFactory; binary: WasmBinary } | undefined;
  #instance: { classes: EmbindModule; memory: WasmMemory } | undefined;
  #mostPages = 0;

  /**
   * @param packageName - The npm package, which exports `decodewasmjs` and `decodewasm`.
   * @param decoder - The class in it.
   */
  constructor(packageName: string, decoder: string) {
    this.#packageName = packageName;
    this.#decoder = decoder;
  }

  /**
   * Decodes one picture. Calls must not overlap.
   * @throws DicomFault where the codec refuses the bytes, breaks down, or needs more than `megabytes` MiB.
   */
  async decode(bytes: Uint8Array, megabytes: number): Promise<Decoded> {
    this.#mostPages = megabytes * 16;
    this.#instance ??= await this.#instantiate();
    const { classes, memory } = this.#instance;
    let decoder: EmbindDecoder | undefined;
    try {
      decoder = new classes[this.#decoder]!();
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.decode();
      const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
      const planar = componentCount > 1 && decoder.getInterleaveMode?.() === 0;
      const view = decoder.getDecodedBuffer();
      const count = width * height * componentCount;
      // OpenJPEG ends without an error and without a picture where it gets no memory.
      if (count === 0 || view.length < (bitsPerSample > 8 ? 2 : 1) * count) throw refused();
      // A copy: the view is of the codec's memory. Little-endian, as WebAssembly and all of Node's machines are.
      const copy = view.slice(0, (bitsPerSample > 8 ? 2 : 1) * count).buffer;
      const values = bitsPerSample > 8 ? new Uint16Array(copy) : new Uint8Array(copy);
      decoder.delete();
      if (memory.buffer.byteLength > KEPT_MEGABYTES * 2 ** 20) this.#instance = undefined;
      return { values, width, height, components: componentCount, planar };
    } catch {
      // After a fault its memory may hold anything.
      this.#instance = undefined;
      throw refused();
    }
  }

  async #instantiate(): Promise<{ classes: EmbindModule; memory: WasmMemory }> {
    this.#compiled ??= {
      factory: require(`${this.#packageName}/decodewasmjs`) as EmbindFactory,
      binary: new wasm.Module(readFileSync(require.resolve(`${this.#packageName}/decodewasm`))),
    };
    const { factory, binary } = this.#compiled;
    let memory: WasmMemory | undefined;
    const classes = await factory({
      instantiateWasm: (imports, received) => {
        const instance = new wasm.Instance(binary, imports);
        memory = Object.values(instance.exports).find(value => value instanceof wasm.Memory);
        if (memory !== undefined) this.#bound(memory);
        received(instance);
        return instance.exports;
      },
      // What codecs print would be about the file.
      print: () => {},
      printErr: () => {},
    });
    if (memory === undefined) throw new TypeError(`${this.#packageName} exports no memory`);
    return { classes, memory };
  }

  /** Emscripten's allocator grows memory through this object alone; it takes a failure as "no more memory". */
  #bound(memory: WasmMemory): void {
    Object.defineProperty(memory, 'grow', {
      value: (pages: number) => {
        if (memory.buffer.byteLength / 65_536 + pages > this.#mostPages)
          throw new RangeError('over the limit');
        return wasm.Memory.prototype.grow.call(memory, pages);
      },
    });
  }
}

function refused(): DicomFault {
  return new DicomFault('its compressed pixels cannot be decoded');
}
