import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Box } from './box.js';
import { contactSheet, renderGallery } from './gallery.js';
import { galleryPage } from './gallery-page.js';
import { writeLine } from './lettering.js';
import { paintOne } from './painters/index.js';

describe('renderGallery', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gallery-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('names the concepts that it knows when it is asked for another', async () => {
    await expect(renderGallery({ out: join(folder, 'a.png'), concepts: ['blue lungs'] })).rejects.toThrow(
      /cannot show "blue lungs".*pneumothorax/,
    );
    await expect(readFile(join(folder, 'a.png'))).rejects.toThrow(/ENOENT/);
  });
});

describe('galleryPage', () => {
  it('is one file that shows a finding, its map, its box and its twin', async () => {
    const size = 128;
    const mention = { section: 'findings', start: 0, end: 4, text: 'mass', concept: 'lung mass' } as const;
    const painting = paintOne({
      id: 'page',
      findings: '',
      impression: '',
      mentions: [{ ...mention, type: 'ABNORMALITY', polarity: 'affirmed' }],
      size,
      seed: 1,
      attempt: 0,
      twins: true,
    });
    const page = await galleryPage('<painter>', [
      { concept: 'lung mass', severity: 'severe', painting },
      { concept: 'normal', severity: '', painting: { ...painting, regions: [] } },
    ]);
    expect(page).toContain('&lt;painter&gt;');
    expect(page.match(/<img /g)).toHaveLength(3 + 1);
    expect(page).toContain(`${painting.view} · severe`);
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
  });
});

describe('contactSheet', () => {
  it('shows each picture beside a copy that is red where a finding changed it', async () => {
    const size = 32;
    const change = new Uint8Array(size * size);
    change.fill(255, 0, size);
    const painting = {
      pixels: new Uint8Array(size * size).fill(100),
      size,
      view: 'PA' as const,
      sex: null,
      age: null,
      regions: [{ concept: 'mark', change, box: [0, 0, 1, 1 / size] as Box }],
      unknown: [],
    };
    const png = await contactSheet([{ painting, caption: 'mark' }], 1);
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([2 * size, size + 14, 3]);
    const pixel = (row: number, column: number) => [
      ...data.subarray((row * info.width + column) * 3).subarray(0, 3),
    ];
    expect(pixel(14, 0)).toEqual([100, 100, 100]);
    expect(pixel(16, size)).toEqual([100, 100, 100]);
    const [red, green] = pixel(14, size) as [number, number];
    expect(red).toBeGreaterThan(green + 80);
  });
});

describe('writeLine', () => {
  it('writes within its sheet only, also when the place is outside', () => {
    const sheet = { pixels: new Uint8Array(20 * 10), width: 20, height: 10, channels: 1 };
    writeLine(sheet, 'L', { x: 1, y: 1, dot: 1, grey: 200 });
    expect(sheet.pixels[21]).toBe(200);
    expect(sheet.pixels[7 * 20 + 5]).toBe(200);
    expect(sheet.pixels[21 + 2]).toBe(0);
    const before = sheet.pixels.slice();
    writeLine(sheet, 'ABC', { x: 100, y: -50, dot: 3, angle: 0.4, grey: 9 });
    expect(sheet.pixels).toEqual(before);
  });
});
