import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../base/index.js';
import { WebAssemblyCodec } from './codecs/webassembly.js';
import { DicomReader, readDicom } from './index.js';

const FIXTURES = join(import.meta.dirname, '__fixtures__');
const goldens = (
  JSON.parse(gunzipSync(readFileSync(join(FIXTURES, 'goldens.json.gz'))).toString()) as { file: string }[]
).map(({ file }) => Buffer.from(file, 'base64'));

describe('DicomReader', () => {
  const reader = new DicomReader({ threads: 2 });
  afterAll(() => reader.close());

  it('reads in threads what readDicom reads', async () => {
    const files = goldens.filter((_, at) => at % 15 === 0);
    const pictures = await Promise.all(files.map(file => reader.read(file, 'x.dcm')));
    for (const [at, file] of files.entries()) {
      expect(pictures[at]).toEqual(await readDicom(file, { source: 'x.dcm' }));
    }
  });

  it('names a file that cannot be read, and goes on', async () => {
    const outcome = reader.read(goldens[0]!.subarray(0, 300), 'folder/broken.dcm');
    await expect(outcome).rejects.toThrow(InputError);
    await expect(outcome).rejects.toThrow(/^folder\/broken\.dcm: /);
    expect((await reader.read(goldens[0]!, 'x.dcm')).width).toBe(19);
  });

  const hazards: [string, number, RegExp][] = [
    ['takes too long', 1, /^bad\.dcm: the DICOM file takes longer than 6 s/],
    ['takes too much memory', 2, /^bad\.dcm: the DICOM file cannot be read within the memory/],
    ['ends its thread', 3, /^bad\.dcm: the DICOM file cannot be read/],
    ['breaks the reader', 4, /^bad\.dcm: the DICOM file cannot be read/],
  ];
  it.each(hazards)('refuses a file that %s, while others are read', async (_, hazard, message) => {
    const worker = join(FIXTURES, 'bad-worker.mjs');
    const pool = new DicomReader({ threads: 2, seconds: 6, heapMegabytes: 64, worker });
    try {
      const bad = pool.read(Uint8Array.of(hazard), 'bad.dcm').catch((error: unknown) => error);
      const good = await Promise.all([5, 6, 7].map(byte => pool.read(Uint8Array.of(byte), 'good.dcm')));
      expect(good.map(({ pixels }) => pixels[0])).toEqual([5, 6, 7]);
      const error = await bad;
      expect(error).toBeInstanceOf(InputError);
      expect(String((error as InputError).message)).toMatch(message);
      expect(String((error as InputError).message)).not.toMatch(/Erika/);
      expect((await pool.read(Uint8Array.of(8), 'good.dcm')).pixels[0]).toBe(8);
    } finally {
      await pool.close();
    }
  });

  it('refuses limits that are none', () => {
    expect(() => new DicomReader({ threads: 0 })).toThrow(UsageError);
    expect(() => new DicomReader({ seconds: Number.NaN })).toThrow(UsageError);
  });
});

describe('a codec', () => {
  it('gets no more memory than it may have, and decodes on after that', async () => {
    const large = await jpeg2000Of(4500);
    const small = await jpeg2000Of(32);
    const codec = new WebAssemblyCodec('@cornerstonejs/codec-openjpeg', 'J2KDecoder');
    const refused = await codec.decode(large, 60).catch((error: unknown) => String(error));
    // Not `rejects`, which would print 20 million values.
    if (typeof refused !== 'string') throw new Error('the codec took more memory than it may have');
    expect(refused).toMatch(/cannot be decoded/);
    expect((await codec.decode(small, 60)).values.length).toBe(32 * 32);
    expect((await codec.decode(large, 512)).values.length).toBe(4500 * 4500);
  });

  it('is not asked for pictures of more pixels than are allowed', async () => {
    await expect(readDicom(goldens[0]!, { source: 'x', limits: { pixels: 100 } })).rejects.toThrow(
      /more than 0.0001 million pixels/,
    );
  });
});

interface Encoder {
  getDecodedBuffer(frame: {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned: boolean;
  }): Uint8Array;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
}

/** A picture of one grey, as JPEG 2000. */
async function jpeg2000Of(side: number): Promise<Uint8Array> {
  const require = createRequire(import.meta.url);
  const factory = require('@cornerstonejs/codec-openjpeg') as () => Promise<{
    J2KEncoder: new () => Encoder;
  }>;
  const { J2KEncoder } = await factory();
  const encoder = new J2KEncoder();
  const frame = { width: side, height: side, bitsPerSample: 8, componentCount: 1, isSigned: false };
  encoder.getDecodedBuffer(frame).fill(100);
  encoder.encode();
  return new Uint8Array(encoder.getEncodedBuffer());
}
