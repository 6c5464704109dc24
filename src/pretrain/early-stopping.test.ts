import { expect, it } from 'vitest';
import { afterValidation, beforeValidation, hasStalled, type Patience } from './early-stopping.js';

/** The states after each of these losses, one every ten steps. */
function states(losses: readonly number[], patience: Patience) {
  let state = beforeValidation;
  return losses.map((loss, index) => {
    state = afterValidation(state, { loss, step: 10 * (index + 1) }, patience);
    return state;
  });
}

it('ends after as many validations without a better one as it has patience for', () => {
  const settings = { patience: 2 };
  const after = states([3, 2, 2.5, 1.9, 2, 1.9], settings);
  expect(after.map(state => hasStalled(state, settings))).toEqual([false, false, false, false, false, true]);
  expect(after.at(-1)).toMatchObject({ best: 1.9, bestStep: 40, waited: 2, factor: 1 });
  expect(after.some(state => hasStalled(state, { patience: 0 }))).toBe(false);
});

it('lowers the learning rate on a plateau as ReduceLROnPlateau does, down to the floor', () => {
  // torch.optim.lr_scheduler.ReduceLROnPlateau(factor=0.5, patience=1, threshold=0, min_lr=0.2) over these losses.
  const plateau = { factor: 0.5, patience: 1, floor: 0.2 };
  const after = states([5, 5, 5, 4, 4, 4, 4, 4, 4, 4], { patience: 0, plateau });
  expect(after.map(state => state.factor)).toEqual([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2]);
});
