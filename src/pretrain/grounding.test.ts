import { describe, expect, it } from 'vitest';
import { manualSeed, randn, scope, type Tensor, tensor, zeros } from '../tensor/index.js';
import { type GoldenCase, goldenErrors, goldens, inputsOf } from './__fixtures__/goldens.js';
import { groundingFor } from './grounding.js';
import type { GroundingBatch } from './grounding-term.js';
import { ObjectiveSettings } from './objectives/index.js';

const batchOf = (given: Record<string, Tensor>): GroundingBatch => ({
  cells: given.cells!,
  phrases: given.phrases!,
  words: given.words!,
  mask: given.mask!,
  target: given.target!,
  known: given.known!,
});

const termOf = ({ settings }: GoldenCase) => groundingFor(ObjectiveSettings.parse(settings));

describe.each(goldens.grounding.map(golden => [Object.values(golden.settings).join(' '), golden] as const))(
  'the grounded term of %s',
  (_, golden) => {
    it('has the loss and all gradients of its definition', () => {
      scope(() => {
        const term = termOf(golden);
        const inputs = inputsOf(golden);
        const errors = goldenErrors(golden, term.forward(batchOf(inputs)), inputs, term);
        for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-5);
      });
    });

    it('asks nothing where nothing is known, and stays a number where no phrase is anywhere', () => {
      scope(() => {
        const term = termOf(golden);
        const batch = batchOf(inputsOf(golden));
        const target = batch.target.mul(0);
        expect(term.forward({ ...batch, target, known: batch.known.mul(0) }).item()).toBe(0);
        expect(term.forward({ ...batch, target }).item()).toBeGreaterThan(0);
      });
    });

    it('does not look at words that are not there', () => {
      scope(() => {
        const term = termOf(golden);
        const batch = batchOf(inputsOf(golden));
        const words = batch.words.add(batch.mask.neg().add(1).mul(1e4).unsqueeze(2));
        expect(term.forward({ ...batch, words }).item()).toBe(term.forward(batch).item());
      });
    });
  },
);

describe('grounding on the attention', () => {
  it('moves a word towards the cell of its finding, in a phrase of one word as well, and lets go of others', () => {
    scope(() => {
      manualSeed(1);
      // Two pictures of four cells; only the first shows the finding, in its third cell.
      const words = zeros([1, 1, 16], { requiresGrad: true });
      const cells = randn([2, 16, 2, 2]);
      const target = tensor([0, 0, 1, 0, 0, 0, 0, 0], { shape: [2, 1, 2, 2] });
      const one = tensor([1], { shape: [1, 1] });
      const batch = { cells, words, mask: one, target, known: tensor([1, 1], { shape: [2, 1] }) };
      const term = groundingFor(ObjectiveSettings.parse({ name: 'gloria' }));
      const attention = () => {
        const scores = cells
          .flatten(2)
          .transpose(1, 2)
          .matmul(words.detach().reshape([16, 1]))
          .squeeze(2);
        return { hit: scores.sigmoid().mul(4).softmax(1).toArray(), share: scores.sigmoid().toArray() };
      };
      const before = attention();
      for (let step = 0; step < 200; step++) {
        words.clearGrad();
        term.forward({ ...batch, phrases: words.select(1, 0) }).backward();
        words.detach().sub_(words.grad!);
      }
      const after = attention();
      expect(after.hit[2]).toBeGreaterThan(3 * before.hit[2]!);
      expect(Math.max(...after.share.filter((_, cell) => cell !== 2))).toBeLessThan(after.share[2]!);
    });
  });
});
