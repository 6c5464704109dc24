import { ones, tensor, zeros } from '../create.js';
import { batchNorm } from '../functional.js';
import type { Tensor } from '../tensor.js';
import { Module, type Parameter, parameter } from './module.js';

/**
 * Normalises each channel of [N, channels, H, W]: by the batch in training, by the running statistics else
 * (Ioffe and Szegedy 2015).
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
  readonly batchesTracked: Tensor;

  constructor(
    channels: number,
    readonly options: { epsilon?: number; momentum?: number } = {},
  ) {
    super();
    this.weight = parameter(ones([channels]));
    this.bias = parameter(zeros([channels]));
    this.runningMean = this.registerBuffer('running_mean', zeros([channels]));
    this.runningVariance = this.registerBuffer('running_var', ones([channels]));
    this.batchesTracked = this.registerBuffer('num_batches_tracked', tensor(0, { dtype: 'i64' }));
  }

  forward(input: Tensor): Tensor {
    if (this.training) this.batchesTracked.add_(1);
    const running = { mean: this.runningMean, variance: this.runningVariance };
    return batchNorm(input, running, this.weight, this.bias, { training: this.training, ...this.options });
  }
}
