import { expect, it } from 'vitest';
import {
  BatchNorm2d,
  Embedding,
  Linear,
  Module,
  manualSeed,
  randn,
  scope,
  type Tensor,
  tensor,
} from '../tensor/index.js';
import { backwardInParts, partOf } from './accumulation.js';
import { Convirt } from './objectives/index.js';

/** Pictures through a layer, words of different numbers through an embedding. */
class Encoders extends Module {
  readonly image = new Linear(12, 6);
  readonly word = new Embedding(20, 6);

  encode(pictures: Tensor, sentences: readonly (readonly number[])[]) {
    const longest = Math.max(...sentences.map(words => words.length));
    const padded = sentences.flatMap(words => [...words, ...Array(longest - words.length).fill(0)]);
    const seen = sentences.flatMap(words => Array.from({ length: longest }, (_, at) => +(at < words.length)));
    const shape = [sentences.length, longest];
    const mask = tensor(seen, { shape });
    const words = this.word.forward(tensor(padded, { shape }).to({ dtype: 'i64' }));
    return { pictures: this.image.forward(pictures.tanh()), words, mask };
  }
}

/** ConVIRT between pictures and the means of words: every pair is compared with every other. */
function lossOf({ pictures, words, mask }: { pictures: Tensor; words: Tensor; mask: Tensor }) {
  const seen = mask.unsqueeze(2);
  const global = words.mul(seen).sum(1).div(seen.sum(1));
  const cells = pictures.unsqueeze(2).unsqueeze(3);
  return new Convirt({ name: 'convirt', temperature: 0.1, lambda: 0.75 }).forward({
    images: { global: pictures, cells },
    texts: { global, words, mask },
  });
}

it('gives the loss and the gradients of the whole batch, however it is cut', () => {
  manualSeed(3);
  const encoders = new Encoders();
  const pictures = randn([8, 12]);
  const sentences = [[1, 2, 3], [4], [5, 6], [7, 8, 9, 10], [11], [12, 13], [14, 15, 16], [17]];
  const gradients = () => encoders.parameters().map(each => each.grad!.toFloat32());
  const whole = lossOf(encoders.encode(pictures, sentences));
  whole.total.backward();
  const wanted = gradients();
  for (const parts of [2, 3, 8]) {
    for (const each of encoders.parameters()) each.clearGrad();
    const loss = backwardInParts({
      parts,
      encode: part => {
        const [start, end] = partOf(8, part, parts);
        return encoders.encode(pictures.slice(0, start, end), sentences.slice(start, end));
      },
      lossOf: rows => lossOf({ pictures: rows.pictures!, words: rows.words!, mask: rows.mask! }),
      state: [],
    });
    expect(Math.abs(loss.total.item() / whole.total.item() - 1)).toBeLessThan(1e-5);
    gradients().forEach((given, place) => {
      const scale = Math.max(...wanted[place]!.map(Math.abs));
      const worst = Math.max(...given.map((value, at) => Math.abs(value - wanted[place]![at]!)));
      expect(worst / scale).toBeLessThan(1e-5);
    });
  }
});

it('lets running statistics see every part once', () => {
  const once = new BatchNorm2d(2);
  const parts = new BatchNorm2d(2);
  const pictures = randn([6, 2, 3, 3]);
  const half = (part: number) => pictures.slice(0, 3 * part, 3 * part + 3);
  scope(() => {
    for (const part of [0, 1]) once.forward(half(part));
    backwardInParts({
      parts: 2,
      encode: part => ({ seen: parts.forward(half(part)) }),
      lossOf: rows => ({ total: rows.seen!.square().sum() }),
      state: parts.namedBuffers().map(([, buffer]) => buffer),
    });
  });
  const [wanted, given] = [once, parts].map(layer =>
    layer.namedBuffers().map(([name, value]) => [name, value.toArray()]),
  );
  expect(given).toEqual(wanted);
});
