import type { TextPooling, VisionLanguageConfig } from '../config.js';
import { bertGraph } from './bert-graph.js';
import type { GraphModel } from './format.js';
import type { GraphBuilder, Value } from './graph.js';
import { projection, unknownArchitecture } from './image-model.js';
import { sum, unitVectors } from './layers.js';

/**
 * The text encoder with its projection: `input_ids` and `attention_mask` (N × T) → `embedding` (N × D, of length 1)
 * and `words` (N × T × hidden: the last hidden states).
 */
export function textModel(graph: GraphBuilder, config: VisionLanguageConfig): GraphModel {
  const { text, pooling } = config;
  const ids = graph.input('input_ids', 'int64', ['batch', 'length']);
  const present = graph.input('attention_mask', 'int64', ['batch', 'length']);
  const mask = graph.node('Cast', [present], { to: 1 });
  if (text.architecture !== 'bert') throw unknownArchitecture('text', text);
  const words = bertGraph(graph, 'text', text, { ids, mask }).at(-1)!;
  const pooled = pool(graph, words, mask, pooling);
  const embedding = unitVectors(graph, projection(graph, 'text_projection', pooled), 1);
  graph.output('embedding', embedding, ['batch', config.projection.dimension]);
  graph.output('words', words, ['batch', 'length', text.hidden_size]);
  return graph.finish('synray text encoder');
}

/** One vector a text: N × T × hidden → N × hidden. Padding does not count. */
function pool(graph: GraphBuilder, words: Value, mask: Value, pooling: TextPooling): Value {
  if (pooling === 'cls') return graph.node('Gather', [words, graph.integer(0)], { axis: 1 });
  const seen = graph.node('Unsqueeze', [mask, graph.integers(2)]);
  if (pooling === 'mean') {
    const total = sum(graph, graph.node('Mul', [words, seen]), [1]);
    return graph.node('Div', [total, sum(graph, seen, [1])]);
  }
  const absent = graph.node('Equal', [seen, graph.scalar(0)]);
  const kept = graph.node('Where', [absent, graph.scalar(Number.NEGATIVE_INFINITY), words]);
  return graph.node('ReduceMax', [kept], { axes: [1], keepdims: 0 });
}
