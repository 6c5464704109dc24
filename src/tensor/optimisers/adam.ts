import { zerosLike } from '../create.js';
import { call, kwargs, type Tensor } from '../tensor.js';
import {
  type Batch,
  type CommonSettings,
  foreach,
  foreachInPlace,
  Optimiser,
  type ParameterGroup,
} from './optimiser.js';

export interface AdamSettings extends CommonSettings {
  /** How slowly the means of gradients and of their squares forget. */
  readonly betas: readonly [number, number];
  readonly epsilon: number;
}

const standard = { betas: [0.9, 0.999], epsilon: 1e-8 } as const;

/** Adam (Kingma and Ba 2015). Weight decay is added to the gradient, as PyTorch's Adam does. */
export class Adam extends Optimiser<AdamSettings> {
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<AdamSettings>[],
    settings: Partial<AdamSettings> & { lr: number },
  ) {
    super(params, { ...standard, weightDecay: 0, ...settings });
  }

  protected override update(batch: Batch<AdamSettings>): void {
    const decay = batch.settings.weightDecay;
    const gradients =
      decay === 0
        ? batch.gradients
        : foreach('add.List', batch.gradients, batch.params, kwargs({ alpha: decay }));
    this.move(batch, gradients);
  }

  protected move(batch: Batch<AdamSettings>, gradients: Tensor[]): void {
    const { params, settings, lr } = batch;
    const [beta1, beta2] = settings.betas;
    const means = this.stateOf(batch, 'mean', zerosLike);
    const squares = this.stateOf(batch, 'square', zerosLike);
    const steps = this.stateOf(batch, 'steps', () => call('aten::zeros', [], kwargs({ dtype: 'f64' })));

    foreachInPlace('mul_.Scalar', means, beta1);
    foreachInPlace('add_.List', means, gradients, kwargs({ alpha: 1 - beta1 }));
    foreachInPlace('mul_.Scalar', squares, beta2);
    foreachInPlace('addcmul_.Scalar', squares, gradients, gradients, 1 - beta2);
    foreachInPlace('add_.Scalar', steps, 1);

    // A parameter that got its first gradient late counts its own steps.
    const counts = steps.map(step => step.item());
    const denominators = foreach('sqrt', squares);
    foreachInPlace(
      'div_.ScalarList',
      denominators,
      counts.map(count => Math.sqrt(1 - beta2 ** count)),
    );
    foreachInPlace('add_.Scalar', denominators, settings.epsilon);
    foreachInPlace(
      'addcdiv_.ScalarList',
      params,
      means,
      denominators,
      counts.map(count => -lr / (1 - beta1 ** count)),
    );
  }
}

/** Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019). */
export class AdamW extends Adam {
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<AdamSettings>[],
    settings: Partial<AdamSettings> & { lr: number },
  ) {
    super(params, { weightDecay: 0.01, ...settings });
  }

  protected override update(batch: Batch<AdamSettings>): void {
    const decay = batch.settings.weightDecay;
    if (decay !== 0) foreachInPlace('mul_.Scalar', batch.params, 1 - batch.lr * decay);
    this.move(batch, batch.gradients);
  }
}
