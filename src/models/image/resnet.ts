import { z } from 'zod';
import { BatchNorm2d, Conv2d, call, F, Module, Sequential, type Tensor } from '../../tensor/index.js';
import { asSeen, type ImageEncoder, type ImageEncoding } from './image-encoder.js';

/** The form of a residual network, after He et al., 2016 (arXiv 1512.03385). */
export const ResNetConfig = z.strictObject({
  architecture: z.literal('resnet'),
  /** `basic`: two 3 × 3 convolutions; `bottleneck`: 1 × 1, 3 × 3, 1 × 1 with four times the channels. */
  block: z.enum(['basic', 'bottleneck']),
  /** Blocks in each stage. */
  depths: z.array(z.int().min(1).max(64)).length(4),
  /** Channels of the stem. */
  stem: z.int().min(4).max(512),
  /** Channels of each stage (of its 3 × 3 convolutions). */
  widths: z.array(z.int().min(4).max(4096)).length(4),
  /** By how much each stage makes the map coarser. The published networks have 1, 2, 2, 2. */
  strides: z.array(z.int().min(1).max(2)).length(4).default([1, 2, 2, 2]),
  /** 1: the grey picture; 3: the grey picture three times, for weights learnt on colour pictures. */
  channels: z.literal([1, 3]).default(1),
  /** The stage whose map is given. GLoRIA (Huang et al., 2021, section 3.2) takes the third. */
  local_layer: z.enum(['layer1', 'layer2', 'layer3', 'layer4']).default('layer4'),
});
export type ResNetConfig = z.infer<typeof ResNetConfig>;

const form = (block: ResNetConfig['block'], depths: number[], width: number): ResNetConfig => ({
  architecture: 'resnet',
  block,
  depths,
  stem: width,
  widths: [width, 2 * width, 4 * width, 8 * width],
  strides: [1, 2, 2, 2],
  channels: 1,
  local_layer: 'layer4',
});

/** Forms with a name. `width` times the published number of channels gives smaller or larger ones. */
export const resNetForms = {
  resnet18: (width = 1) => form('basic', [2, 2, 2, 2], Math.round(64 * width)),
  resnet34: (width = 1) => form('basic', [3, 4, 6, 3], Math.round(64 * width)),
  resnet50: (width = 1) => form('bottleneck', [3, 4, 6, 3], Math.round(64 * width)),
  /**
   * For machines with a few cores: few channels where the map is large. The last stage keeps the map at 1/16
   * of the picture, so that at 128 px there are 8 × 8 cells for small findings.
   */
  slim: (width = 1): ResNetConfig => ({
    architecture: 'resnet',
    block: 'basic',
    depths: [1, 2, 2, 1],
    stem: Math.round(16 * width),
    widths: [24, 48, 96, 160].map(channels => Math.round(channels * width)),
    strides: [1, 2, 2, 1],
    channels: 1,
    local_layer: 'layer4',
  }),
} as const;

/** What both kinds of block do around their convolutions: add the input, brought to the same shape. */
abstract class ResidualBlock extends Module {
  readonly downsample: Sequential | undefined;

  constructor(inputs: number, outputs: number, stride: number) {
    super();
    if (stride === 1 && inputs === outputs) return;
    this.downsample = new Sequential(
      new Conv2d(inputs, outputs, 1, { stride, bias: false }),
      new BatchNorm2d(outputs),
    );
  }

  protected abstract convolve(x: Tensor): Tensor;

  forward(x: Tensor): Tensor {
    const added = this.downsample === undefined ? x : this.downsample.forward(x);
    return relu(this.convolve(x).add_(added));
  }
}

class BasicBlock extends ResidualBlock {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;

  constructor(inputs: number, width: number, stride: number) {
    super(inputs, width, stride);
    this.conv1 = new Conv2d(inputs, width, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = new Conv2d(width, width, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(width);
  }

  protected override convolve(x: Tensor): Tensor {
    const hidden = relu(this.bn1.forward(this.conv1.forward(x)));
    return this.bn2.forward(this.conv2.forward(hidden));
  }
}

/** How many times the width of its 3 × 3 convolution a bottleneck gives. */
export const EXPANSION = 4;

class Bottleneck extends ResidualBlock {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;

  constructor(inputs: number, width: number, stride: number) {
    super(inputs, width * EXPANSION, stride);
    this.conv1 = new Conv2d(inputs, width, 1, { bias: false });
    this.bn1 = new BatchNorm2d(width);
    // The stride is on the 3 × 3 convolution, as in torchvision ("ResNet V1.5").
    this.conv2 = new Conv2d(width, width, 3, { stride, padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = new Conv2d(width, width * EXPANSION, 1, { bias: false });
    this.bn3 = new BatchNorm2d(width * EXPANSION);
  }

  protected override convolve(x: Tensor): Tensor {
    const narrow = relu(this.bn1.forward(this.conv1.forward(x)));
    const seen = relu(this.bn2.forward(this.conv2.forward(narrow)));
    return this.bn3.forward(this.conv3.forward(seen));
  }
}

/** The stages in their order. */
export const STAGES = ['layer1', 'layer2', 'layer3', 'layer4'] as const;

/** A residual network without its classifier. Parameters have torchvision's names. */
export class ResNet extends Module implements ImageEncoder {
  readonly config: ResNetConfig;
  readonly features: number;
  readonly localFeatures: number;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;

  constructor(config: ResNetConfig) {
    super();
    this.config = config;
    this.conv1 = new Conv2d(config.channels, config.stem, 7, { stride: 2, padding: 3, bias: false });
    this.bn1 = new BatchNorm2d(config.stem);
    const expansion = config.block === 'bottleneck' ? EXPANSION : 1;
    let inputs = config.stem;
    const stage = (index: number) => {
      const width = config.widths[index]!;
      const blocks = Array.from({ length: config.depths[index]! }, (_, place) => {
        const Block = config.block === 'bottleneck' ? Bottleneck : BasicBlock;
        const block = new Block(inputs, width, place === 0 ? config.strides[index]! : 1);
        inputs = width * expansion;
        return block;
      });
      return new Sequential(...blocks);
    };
    this.layer1 = stage(0);
    this.layer2 = stage(1);
    this.layer3 = stage(2);
    this.layer4 = stage(3);
    this.features = inputs;
    this.localFeatures = config.widths[STAGES.indexOf(config.local_layer)]! * expansion;
  }

  cells(size: number): [number, number] {
    const strides = this.config.strides.slice(0, STAGES.indexOf(this.config.local_layer) + 1);
    const cells = [2, 2, ...strides].reduce((side, stride) => Math.ceil(side / stride), size);
    return [cells, cells];
  }

  /** The pooled features are the mean of the last map, whichever map is given. */
  forward(x: Tensor): ImageEncoding {
    const picture = asSeen(x, this.config.channels);
    let last = relu(this.bn1.forward(this.conv1.forward(picture)));
    last = F.maxPool2d(last, 3, { stride: 2, padding: 1 });
    let map = last;
    for (const stage of STAGES) {
      last = this[stage].forward(last);
      if (stage === this.config.local_layer) map = last;
    }
    return { pooled: last.mean([2, 3]), map };
  }
}

/** In place, as in torchvision: what comes before (a batch norm or a sum) does not need its result again. */
function relu(x: Tensor): Tensor {
  return call('aten::relu_', x);
}
