import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../base/index.js';
import {
  arange,
  type DType,
  readSafetensors,
  type Tensor,
  TensorError,
  tensor,
  writeSafetensors,
} from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'synray-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const fresh = () => join(folder, `${count++}.safetensors`);

/** A file with this header, as text or to be turned into JSON, and this many bytes of data. */
function fileOf(header: unknown, dataBytes = 0): string {
  const path = fresh();
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, Buffer.alloc(dataBytes, 1)]));
  return path;
}

function emptyFile(): string {
  const path = fresh();
  writeFileSync(path, '');
  return path;
}

const entry = (dtype: string, shape: number[], start: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

describe('safetensors', () => {
  it('come back as they were written, in every dtype, with metadata', async () => {
    const dtypes: DType[] = ['f32', 'f64', 'f16', 'bf16', 'i64', 'i32', 'i16', 'i8', 'u8', 'bool'];
    const tensors = new Map<string, Tensor>(
      dtypes.map(
        dtype =>
          [
            `a.${dtype}`,
            tensor(
              [
                [0, 1, 2],
                [3, 1, 0],
              ],
              { dtype },
            ),
          ] as const,
      ),
    );
    tensors.set('empty', tensor([], { shape: [0, 3] }));
    tensors.set('scalar', tensor(5));
    tensors.set('transposed', arange(6, { dtype: 'f32' }).view(2, 3).transpose(0, 1));
    const path = fresh();
    await writeSafetensors(path, tensors, { source: 'test', é: '✓' });
    const back = readSafetensors(path);
    expect(back.metadata).toEqual({ source: 'test', é: '✓' });
    expect([...back.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, value] of tensors) {
      const read = back.tensors.get(name)!;
      expect([read.dtype, read.shape, read.toArray()]).toEqual([value.dtype, value.shape, value.toArray()]);
    }
  });

  it('are the same bytes for the same tensors, whatever the order', async () => {
    const [one, two] = [tensor([1, 2]), tensor([3], { dtype: 'i64' })];
    const [first, second] = [fresh(), fresh()];
    await writeSafetensors(
      first,
      new Map([
        ['x', one],
        ['y', two],
      ]),
      { b: '1', a: '2' },
    );
    await writeSafetensors(
      second,
      new Map([
        ['y', two],
        ['x', one],
      ]),
      { a: '2', b: '1' },
    );
    expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
  });

  it('are mapped: writing to a tensor leaves the file alone', async () => {
    const path = fresh();
    await writeSafetensors(path, new Map([['x', tensor([1, 2])]]));
    readSafetensors(path).tensors.get('x')!.fill_(9);
    expect(readSafetensors(path).tensors.get('x')!.toArray()).toEqual([1, 2]);
  });

  it('are read also where a tensor does not start at a multiple of its element size', () => {
    const path = fileOf({ a: entry('U8', [1], 0, 1), b: entry('I32', [1], 1, 5) }, 5);
    expect(readSafetensors(path).tensors.get('b')!.toArray()).toEqual([0x01010101]);
  });

  it('leave nothing behind when writing fails', async () => {
    const gone = tensor([1]);
    gone.dispose();
    await expect(writeSafetensors(fresh(), new Map([['x', gone]]))).rejects.toThrow(TensorError);
    await expect(writeSafetensors(fresh(), new Map([['__metadata__', tensor([1])]]))).rejects.toThrow(
      /keeps/,
    );
    expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  const faults: [string, () => string, RegExp][] = [
    ['no file', () => join(folder, 'absent'), /ENOENT/],
    ['a folder', () => folder, /not a file|EISDIR/],
    ['an empty file', () => emptyFile(), /ends inside/],
    ['a header that is not JSON', () => fileOf('{"a":'), /not JSON/],
    ['a header that is a list', () => fileOf('[]'), /not a JSON object/],
    [
      'a hole',
      () => fileOf({ a: entry('U8', [1], 0, 1), b: entry('U8', [1], 2, 3) }, 3),
      /hole before tensor "b"/,
    ],
    ['an overlap', () => fileOf({ a: entry('U8', [2], 0, 2), b: entry('U8', [2], 1, 3) }, 3), /"b" overlaps/],
    ['bytes left over', () => fileOf({ a: entry('U8', [1], 0, 1) }, 2), /1 bytes after/],
    ['data cut short', () => fileOf({ a: entry('U8', [4], 0, 4) }, 2), /cut short/],
    ['an offset that runs backwards', () => fileOf({ a: entry('U8', [1], 2, 1) }, 2), /needs 1 bytes/],
    ['a shape that disagrees', () => fileOf({ a: entry('F32', [3], 0, 8) }, 8), /needs 12 bytes/],
    ['a shape that overflows', () => fileOf({ a: entry('F32', [2 ** 40, 2 ** 40], 0, 0) }), /needs/],
    ['a negative size', () => fileOf({ a: entry('F32', [-1], 0, 0) }), /tensor "a".*shape/],
    ['an unknown dtype', () => fileOf({ a: entry('F8_E4M3', [1], 0, 1) }, 1), /F8_E4M3/],
    ['a dtype out of the prototype', () => fileOf({ a: entry('toString', [1], 0, 1) }, 1), /toString/],
    ['metadata that is not text', () => fileOf({ __metadata__: { a: 1 } }), /__metadata__/],
    ['a name given twice', () => fileOf(`{"a":${J('U8')},"\\u0061":${J('U8')}}`, 1), /"a" twice/],
  ];
  const J = (dtype: string) => JSON.stringify(entry(dtype, [1], 0, 1));
  it.each(faults)('are refused with %s', (_, make, message) => {
    const read = () => readSafetensors(make());
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
  });

  it('are refused with a header over the limit, before it is read', () => {
    const path = fresh();
    const length = Buffer.alloc(16);
    length.writeBigUInt64LE(100_000_001n);
    writeFileSync(path, length);
    expect(() => readSafetensors(path)).toThrow(/more than the 100000000 allowed/);
  });

  it('give an InputError or tensors, whatever byte is broken', async () => {
    const path = fresh();
    await writeSafetensors(
      path,
      new Map([
        ['x', tensor([1, 2])],
        ['y', tensor([3], { dtype: 'u8' })],
      ]),
      { a: 'b' },
    );
    const bytes = readFileSync(path);
    const broken = fresh();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        fc.nat(bytes.length),
        (changes, cut) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changes) copy[at] = value;
          writeFileSync(broken, cut % 3 === 0 ? copy.subarray(0, cut) : copy);
          try {
            for (const value of readSafetensors(broken).tensors.values()) value.toTypedArray();
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('give an InputError or tensors, whatever the header says', () => {
    const entries = fc.dictionary(
      fc.string({ maxLength: 3 }),
      fc.record({
        dtype: fc.constantFrom('F32', 'U8', 'BOOL', 'I64', 'X'),
        shape: fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 3 }),
        data_offsets: fc.tuple(fc.integer({ min: -1, max: 12 }), fc.integer({ min: -1, max: 12 })),
      }),
      { maxKeys: 3 },
    );
    fc.assert(
      fc.property(fc.oneof(entries, fc.jsonValue()), fc.nat(12), (header, size) => {
        try {
          for (const value of readSafetensors(fileOf(header, size)).tensors.values()) value.toTypedArray();
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
