import type { ResNetConfig } from '../image/resnet.js';
import type { GraphBuilder, Value } from './graph.js';
import { batchNorm, convolution, type ImageEncodingValues, mean, relu } from './layers.js';

/** @param picture - N × channels × H × W, normalised. */
export function resNetGraph(
  graph: GraphBuilder,
  name: string,
  config: ResNetConfig,
  picture: Value,
): ImageEncodingValues {
  const stem = convolution(graph, `${name}.conv1`, picture, { stride: 2, padding: 3 });
  let last = graph.node('MaxPool', [relu(graph, batchNorm(graph, `${name}.bn1`, stem))], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
  let map = last;
  config.depths.forEach((blocks, stage) => {
    for (let place = 0; place < blocks; place++) {
      const stride = place === 0 ? config.strides[stage]! : 1;
      last = block(graph, `${name}.layer${stage + 1}.${place}`, config.block, last, stride);
    }
    if (config.local_layer === `layer${stage + 1}`) map = last;
  });
  return { pooled: mean(graph, last, [2, 3]), map };
}

/** The stride stands at the first 3 × 3 convolution, as in torchvision. */
function block(
  graph: GraphBuilder,
  name: string,
  kind: ResNetConfig['block'],
  x: Value,
  stride: number,
): Value {
  const convolve = (index: number, input: Value, options: { stride?: number; padding?: number } = {}) =>
    batchNorm(graph, `${name}.bn${index}`, convolution(graph, `${name}.conv${index}`, input, options));
  const convolved =
    kind === 'basic'
      ? convolve(2, relu(graph, convolve(1, x, { stride, padding: 1 })), { padding: 1 })
      : convolve(3, relu(graph, convolve(2, relu(graph, convolve(1, x)), { stride, padding: 1 })));
  const shortcut = graph.has(`${name}.downsample.0.weight`)
    ? batchNorm(graph, `${name}.downsample.1`, convolution(graph, `${name}.downsample.0`, x, { stride }))
    : x;
  return relu(graph, graph.node('Add', [convolved, shortcut]));
}
