import { resizePositions, type VitConfig } from '../image/vit.js';
import type { GraphBuilder, Value } from './graph.js';
import {
  attention,
  convolution,
  gelu,
  type ImageEncodingValues,
  layerNorm,
  linear,
  mean,
  transpose,
} from './layers.js';

/**
 * @param picture - N × channels × size × size, normalised.
 * @param size - Fixed: the table of positions is brought to it once, here, instead of in every run.
 */
export function vitGraph(
  graph: GraphBuilder,
  name: string,
  config: VitConfig,
  picture: Value,
  size: number,
): ImageEncodingValues {
  const { hidden_size: hidden, layer_norm_eps: epsilon } = config;
  const side = Math.floor(size / config.patch_size);
  let tokens = embeddings(graph, `${name}.embeddings`, config, picture, side);
  for (let index = 0; index < config.num_hidden_layers; index++) {
    tokens = layer(graph, `${name}.encoder.layer.${index}`, config, tokens);
  }
  tokens = layerNorm(graph, `${name}.layernorm`, tokens, epsilon);
  const end = graph.integers(Number.MAX_SAFE_INTEGER);
  const patches = graph.node('Slice', [tokens, graph.integers(1), end, graph.integers(1)]);
  return {
    pooled:
      config.pooling === 'cls'
        ? graph.node('Gather', [tokens, graph.integer(0)], { axis: 1 })
        : mean(graph, patches, [1]),
    map: graph.node('Reshape', [transpose(graph, patches, [0, 2, 1]), graph.integers(0, hidden, side, side)]),
  };
}

/** @returns N × (1 + side²) × hidden. */
function embeddings(
  graph: GraphBuilder,
  name: string,
  config: VitConfig,
  picture: Value,
  side: number,
): Value {
  const { hidden_size: hidden, patch_size: patch } = config;
  const map = convolution(graph, `${name}.patch_embeddings.projection`, picture, { stride: patch });
  const flat = graph.node('Reshape', [map, graph.integers(0, hidden, side * side)]);
  const rows = graph.node('Shape', [picture], { start: 0, end: 1 });
  const shape = graph.node('Concat', [rows, graph.integers(1, hidden)], { axis: 0 });
  const first = graph.node('Expand', [graph.weight(`${name}.cls_token`), shape]);
  const tokens = graph.node('Concat', [first, transpose(graph, flat, [0, 2, 1])], { axis: 1 });
  const table = `${name}.position_embeddings`;
  const own = graph.shapeOf(table)[1] === 1 + side * side;
  const positions = own
    ? graph.weight(table)
    : graph.changed(table, `${table}.resized`, weight => resizePositions(weight, [side, side]));
  return graph.node('Add', [tokens, positions]);
}

/** Layer norm stands before attention and before the dense layers, not behind them as in BERT. */
function layer(graph: GraphBuilder, name: string, config: VitConfig, x: Value): Value {
  const { hidden_size: hidden, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const before = layerNorm(graph, `${name}.layernorm_before`, x, epsilon);
  const of = (kind: string) => linear(graph, `${name}.attention.attention.${kind}`, before);
  const mixed = attention(
    graph,
    { query: of('query'), key: of('key'), value: of('value') },
    { hidden, heads },
  );
  const attended = graph.node('Add', [linear(graph, `${name}.attention.output.dense`, mixed), x]);
  const after = layerNorm(graph, `${name}.layernorm_after`, attended, epsilon);
  const inner = gelu(graph, linear(graph, `${name}.intermediate.dense`, after));
  return graph.node('Add', [linear(graph, `${name}.output.dense`, inner), attended]);
}
