import { zerosLike } from '../create.js';
import { kwargs, type Tensor } from '../tensor.js';
import {
  type Batch,
  type CommonSettings,
  foreach,
  foreachInPlace,
  Optimiser,
  type ParameterGroup,
} from './optimiser.js';

export interface SGDSettings extends CommonSettings {
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Stochastic gradient descent with momentum, as PyTorch's SGD: velocity = momentum × velocity + gradient. */
export class SGD extends Optimiser<SGDSettings> {
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<SGDSettings>[],
    settings: Partial<SGDSettings> & { lr: number },
  ) {
    super(params, { weightDecay: 0, momentum: 0, nesterov: false, ...settings });
  }

  protected override update(batch: Batch<SGDSettings>): void {
    const { params, settings, lr } = batch;
    let gradients = batch.gradients;
    if (settings.weightDecay !== 0) {
      gradients = foreach('add.List', gradients, params, kwargs({ alpha: settings.weightDecay }));
    }
    if (settings.momentum !== 0) {
      const velocities = this.stateOf(batch, 'velocity', zerosLike);
      foreachInPlace('mul_.Scalar', velocities, settings.momentum);
      foreachInPlace('add_.List', velocities, gradients);
      gradients = settings.nesterov
        ? foreach('add.List', gradients, velocities, kwargs({ alpha: settings.momentum }))
        : velocities;
    }
    foreachInPlace('add_.List', params, gradients, kwargs({ alpha: -lr }));
  }
}
