import { ones, tensor, zeros } from '../create.js';
import { batchNorm } from '../functional.js';
import { noGrad } from '../modes.js';
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
  /** Where batches of several ranks are normalised together: a sum over ranks, as part of the graph. */
  sumOverRanks: { readonly ranks: number; of(own: Tensor): Tensor } | undefined;

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
    if (this.training && this.sumOverRanks !== undefined) return this.#overRanks(input, this.sumOverRanks);
    const running = { mean: this.runningMean, variance: this.runningVariance };
    return batchNorm(input, running, this.weight, this.bias, { training: this.training, ...this.options });
  }

  /** The mean first and then the squares around it: E[x²] − E[x]² would lose the small variances to rounding. */
  #overRanks(input: Tensor, { ranks, of }: { readonly ranks: number; of(own: Tensor): Tensor }): Tensor {
    const x = input.to({ dtype: 'f32' });
    const channels = this.weight.shape[0]!;
    const count = (x.numel / channels) * ranks;
    const perChannel = (row: Tensor) => row.reshape(1, channels, 1, 1);
    const mean = of(x.sum([0, 2, 3])).div(count);
    const centred = x.sub(perChannel(mean));
    const variance = of(centred.square().sum([0, 2, 3])).div(count);
    noGrad(() => {
      const { momentum = 0.1 } = this.options;
      this.runningMean.mul_(1 - momentum).add_(mean, momentum);
      this.runningVariance.mul_(1 - momentum).add_(variance.mul(count / Math.max(count - 1, 1)), momentum);
    });
    const scale = variance
      .add(this.options.epsilon ?? 1e-5)
      .rsqrt()
      .mul(this.weight);
    return centred.mul(perChannel(scale)).add(perChannel(this.bias));
  }
}
