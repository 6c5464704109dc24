import { encodePng, type Sample } from '../../../data/index.js';
import type { ImageFeatures, VisionLanguageModel } from '../../../models/index.js';

/**
 * A stand-in for a model with a space of two dimensions: "there" and "not there". It reads how light the
 * picture's first pixel is as the angle between them, and the quarters of the picture as the cells of its map.
 */
export class LightReader implements VisionLanguageModel {
  readonly name = 'light';
  readonly imageSize = 4;
  readonly asked: string[] = [];

  constructor(readonly grounded = false) {}

  async encodeImages(pixels: Uint8Array, count: number): Promise<ImageFeatures> {
    const global = new Float32Array(count * 2);
    const map = new Float32Array(count * 2 * 4);
    const angle = (grey: number) => [
      Math.sin((grey / 255) * (Math.PI / 2)),
      Math.cos((grey / 255) * (Math.PI / 2)),
    ];
    for (let picture = 0; picture < count; picture++) {
      global.set(angle(pixels[picture * 16]!), picture * 2);
      for (const [cell, corner] of [0, 3, 12, 15].entries()) {
        const [there, not] = angle(pixels[picture * 16 + corner]!);
        map[picture * 8 + cell] = there!;
        map[picture * 8 + 4 + cell] = not!;
      }
    }
    return { global, map, cells: [2, 2], dimension: 2 };
  }

  async encodeTexts(texts: readonly string[]): Promise<Float32Array> {
    this.asked.push(...texts);
    return Float32Array.from(texts.flatMap(text => (text.startsWith('no') ? [0, 1] : [1, 0])));
  }
}

/** A picture of 4 × 4, black but for its corners. */
export async function sample(
  id: number,
  corners: readonly number[],
  labels: string[],
  more: Partial<Sample> = {},
): Promise<Sample> {
  const pixels = new Uint8Array(16);
  for (const [index, place] of [0, 3, 12, 15].entries()) pixels[place] = corners[index] ?? 0;
  return {
    id: `sample-${id}`,
    image: { bytes: await encodePng(pixels, 4, 4), path: `${id}.png` },
    findings: '',
    impression: '',
    labels,
    patient: `patient-${id}`,
    view: null,
    sex: null,
    age: null,
    mentions: [],
    regions: [],
    verdicts: [],
    source: 'test',
    ...more,
  };
}

