import { describe, expect, it } from 'vitest';
import { manualSeed, randn, scope, type Tensor } from '../tensor/index.js';
import { goldenErrors, goldens, inputsOf } from './__fixtures__/goldens.js';
import { type TwinBatch, TwinContrast } from './twins.js';

const batchOf = (given: Record<string, Tensor>): TwinBatch => ({
  images: given.images!,
  twins: given.twins!,
  owners: given.owners!.toArray(),
  texts: given.texts!,
  ...(given.denials === undefined ? {} : { denials: given.denials }),
});

describe('TwinContrast', () => {
  it.each(goldens.twins.map(golden => ['denials' in golden.inputs ? 'with' : 'without', golden] as const))(
    'has the loss and all gradients of its definition, %s texts that deny the finding',
    (_, golden) => {
      scope(() => {
        const term = new TwinContrast(Number(golden.settings.temperature));
        const inputs = inputsOf(golden);
        const errors = goldenErrors(golden, term.forward(batchOf(inputs)), inputs, term);
        for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-5);
      });
    },
  );

  it('is log 2 where a picture cannot be told from its twin, and nearly 0 where only the picture fits', () => {
    scope(() => {
      manualSeed(1);
      const term = new TwinContrast(0.1);
      const images = randn([3, 6]);
      const owners = [2, 0];
      const own = images.flip(0).slice(0, 0, null, 2);
      expect(term.forward({ images, owners, twins: own, texts: randn([2, 6]) }).item()).toBeCloseTo(
        Math.log(2),
      );
      expect(term.forward({ images, owners, twins: own.neg(), texts: own }).item()).toBeLessThan(1e-6);
    });
  });

  it('is 0 for a batch without twins', () => {
    scope(() => {
      const none = randn([0, 6]);
      const images = randn([3, 6]).setRequiresGrad();
      const loss = new TwinContrast(0.1).forward({ images, owners: [], twins: none, texts: none });
      expect(Math.abs(loss.item())).toBe(0);
      loss.backward();
      expect(images.grad!.abs().amax().item()).toBe(0);
    });
  });
});
