import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../base/index.js';
import { readDicom } from './index.js';
import { type TestElement, testPicture, writeDicom } from './testing/write-dicom.js';

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

describe('a broken file', () => {
  const named = (name: string) => Buffer.from(goldens.find(golden => golden.name === name)!.file, 'base64');

  it('is refused with an InputError that names it, wherever it is cut', async () => {
    for (const name of [
      'explicit, 12 bit, MONOCHROME2',
      'deflated, 8 bit, MONOCHROME2',
      'RLE, 12 bit, MONOCHROME2',
      'JPEG baseline, 8 bit, MONOCHROME2',
      'JPEG extended, 12 bit, MONOCHROME2',
      'JPEG lossless 1, 16 bit, MONOCHROME2',
      'JPEG-LS, 12 bit, MONOCHROME2',
      'JPEG 2000 lossless, 8 bit, MONOCHROME2',
    ]) {
      const file = named(name);
      const whole = await readDicom(file, { source: name });
      for (let end = 0; end < file.length; end += 1 + Math.floor(file.length / 60)) {
        const outcome = await readDicom(file.subarray(0, end), { source: `${name}.dcm` }).catch(
          (error: unknown) => error,
        );
        // The mark of the end, or padding, may be missing without a loss.
        if (end > file.length - 20 && !(outcome instanceof Error)) expect(outcome).toEqual(whole);
        else {
          expect(outcome, `${name}, cut at ${end}`).toBeInstanceOf(InputError);
          expect(String(outcome)).toContain(`${name}.dcm: `);
        }
      }
    }
  });

  it('is refused where compressed values are cut short inside their fragment', async () => {
    for (const name of ['JPEG baseline, 8 bit, MONOCHROME2', 'JPEG 2000 lossless, 8 bit, MONOCHROME2']) {
      const file = named(name);
      // Zeros in place of the end of the stream: the fragment keeps its length.
      file.fill(0, file.length - 40, file.length - 8);
      await expect(readDicom(file, { source: 'x' })).rejects.toThrow(/cut short/);
    }
  });

  it('says what is wrong: several frames, no pixels, another kind of file', async () => {
    const picture = testPicture(4, 3);
    const several = writeDicom({ elements: [...picture, { tag: 0x00280008, vr: 'IS', value: '2' }] });
    await expect(readDicom(several, { source: 'x' })).rejects.toThrow(/more than one frame/);
    const none = writeDicom({ elements: picture.filter(({ tag }) => tag !== 0x7fe00010) });
    await expect(readDicom(none, { source: 'x' })).rejects.toThrow(/holds no pixels/);
    const text = Buffer.alloc(400, 'a text');
    await expect(readDicom(text, { source: 'x' })).rejects.toThrow(/not a DICOM file/);
    await expect(readDicom(new Uint8Array(0), { source: 'x' })).rejects.toThrow(/file is empty/);
  });

  it('is refused before memory is taken for pixels that it cannot hold', async () => {
    const file = named('JPEG 2000 lossless, 8 bit, MONOCHROME2');
    const stream = file.indexOf(Buffer.from('ff4fff51', 'hex'));
    file.writeUInt32BE(6000, stream + 8);
    file.writeUInt32BE(6000, stream + 12);
    const rows = file.indexOf(Buffer.from('28001000', 'hex'));
    const columns = file.indexOf(Buffer.from('28001100', 'hex'));
    for (const at of [rows, columns]) file.writeUInt16LE(6000, at + 8);
    await expect(readDicom(file, { source: 'x' })).rejects.toThrow(/too few bytes for its size/);
  });
});

describe('facts', () => {
  const factsWith = async (elements: readonly TestElement[]) =>
    (await readDicom(writeDicom({ elements: [...elements, ...testPicture(2, 2)] }), { source: 'x' })).facts;

  it('are read where a header has them', async () => {
    const facts = await factsWith([
      { tag: 0x00080016, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.1.1' },
      { tag: 0x00080060, vr: 'CS', value: 'DX' },
      { tag: 0x00080068, vr: 'CS', value: 'FOR PRESENTATION' },
      { tag: 0x00100040, vr: 'CS', value: 'F' },
      { tag: 0x00101010, vr: 'AS', value: '057Y' },
      { tag: 0x00180015, vr: 'CS', value: 'CHEST' },
      { tag: 0x00185101, vr: 'CS', value: 'AP' },
      { tag: 0x00280301, vr: 'CS', value: 'YES' },
    ]);
    expect(facts).toEqual({
      modality: 'DX',
      view: 'AP',
      sex: 'F',
      age: 57,
      bodyPart: 'CHEST',
      burnedInAnnotation: 'yes',
      kind: 'digital-x-ray',
      presentation: 'for presentation',
    });
  });

  it('take the view from its code where there is no word, and ages that identify as 90', async () => {
    const code: TestElement = {
      tag: 0x00540220,
      vr: 'SQ',
      value: [[{ tag: 0x00080100, vr: 'SH', value: '399173006' }]],
    };
    const facts = await factsWith([code, { tag: 0x00101010, vr: 'AS', value: '103Y' }]);
    expect([facts.view, facts.age]).toEqual(['lateral', 90]);
  });
});
