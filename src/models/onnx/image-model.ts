import { UsageError } from '../../base/index.js';
import type { VisionLanguageConfig } from '../config.js';
import type { GraphModel } from './format.js';
import type { GraphBuilder, Value } from './graph.js';
import { type ImageEncodingValues, linear, mean, relu, transpose, unitVectors } from './layers.js';
import { resNetGraph } from './resnet-graph.js';
import { vitGraph } from './vit-graph.js';

/** Element types that a picture may come in. */
export const PIXEL_ELEMENTS = ['uint8', 'float32'] as const;
export type PixelElement = (typeof PIXEL_ELEMENTS)[number];

/**
 * The image encoder with its projections: `pixels` → `embedding` (N × D) and `cells` (N × D × h × w), of length 1.
 * @param size - Height and width of the pictures, where the architecture fixes them.
 */
export function imageModel(
  graph: GraphBuilder,
  config: VisionLanguageConfig,
  { pixels, size }: { readonly pixels: PixelElement; readonly size: number },
): GraphModel {
  const free = config.image.architecture === 'resnet';
  const side = free ? ['height', 'width'] : [size, size];
  const given = graph.input('pixels', pixels, ['batch', 1, ...side]);
  const picture = normalised(graph, pixels === 'uint8' ? graph.node('Cast', [given], { to: 1 }) : given);
  const { pooled, map } = encoded(graph, config, picture, size);
  const dimension = config.projection.dimension;
  const project = config.projection.cells ? 'cell_projection' : 'image_projection';
  const embedding = unitVectors(graph, projection(graph, 'image_projection', pooled), 1);
  const cells = projection(graph, project, transpose(graph, map, [0, 2, 3, 1]));
  graph.output('embedding', embedding, ['batch', dimension]);
  graph.output('cells', unitVectors(graph, transpose(graph, cells, [0, 3, 1, 2]), 1), [
    'batch',
    dimension,
    'rows',
    'columns',
  ]);
  return graph.finish('synray image encoder');
}

function encoded(
  graph: GraphBuilder,
  { image }: VisionLanguageConfig,
  grey: Value,
  size: number,
): ImageEncodingValues {
  const picture = image.channels === 3 ? graph.node('Concat', [grey, grey, grey], { axis: 1 }) : grey;
  switch (image.architecture) {
    case 'resnet':
      return resNetGraph(graph, 'image', image, picture);
    case 'vit':
      return vitGraph(graph, 'image', image, picture, size);
    default:
      throw unknownArchitecture('image', image);
  }
}

/** For an encoder that has no functions here. */
export function unknownArchitecture(
  kind: 'image' | 'text',
  form: { readonly architecture: string },
): UsageError {
  return new UsageError({
    fault: `${kind === 'image' ? 'an' : 'a'} ${kind} encoder of the architecture ${form.architecture} cannot be written as ONNX`,
    mend: 'use the weights in model.safetensors instead',
  });
}

/** Each picture minus its mean, over its standard deviation. */
function normalised(graph: GraphBuilder, picture: Value): Value {
  const centred = graph.node('Sub', [picture, mean(graph, picture, [1, 2, 3], true)]);
  const variance = mean(graph, graph.node('Mul', [centred, centred]), [1, 2, 3], true);
  const deviation = graph.node('Add', [graph.node('Sqrt', [variance]), graph.scalar(1e-5)]);
  return graph.node('Div', [centred, deviation]);
}

/** Into the shared space, over the last dimension: linear, ReLU, linear; or linear; or as it is, by its weights. */
export function projection(graph: GraphBuilder, name: string, x: Value): Value {
  if (graph.has(`${name}.weight`)) return linear(graph, name, x);
  if (!graph.has(`${name}.hidden.weight`)) return x;
  return linear(graph, `${name}.output`, relu(graph, linear(graph, `${name}.hidden`, x)));
}
