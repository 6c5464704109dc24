import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { scope, type Tensor, tensor } from '../tensor/index.js';
import { Grounding } from './grounding.js';
import { objectives } from './objectives/index.js';

const Listed = z.object({ shape: z.array(z.number()), data: z.array(z.number()) });
type Listed = z.infer<typeof Listed>;

// Made by make_objectives.py: the definitions restated pair by pair, in double precision.
const golden = z
  .object({
    convirt: z.array(
      z.object({
        temperature: z.number(),
        lambda: z.number(),
        matches: Listed.nullable(),
        images: Listed,
        texts: Listed,
        loss: z.number(),
        imageGradient: Listed,
        textGradient: Listed,
      }),
    ),
    grounding: z.object({
      cells: Listed,
      phrases: Listed,
      target: Listed,
      known: Listed,
      loss: z.number(),
      cellGradient: Listed,
      phraseGradient: Listed,
      scaleGradient: Listed,
      biasGradient: Listed,
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('./__fixtures__/objectives.json', import.meta.url), 'utf8')));

const given = ({ data, shape }: Listed): Tensor => tensor(Float32Array.from(data), { shape });
const learnt = (listed: Listed): Tensor => given(listed).setRequiresGrad();

function expectClose(found: Tensor | null, expected: Listed): void {
  const difference = found!.sub(given(expected)).abs().amax().item();
  expect(difference / given(expected).abs().amax().item()).toBeLessThan(1e-5);
}

describe('ConVIRT', () => {
  it.each(golden.convirt)(
    'has the loss and gradients of its definition (τ $temperature, λ $lambda)',
    ({ temperature, lambda, matches, ...pair }) => {
      scope(() => {
        const images = learnt(pair.images);
        const texts = learnt(pair.texts);
        const objective = objectives.get('convirt')({ name: 'convirt', temperature, lambda });
        const unused = tensor([0]);
        const { total, parts } = objective.forward({
          images: { global: images, cells: unused },
          texts: { global: texts, words: unused, mask: unused },
          ...(matches === null ? {} : { matches: given(matches) }),
        });
        expect(Math.abs(total.item() / pair.loss - 1)).toBeLessThan(1e-5);
        const { imageToText, textToImage } = parts;
        expect(lambda * imageToText!.item() + (1 - lambda) * textToImage!.item()).toBeCloseTo(pair.loss, 4);
        total.backward();
        expectClose(images.grad, pair.imageGradient);
        expectClose(texts.grad, pair.textGradient);
      });
    },
  );
});

describe('Grounding', () => {
  const { grounding } = golden;

  it('has the loss and gradients of its definition', () => {
    scope(() => {
      const term = new Grounding();
      const cells = learnt(grounding.cells);
      const phrases = learnt(grounding.phrases);
      const loss = term.forward({
        cells,
        phrases,
        target: given(grounding.target),
        known: given(grounding.known),
      });
      expect(Math.abs(loss.item() / grounding.loss - 1)).toBeLessThan(1e-5);
      loss.backward();
      expectClose(cells.grad, grounding.cellGradient);
      expectClose(phrases.grad, grounding.phraseGradient);
      const own = new Map(term.namedParameters());
      expectClose(own.get('log_scale')!.grad, grounding.scaleGradient);
      expectClose(own.get('bias')!.grad, grounding.biasGradient);
    });
  });

  it('asks nothing where nothing is known, and stays a number where no phrase is anywhere', () => {
    scope(() => {
      const term = new Grounding();
      const cells = given(grounding.cells);
      const phrases = given(grounding.phrases);
      const nowhere = given(grounding.target).mul(0);
      const known = given(grounding.known);
      expect(term.forward({ cells, phrases, target: nowhere, known: known.mul(0) }).item()).toBe(0);
      expect(term.forward({ cells, phrases, target: nowhere, known }).item()).toBeGreaterThan(0);
    });
  });
});

it('says which objectives there are when asked for another', () => {
  expect(() => objectives.get('gloria2')).toThrow(/convirt/);
});
