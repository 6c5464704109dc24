import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDicom } from './index.js';

const FIXTURES = join(import.meta.dirname, '__fixtures__');
const SAMPLES = join(process.env.SYNRAY_TEST_DATA ?? '../shared/data', 'dicom-samples');

/** One synthetic file, and what pydicom shows of it. */
interface Golden {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly bits: 8 | 16;
  /** In steps of 8 bits. */
  readonly tolerance: number;
  readonly file: string;
  readonly pixels: string;
}

const goldens = JSON.parse(
  gunzipSync(readFileSync(join(FIXTURES, 'goldens.json.gz'))).toString(),
) as readonly Golden[];

describe('readDicom', () => {
  it.each(goldens)('shows what pydicom shows: $name', async golden => {
    const picture = await readDicom(Buffer.from(golden.file, 'base64'), { source: 'x.dcm' });
    expect([picture.width, picture.height]).toEqual([golden.width, golden.height]);
    const bytes = new Uint8Array(Buffer.from(golden.pixels, 'base64'));
    const expected = golden.bits === 16 ? new Uint16Array(bytes.buffer) : bytes;
    expect(picture.pixels.constructor).toBe(expected.constructor);
    let worst = 0;
    for (const [at, value] of expected.entries()) {
      worst = Math.max(worst, Math.abs(value - picture.pixels[at]!));
    }
    expect(worst).toBeLessThanOrEqual(golden.tolerance * (golden.bits === 16 ? 257 : 1));
    expect(picture.pixels.length).toBe(expected.length);
  });

  interface SampleGolden {
    readonly file: string;
    readonly sha256: string;
    readonly means: readonly number[];
  }
  const samples = JSON.parse(readFileSync(join(FIXTURES, 'samples.json'), 'utf8')) as readonly SampleGolden[];

  it.for(samples)('shows of a real file what pydicom shows: $file', async (sample, context) => {
    const { file, sha256, means } = sample;
    const path = join(SAMPLES, file);
    if (!existsSync(path)) return context.skip(`${path} is not here (SYNRAY_TEST_DATA)`);
    const { pixels, width, height } = await readDicom(readFileSync(path), { source: file });
    const sums = new Float64Array(64);
    for (const [at, value] of pixels.entries()) {
      const row = Math.floor((Math.floor(at / width) * 8) / height);
      const column = Math.floor(((at % width) * 8) / width);
      sums[row * 8 + column]! += value;
    }
    const own = [...sums].map(sum => sum / (pixels.length / 64));
    expect(Math.max(...own.map((mean, at) => Math.abs(mean - means[at]!)))).toBeLessThan(0.5);
    // Decoders of lossy JPEG may differ by a step; what is uncompressed is equal.
    if (file.startsWith('nih')) expect(createHash('sha256').update(pixels).digest('hex')).toBe(sha256);
  });
});
