import { z } from 'zod';

/** What early stopping and the plateau schedule know: part of every checkpoint. */
export const EarlyStoppingState = z.strictObject({
  /** Least validation loss so far. Left out before the first. */
  best: z.number().optional(),
  /** Steps done when it was reached. */
  bestStep: z.int().nonnegative().optional(),
  /** Validations since then. */
  waited: z.int().nonnegative(),
  /** Validations since then or since the learning rate was last lowered. */
  flat: z.int().nonnegative(),
  /** Factor on the learning rate so far, 1 at the start. */
  factor: z.number().positive(),
});
export type EarlyStoppingState = z.infer<typeof EarlyStoppingState>;

/** Before the first validation. */
export const beforeValidation: EarlyStoppingState = { waited: 0, flat: 0, factor: 1 };

/** How a run answers to validation losses that no longer fall. */
export interface Patience {
  /** Validations without a better one after which training ends; 0 for never. */
  readonly patience: number;
  /** How the plateau schedule lowers the learning rate; left out under other schedules. */
  readonly plateau?:
    | { readonly factor: number; readonly patience: number; readonly floor: number }
    | undefined;
}

/**
 * What is known after one more validation. The learning rate falls by `plateau.factor`, not below `plateau.floor`,
 * when `plateau.patience` validations and one more brought nothing better (as PyTorch's ReduceLROnPlateau with
 * threshold 0).
 * @param step - Steps done.
 */
export function afterValidation(
  state: EarlyStoppingState,
  { loss, step }: { loss: number; step: number },
  { plateau }: Patience,
): EarlyStoppingState {
  if (state.best === undefined || loss < state.best) {
    return { ...state, best: loss, bestStep: step, waited: 0, flat: 0 };
  }
  const waited = state.waited + 1;
  const flat = state.flat + 1;
  if (plateau === undefined || flat <= plateau.patience) return { ...state, waited, flat };
  return { ...state, waited, flat: 0, factor: Math.max(state.factor * plateau.factor, plateau.floor) };
}

/** Whether training should end: the best lies `patience` validations back. */
export function hasStalled(state: EarlyStoppingState, { patience }: Patience): boolean {
  return patience > 0 && state.waited >= patience;
}
