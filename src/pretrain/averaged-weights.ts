import { call, keep, noGrad, type Tensor } from '../tensor/index.js';

/**
 * Exponential moving average of a model's weights and running statistics: steadier than the last weights of a
 * short run. Whole-number state (counters) is taken over as it is.
 */
export class AveragedWeights {
  readonly #decay: number;
  readonly #average: Map<string, Tensor>;

  /** @param state - The model's own tensors; the average begins there. */
  constructor(state: ReadonlyMap<string, Tensor>, decay: number) {
    this.#decay = decay;
    this.#average = noGrad(
      () => new Map([...state].map(([name, value]) => [name, keep(value.detach().clone())])),
    );
  }

  /**
   * Takes the weights after a step into the average.
   * @param step - Steps done, from 1. At first the average spans fewer steps, or it would hold on to the start.
   */
  update(state: ReadonlyMap<string, Tensor>, step: number): void {
    const decay = Math.min(this.#decay, (1 + step) / (10 + step));
    noGrad(() => {
      for (const [name, value] of state) {
        const average = this.#average.get(name)!;
        if (value.dtype === 'f32') call('aten::lerp_.Scalar', average, value, 1 - decay);
        else average.copy_(value);
      }
    });
  }

  /** Goes on from a stored average. */
  restore(state: ReadonlyMap<string, Tensor>): void {
    noGrad(() => {
      for (const [name, average] of this.#average) average.copy_(state.get(name)!);
    });
  }

  /** Runs `work` while the model has the averaged weights; then it gets its own back, bit for bit. */
  lend<T>(state: ReadonlyMap<string, Tensor>, work: () => T): T {
    const own = noGrad(() => new Map([...state].map(([name, value]) => [name, value.detach().clone()])));
    const give = (from: ReadonlyMap<string, Tensor>) =>
      noGrad(() => {
        for (const [name, value] of state) value.copy_(from.get(name)!);
      });
    give(this.#average);
    try {
      return work();
    } finally {
      give(own);
      for (const value of own.values()) value.dispose();
    }
  }

  /** The average, by the model's names. */
  state(): ReadonlyMap<string, Tensor> {
    return this.#average;
  }
}
