import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { InputError, Random } from '../base/index.js';
import { decodeGrey, decodeGrey16, encodePng } from './images.js';

function noise(width: number, height: number, seed = 1): Uint8Array {
  const random = Random.of(seed, 'noise');
  return Uint8Array.from({ length: width * height }, () => random.integer(256));
}

describe('decodeGrey', () => {
  it('gives back exactly what encodePng wrote, for any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), async (w, h) => {
        const pixels = noise(w, h, w * 41 + h);
        const decoded = await decodeGrey(await encodePng(pixels, w, h), { source: 'x.png' });
        expect([decoded.width, decoded.height]).toEqual([w, h]);
        expect(Buffer.compare(decoded.pixels, pixels)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('reads a grey picture stored as RGB, RGBA or palette as the same grey', async () => {
    const pixels = noise(32, 24);
    const grey = sharp(pixels, { raw: { width: 32, height: 24, channels: 1 } });
    const rgb = await grey.clone().toColourspace('srgb').png({ palette: false }).toBuffer();
    const rgba = await sharp(rgb).ensureAlpha().png().toBuffer();
    const palette = await sharp(rgb).png({ palette: true, colours: 256, dither: 0, quality: 100 }).toBuffer();
    for (const file of [rgb, rgba, palette]) {
      const decoded = await decodeGrey(file, { source: 'x.png' });
      const worst = Math.max(...decoded.pixels.map((value, index) => Math.abs(value - pixels[index]!)));
      expect(worst).toBeLessThanOrEqual(1);
    }
  });

  it('stretches 16-bit pictures to the whole range', async () => {
    // Twelve significant bits in a 16-bit file, as scanners write them: 0 … 4095.
    const values = Uint16Array.from({ length: 64 * 64 }, (_, index) => index % 4096);
    const file = await sharp(values, { raw: { width: 64, height: 64, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const { pixels } = await decodeGrey(file, { source: 'x.png' });
    expect(pixels[0]).toBe(0);
    expect(pixels.at(-1)).toBe(255);
    expect(pixels[2048]).toBe(Math.round((2048 / 4095) * 255));
  });

  it('scales the shorter side and cuts the longer one in the middle', async () => {
    // Left third black, middle third grey, right third white: the middle must remain.
    const pixels = new Uint8Array(90 * 30).map((_, index) => [0, 128, 255][Math.floor((index % 90) / 30)]!);
    const decoded = await decodeGrey(await encodePng(pixels, 90, 30), { size: 15, source: 'x.png' });
    expect([decoded.width, decoded.height]).toEqual([15, 15]);
    expect(decoded.pixels[7 * 15 + 7]).toBe(128);
  });

  it('refuses empty, foreign and cut files, naming the file', async () => {
    const whole = await encodePng(noise(64, 64), 64, 64);
    const jpeg = new Uint8Array(
      await sharp(noise(64, 64), { raw: { width: 64, height: 64, channels: 1 } })
        .jpeg()
        .toBuffer(),
    );
    const broken = [
      new Uint8Array(0),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      whole.subarray(0, whole.length >> 1),
      whole.subarray(0, 20),
      jpeg.subarray(0, jpeg.length >> 1),
    ];
    for (const bytes of broken) {
      const outcome = decodeGrey(bytes, { source: 'folder/broken.png' });
      await expect(outcome).rejects.toThrow(InputError);
      await expect(outcome).rejects.toThrow(/^folder\/broken\.png: /);
    }
  });
});

describe('decodeGrey16', () => {
  it('gives back exactly the 16-bit values that encodePng wrote, for any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        async (width, height) => {
          const random = Random.of(width * 41 + height, 'deep');
          const pixels = Uint16Array.from({ length: width * height }, () => random.integer(65_536));
          const file = await encodePng(pixels, width, height);
          const decoded = await decodeGrey16(file, { source: 'x.png' });
          expect([decoded.width, decoded.height]).toEqual([width, height]);
          expect(decoded.pixels).toEqual(pixels);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('reads 8-bit pictures on the same scale, and keeps the fine steps when it scales', async () => {
    const eight = await encodePng(Uint8Array.from([0, 1, 128, 255]), 2, 2);
    expect([...(await decodeGrey16(eight, { source: 'x.png' })).pixels]).toEqual([0, 257, 32_896, 65_535]);
    const slope = Uint16Array.from({ length: 64 * 64 }, (_, at) => 30_000 + (at % 64) * 8);
    const { pixels } = await decodeGrey16(await encodePng(slope, 64, 64), { size: 32, source: 'x.png' });
    for (let at = 4; at < 28; at++) expect(Math.abs(pixels[at]! - (30_004 + 16 * at))).toBeLessThan(3);
  });

  it('refuses a cut file, naming it', async () => {
    const whole = await encodePng(new Uint16Array(64 * 64).fill(7), 64, 64);
    const outcome = decodeGrey16(whole.subarray(0, whole.length - 20), { source: 'folder/broken.png' });
    await expect(outcome).rejects.toThrow(/^folder\/broken\.png: the PNG cannot be read/);
  });
});
