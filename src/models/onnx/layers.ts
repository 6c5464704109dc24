import type { GraphBuilder, Value } from './graph.js';

/** What a picture became in the graph. */
export interface ImageEncodingValues {
  /** N × features. */
  readonly pooled: Value;
  /** N × local features × h × w. */
  readonly map: Value;
}

// Each function puts the nodes of one kind of layer into the graph; `name` is the path of its weights.

/** Matrix product with a weight and its bias, over the last dimension: … × inputs → … × outputs. */
export function linear(graph: GraphBuilder, name: string, x: Value): Value {
  const product = graph.node('MatMul', [x, graph.transposed(`${name}.weight`)]);
  const bias = `${name}.bias`;
  return graph.has(bias) ? graph.node('Add', [product, graph.weight(bias)]) : product;
}

export function convolution(
  graph: GraphBuilder,
  name: string,
  x: Value,
  { stride = 1, padding = 0 }: { stride?: number; padding?: number } = {},
): Value {
  const kernel = graph.shapeOf(`${name}.weight`).slice(2);
  const bias = `${name}.bias`;
  const inputs = [x, graph.weight(`${name}.weight`), ...(graph.has(bias) ? [graph.weight(bias)] : [])];
  return graph.node('Conv', inputs, {
    kernel_shape: kernel,
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
}

/** By the running statistics. */
export function batchNorm(graph: GraphBuilder, name: string, x: Value): Value {
  const parts = ['weight', 'bias', 'running_mean', 'running_var'];
  const inputs = [x, ...parts.map(part => graph.weight(`${name}.${part}`))];
  return graph.node('BatchNormalization', inputs, { epsilon: { float: 1e-5 } });
}

export function layerNorm(graph: GraphBuilder, name: string, x: Value, epsilon: number): Value {
  const inputs = [x, graph.weight(`${name}.weight`), graph.weight(`${name}.bias`)];
  return graph.node('LayerNormalization', inputs, { axis: -1, epsilon: { float: epsilon } });
}

/** x Φ(x), by the error function: not the approximation by the hyperbolic tangent. */
export function gelu(graph: GraphBuilder, x: Value): Value {
  const error = graph.node('Erf', [graph.node('Mul', [x, graph.scalar(Math.SQRT1_2)])]);
  const twice = graph.node('Mul', [x, graph.node('Add', [error, graph.scalar(1)])]);
  return graph.node('Mul', [twice, graph.scalar(0.5)]);
}

export function relu(graph: GraphBuilder, x: Value): Value {
  return graph.node('Relu', [x]);
}

export function transpose(graph: GraphBuilder, x: Value, order: readonly number[]): Value {
  return graph.node('Transpose', [x], { perm: order });
}

/** The mean over some dimensions. */
export function mean(graph: GraphBuilder, x: Value, axes: readonly number[], keep = false): Value {
  return graph.node('ReduceMean', [x], { axes, keepdims: keep ? 1 : 0 });
}

/** The sum over some dimensions. */
export function sum(graph: GraphBuilder, x: Value, axes: readonly number[], keep = false): Value {
  return graph.node('ReduceSum', [x, graph.integers(...axes)], { keepdims: keep ? 1 : 0 });
}

/** Vectors of length 1 along `axis`; a vector of zeros stays one. */
export function unitVectors(graph: GraphBuilder, x: Value, axis: number): Value {
  const length = graph.node('ReduceL2', [x], { axes: [axis], keepdims: 1 });
  return graph.node('Div', [x, graph.node('Max', [length, graph.scalar(1e-12)])]);
}

/**
 * Attention of several heads over one sequence: N × T × hidden → N × T × hidden, before the output's own matrix.
 * @param bias - N × 1 × 1 × T, added to the scores; nothing is hidden without.
 */
export function attention(
  graph: GraphBuilder,
  { query, key, value }: { readonly query: Value; readonly key: Value; readonly value: Value },
  { hidden, heads, bias }: { readonly hidden: number; readonly heads: number; readonly bias?: Value },
): Value {
  const width = hidden / heads;
  // A 0 keeps the dimension as it is: batch and length stay free.
  const split = (x: Value) => graph.node('Reshape', [x, graph.integers(0, 0, heads, width)]);
  const scaled = graph.node('Mul', [split(query), graph.scalar(1 / Math.sqrt(width))]);
  const scores = graph.node('MatMul', [
    transpose(graph, scaled, [0, 2, 1, 3]),
    transpose(graph, split(key), [0, 2, 3, 1]),
  ]);
  const seen = bias === undefined ? scores : graph.node('Add', [scores, bias]);
  const mixed = graph.node('MatMul', [
    graph.node('Softmax', [seen], { axis: -1 }),
    transpose(graph, split(value), [0, 2, 1, 3]),
  ]);
  return graph.node('Reshape', [transpose(graph, mixed, [0, 2, 1, 3]), graph.integers(0, 0, hidden)]);
}
