import { conv2d, type Pair, pair } from '../functional.js';
import type { Tensor } from '../tensor.js';
import { uniformByFanIn } from './initialise.js';
import { Module, type Parameter, parameter } from './module.js';

/** Convolution over pictures: [N, inputs, H, W] to [N, outputs, H', W']. */
export class Conv2d extends Module {
  /** [outputs, inputs / groups, kernel height, kernel width] */
  readonly weight: Parameter;
  /** [outputs] */
  readonly bias: Parameter | null;

  constructor(
    inputs: number,
    outputs: number,
    kernel: Pair,
    readonly options: {
      stride?: Pair;
      padding?: Pair;
      dilation?: Pair;
      groups?: number;
      bias?: boolean;
    } = {},
  ) {
    super();
    const [height, width] = pair(kernel);
    const perGroup = inputs / (options.groups ?? 1);
    const fanIn = perGroup * height * width;
    this.weight = parameter(uniformByFanIn([outputs, perGroup, height, width], fanIn));
    this.bias = (options.bias ?? true) ? parameter(uniformByFanIn([outputs], fanIn)) : null;
  }

  forward(input: Tensor): Tensor {
    return conv2d(input, this.weight, this.bias, this.options);
  }
}
