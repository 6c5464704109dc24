import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { InputError, messageOf, parseAs, replaceFile } from '../base/index.js';
import { empty, fromFile } from './create.js';
import { bytesPerElement, type DType } from './dtype.js';
import { TensorError } from './error.js';
import { noGrad } from './modes.js';
import { scope } from './ownership.js';
import { call, type Tensor } from './tensor.js';

// The format: https://huggingface.co/docs/safetensors (eight bytes with the length of a JSON header, the header,
// then the tensors' bytes without gaps). The limit on the header is the reference implementation's.
const HEADER_LIMIT = 100_000_000;

const dtypes: Readonly<Record<string, DType>> = {
  F64: 'f64',
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  I64: 'i64',
  I32: 'i32',
  I16: 'i16',
  I8: 'i8',
  U8: 'u8',
  BOOL: 'bool',
};

const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const headerEntry = z.object({
  dtype: z.string(),
  shape: z.array(size).max(64),
  data_offsets: z.tuple([size, size]),
});
const headerMetadata = z.record(z.string(), z.string());

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** What a weight file holds. */
export interface Weights {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Record<string, string>;
}

/**
 * Reads a safetensors file. The tensors are views of the mapped file: nothing is copied until it is used, and
 * writing to them does not change the file. The file must not be cut short while they live.
 * @throws InputError for a file that is not exactly what its header says.
 */
export function readSafetensors(path: string): Weights {
  const { entries, metadata, dataStart, fileSize } = readHeader(path);
  const tensors = noGrad(() =>
    scope(() => {
      const found = new Map<string, Tensor>();
      if (entries.length === 0) return found;
      const bytes = fromFile(path, { shape: [fileSize], dtype: 'u8' });
      for (const entry of entries) {
        found.set(
          entry.name,
          viewOf(bytes, { ...entry, start: dataStart + entry.start, end: dataStart + entry.end }),
        );
      }
      return found;
    }),
  );
  return { tensors, metadata };
}

/**
 * Writes tensors as a safetensors file, in one step. Same tensors and metadata give the same bytes.
 * @param metadata - Free text by name, for example the source of the weights.
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header.__metadata__ = sorted(Object.entries(metadata));
  // Wide elements first, so that every tensor starts at a multiple of its element size.
  const order = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      bytesPerElement[b.dtype] - bytesPerElement[a.dtype] || (nameA < nameB ? -1 : 1),
  );
  let offset = 0;
  for (const [name, tensor] of order) {
    if (name === '__metadata__') {
      throw new TensorError({
        operator: 'writeSafetensors',
        fault: 'a tensor is named "__metadata__", which the format keeps for itself',
        mend: 'rename it',
      });
    }
    const end = offset + tensor.numel * bytesPerElement[tensor.dtype];
    header[name] = { dtype: tensor.dtype.toUpperCase(), shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  await replaceFile(path, async temporary => {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(padded);
      for (const [, tensor] of order) {
        const values = tensor.toTypedArray({ share: true });
        await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      }
    } finally {
      await file.close();
    }
  });
}

function readHeader(path: string): {
  entries: Entry[];
  metadata: Record<string, string>;
  dataStart: number;
  fileSize: number;
} {
  const { text, fileSize } = readHeaderText(path);
  const dataStart = 8 + Buffer.byteLength(text);
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw broken(path, `the header is not JSON: ${messageOf(error)}`);
  }
  if (!text.startsWith('{') || typeof header !== 'object' || header === null) {
    throw broken(path, 'the header is not a JSON object');
  }
  refuseDuplicateKeys(path, text);
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = parseAs(headerMetadata, value, `${path}, __metadata__`);
    else entries.push(parseEntry(path, name, value));
  }
  refuseGaps(path, entries, fileSize - dataStart);
  return { entries, metadata, dataStart, fileSize };
}

function readHeaderText(path: string): { text: string; fileSize: number } {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw new InputError({ file: path, fault: messageOf(error), mend: 'check the path', cause: error });
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw broken(path, 'it is not a file');
    const prefix = readBytes(path, descriptor, 8, 0);
    const length = prefix.readBigUInt64LE();
    if (length > BigInt(HEADER_LIMIT)) {
      throw broken(path, `the header claims ${length} bytes, more than the ${HEADER_LIMIT} allowed`);
    }
    if (Number(length) > status.size - 8) throw broken(path, 'the file ends inside its header');
    const header = readBytes(path, descriptor, Number(length), 8);
    return { text: decodeUtf8(path, header), fileSize: status.size };
  } finally {
    closeSync(descriptor);
  }
}

function readBytes(path: string, descriptor: number, count: number, position: number): Buffer {
  const bytes = Buffer.alloc(count);
  let done = 0;
  while (done < count) {
    const got = readSync(descriptor, bytes, done, count - done, position + done);
    if (got === 0) throw broken(path, 'the file ends inside its header');
    done += got;
  }
  return bytes;
}

function decodeUtf8(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw broken(path, 'the header is not UTF-8');
  }
}

function parseEntry(path: string, name: string, value: unknown): Entry {
  const entry = parseAs(headerEntry, value, `${path}, tensor "${name}"`);
  if (!Object.hasOwn(dtypes, entry.dtype)) {
    throw broken(path, `tensor "${name}" has the dtype ${entry.dtype}`, {
      mend: `convert it to one of: ${Object.keys(dtypes).join(', ')}`,
    });
  }
  const dtype = dtypes[entry.dtype]!;
  const [start, end] = entry.data_offsets;
  // In floats, the product of sizes can only be too large, never wrap around.
  const bytes = entry.shape.reduce((product, each) => product * each, bytesPerElement[dtype]);
  if (end - start !== bytes) {
    throw broken(
      path,
      `tensor "${name}" (${dtype}, [${entry.shape.join(', ')}]) needs ${bytes} bytes, its offsets hold ${end - start}`,
    );
  }
  return { name, dtype, shape: entry.shape, start, end };
}

/** The tensors must fill the data exactly: no overlap that aliases, no hole that hides something. */
function refuseGaps(path: string, entries: readonly Entry[], dataSize: number): void {
  let position = 0;
  for (const entry of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start < position) throw broken(path, `tensor "${entry.name}" overlaps the one before it`);
    if (entry.start > position) throw broken(path, `there is a hole before tensor "${entry.name}"`);
    position = entry.end;
  }
  if (position > dataSize) {
    throw broken(path, `the tensors need ${position} bytes, the file holds ${dataSize}: it is cut short`);
  }
  if (position < dataSize) throw broken(path, `there are ${dataSize - position} bytes after the last tensor`);
}

/** JSON.parse silently takes the last of several equal keys. `text` is known to be valid JSON. */
function refuseDuplicateKeys(path: string, text: string): void {
  const open: (Set<string> | null)[] = [];
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g;
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const key: string = JSON.parse(token.slice(0, -colon.length));
      const keys = open.at(-1);
      if (keys?.has(key)) throw broken(path, `the header names "${key}" twice`);
      keys?.add(key);
    }
  }
}

/** The tensor of an entry whose offsets count from the start of the file. */
function viewOf(bytes: Tensor, entry: Entry): Tensor {
  if (entry.start === entry.end) return empty(entry.shape, { dtype: entry.dtype });
  const part = bytes.slice(0, entry.start, entry.end);
  if (entry.dtype === 'u8') return part.view(entry.shape);
  // Any byte but 0 is true; taken as they are, other bytes than 0 and 1 would be undefined as C++ bool.
  if (entry.dtype === 'bool') return part.ne(0).view(entry.shape);
  const aligned = entry.start % bytesPerElement[entry.dtype] === 0 ? part : part.clone();
  return call('aten::view.dtype', aligned, entry.dtype).view(entry.shape);
}

function sorted(entries: readonly [string, string][]): Record<string, string> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function broken(path: string, fault: string, options: { mend?: string } = {}): InputError {
  return new InputError({
    file: path,
    fault,
    mend: options.mend ?? 'fetch or write the weights again',
  });
}
