import type { Module } from '../tensor/index.js';
import type { ProjectionForm, VisionLanguageConfig } from './config.js';
import { EXPANSION, type ResNetConfig, STAGES } from './image/resnet.js';
import type { VitConfig } from './image/vit.js';
import type { BertConfig } from './text/bert.js';

/** Multiply-adds of one forward pass. Each is two floating-point operations. */
export interface EncoderFlops {
  /** For one picture. */
  readonly image: number;
  /** For one text. */
  readonly text: number;
}

/**
 * Multiply-adds of one forward pass through both encoders and their projections: of convolutions and matrix products,
 * as is usual. Norms, activations and sums are left out. A training step without recomputation costs three times as
 * much: the backward pass has two products for each one (less where layers are frozen).
 * @param imageSize - Side of the picture in pixels.
 * @param tokens - Length of the text, padding included.
 */
export function encoderFlops(config: VisionLanguageConfig, imageSize: number, tokens: number): EncoderFlops {
  const { image, text, projection } = config;
  const seen = image.architecture === 'vit' ? vit(image, imageSize) : resnet(image, imageSize);
  const project = (form: ProjectionForm, inputs: number) => {
    const { hidden, dimension } = projection;
    if (form === 'none') return 0;
    return form === 'linear' ? inputs * dimension : hidden * (inputs + dimension);
  };
  const words = projection.words ? tokens : 0;
  return {
    image:
      seen.total +
      project(projection.image, seen.features) +
      seen.cells * project(projection.image, seen.localFeatures),
    text: transformer(text, tokens) + (1 + words) * project(projection.text, text.hidden_size),
  };
}

/** Numbers that a model learns, and those of them that are trained and not frozen. */
export function parameterCount(model: Module): { readonly all: number; readonly trained: number } {
  const parameters = model.parameters();
  const count = (chosen: typeof parameters) => chosen.reduce((sum, each) => sum + each.numel, 0);
  return { all: count(parameters), trained: count(parameters.filter(each => each.requiresGrad)) };
}

/** What a network for pictures costs, and what it gives to the projections. */
interface ImageCost {
  readonly total: number;
  readonly features: number;
  readonly localFeatures: number;
  /** Places of the map. */
  readonly cells: number;
}

function resnet(config: ResNetConfig, size: number): ImageCost {
  const { block, stem, channels, depths, widths, strides } = config;
  const expansion = block === 'bottleneck' ? EXPANSION : 1;
  let side = Math.ceil(size / 2);
  let total = channels * stem * 7 * 7 * side ** 2;
  side = Math.ceil(side / 2);
  let inputs = stem;
  let local = { localFeatures: 0, cells: 0 };
  for (const [stage, depth] of depths.entries()) {
    const width = widths[stage]!;
    const outputs = width * expansion;
    for (let place = 0; place < depth; place++) {
      const stride = place === 0 ? strides[stage]! : 1;
      const before = side ** 2;
      side = Math.ceil(side / stride);
      const after = side ** 2;
      total +=
        block === 'bottleneck'
          ? inputs * width * before + (9 * width * width + width * outputs) * after
          : 9 * (inputs * width + width * width) * after;
      if (stride !== 1 || inputs !== outputs) total += inputs * outputs * after;
      inputs = outputs;
    }
    if (STAGES[stage] === config.local_layer) local = { localFeatures: outputs, cells: side ** 2 };
  }
  return { total, features: inputs, ...local };
}

function vit(config: VitConfig, size: number): ImageCost {
  const { hidden_size: hidden, patch_size: patch, channels } = config;
  const cells = Math.floor(size / patch) ** 2;
  const embedding = cells * hidden * channels * patch ** 2;
  return {
    total: embedding + transformer(config, 1 + cells),
    features: hidden,
    localFeatures: hidden,
    cells,
  };
}

/** Query, key, value and output; scores and their use; the two dense layers. */
function transformer(config: BertConfig | VitConfig, tokens: number): number {
  const { hidden_size: hidden, intermediate_size: inner, num_hidden_layers: layers } = config;
  const dense = tokens * (4 * hidden ** 2 + 2 * hidden * inner);
  const attention = 2 * tokens ** 2 * hidden;
  return layers * (dense + attention);
}
