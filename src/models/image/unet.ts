import { BatchNorm2d, Conv2d, call, cat, F, Module, ModuleList, type Tensor } from '../../tensor/index.js';
import { asSeen } from './image-encoder.js';
import { ResNet, STAGES } from './resnet.js';
import type { Vit } from './vit.js';

/** Most channels of a stage of the decoder. */
const WIDEST = 256;

/** Two 3 × 3 convolutions with batch norm. */
class DoubleConvolution extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;

  constructor(inputs: number, outputs: number) {
    super();
    this.conv1 = new Conv2d(inputs, outputs, 3, { padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(outputs);
    this.conv2 = new Conv2d(outputs, outputs, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(outputs);
  }

  forward(x: Tensor): Tensor {
    const hidden = call('aten::relu_', this.bn1.forward(this.conv1.forward(x)));
    return call('aten::relu_', this.bn2.forward(this.conv2.forward(hidden)));
  }
}

/**
 * Outlines something in pictures: the stages of an encoder on the way down, a decoder on the way up (U-Net, Ronneberger
 * et al., MICCAI 2015).
 *
 * A residual network's stem and stages are joined to the decoder where it has reached their size. A vision transformer
 * has one size only: its map is scaled up twofold by convolutions until a pixel is two of the picture's, without joins.
 * The last step to the picture's size is bilinear.
 */
export class UNet extends Module {
  readonly up: ModuleList<DoubleConvolution>;
  readonly head: Conv2d;

  /** @param encoder - Its weights are part of this module, under `encoder.`. */
  constructor(readonly encoder: ResNet | Vit) {
    super();
    let inputs: number;
    const steps: DoubleConvolution[] = [];
    if (encoder instanceof ResNet) {
      const widths = stageWidths(encoder);
      inputs = Math.min(WIDEST, widths.at(-1)!);
      steps.push(new DoubleConvolution(widths.at(-1)!, inputs));
      for (const joined of widths.slice(0, -1).reverse()) {
        const outputs = Math.min(WIDEST, joined);
        steps.push(new DoubleConvolution(inputs + joined, outputs));
        inputs = outputs;
      }
    } else {
      inputs = encoder.localFeatures;
      for (let side = encoder.config.patch_size; side > 1; side /= 2) {
        const outputs = Math.max(16, Math.min(WIDEST, inputs >> 1));
        steps.push(new DoubleConvolution(inputs, outputs));
        inputs = outputs;
      }
    }
    this.up = new ModuleList(steps);
    this.head = new Conv2d(inputs, 1, 1);
  }

  /** What is not the encoder. */
  decoderParameters() {
    return [...this.up.parameters(), ...this.head.parameters()];
  }

  /**
   * @param x - N × 1 × H × W, normalised.
   * @returns N × 1 × H × W: log-odds that a pixel lies inside.
   */
  forward(x: Tensor): Tensor {
    const size = x.shape.slice(2) as [number, number];
    return F.interpolate(this.head.forward(this.#decode(x)), size);
  }

  #decode(x: Tensor): Tensor {
    const steps = [...this.up];
    if (!(this.encoder instanceof ResNet)) {
      let map = this.encoder.forward(x).map;
      for (const [place, step] of steps.entries()) {
        map = step.forward(map);
        if (place < steps.length - 1) {
          map = F.interpolate(map, [2 * map.shape[2]!, 2 * map.shape[3]!]);
        }
      }
      return map;
    }
    const maps = resNetMaps(this.encoder, x);
    let map = steps[0]!.forward(maps.at(-1)!);
    for (const [place, joined] of maps.slice(0, -1).reverse().entries()) {
      const size = joined.shape.slice(2) as [number, number];
      const same = map.shape[2] === size[0] && map.shape[3] === size[1];
      map = steps[place + 1]!.forward(cat([same ? map : F.interpolate(map, size), joined], 1));
    }
    return map;
  }
}

/** Channels of the maps of {@link resNetMaps}. */
function stageWidths(encoder: ResNet): number[] {
  const { stem, widths, block } = encoder.config;
  return [stem, ...widths.map(width => (block === 'bottleneck' ? 4 * width : width))];
}

/** The map of the stem at half the picture's size, then that of each stage. */
function resNetMaps(encoder: ResNet, x: Tensor): Tensor[] {
  const picture = asSeen(x, encoder.config.channels);
  const stem = call('aten::relu_', encoder.bn1.forward(encoder.conv1.forward(picture)));
  const maps = [stem];
  let map = F.maxPool2d(stem, 3, { stride: 2, padding: 1 });
  for (const stage of STAGES) {
    map = encoder[stage].forward(map);
    maps.push(map);
  }
  return maps;
}
