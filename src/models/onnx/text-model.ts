import type { TextPooling, VisionLanguageConfig } from '../config.js';
import { bertGraph } from './bert-graph.js';
import type { GraphModel } from './format.js';
import type { GraphBuilder, Value } from './graph.js';
import { projection, unknownArchitecture } from './image-model.js';
import { sum, unitVectors } from './layers.js';

/** Vectors and, N × length, which of them count: 1 or 0. */
interface States {
  readonly vectors: Value;
  readonly mask: Value;
}

/** Whether the text encoder must be told which pieces are of one word. */
export function needsWords({ pooling, projection }: VisionLanguageConfig): boolean {
  return pooling === 'words' || projection.words;
}

/**
 * The text encoder with its projection: `input_ids` and `attention_mask` (N × T) → `embedding` (N × D, of length 1)
 * and `words` (N × T × hidden: the hidden states). A model that knows words takes `word_numbers` (N × T: which word a
 * token belongs to, −1 for none); where it projects them, `words` is N × W × D, and `word_mask` (N × W) goes with it.
 */
export function textModel(graph: GraphBuilder, config: VisionLanguageConfig): GraphModel {
  const { text, pooling } = config;
  if (text.architecture !== 'bert') throw unknownArchitecture('text', text);
  const dimension = config.projection.dimension;
  const ids = graph.input('input_ids', 'int64', ['batch', 'length']);
  const present = graph.input('attention_mask', 'int64', ['batch', 'length']);
  const mask = graph.node('Cast', [present], { to: 1 });
  const all = bertGraph(graph, 'text', text, { ids, mask });
  const vectors = all
    .slice(-config.summed_layers)
    .reduce((total, states) => graph.node('Add', [total, states]));
  const tokens = { vectors, mask };
  const words = needsWords(config)
    ? sumPieces(graph, vectors, graph.input('word_numbers', 'int64', ['batch', 'length']))
    : undefined;
  const pooled =
    pooling === 'words' && words !== undefined ? pool(graph, words, 'mean') : pool(graph, tokens, pooling);
  const embedding = unitVectors(graph, projection(graph, 'text_projection', pooled), 1);
  graph.output('embedding', embedding, ['batch', dimension]);
  if (config.projection.words && words !== undefined) {
    const projected = projection(graph, 'word_projection', words.vectors);
    graph.output('words', projected, ['batch', 'words', dimension]);
    graph.output('word_mask', words.mask, ['batch', 'words']);
  } else {
    graph.output('words', vectors, ['batch', 'length', text.hidden_size]);
  }
  return graph.finish('synray text encoder');
}

/** One vector a text: N × length × hidden → N × hidden. What the mask leaves out does not count. */
function pool(graph: GraphBuilder, { vectors, mask }: States, pooling: TextPooling): Value {
  if (pooling === 'cls') return graph.node('Gather', [vectors, graph.integer(0)], { axis: 1 });
  const seen = graph.node('Unsqueeze', [mask, graph.integers(2)]);
  if (pooling === 'mean') {
    const total = sum(graph, graph.node('Mul', [vectors, seen]), [1]);
    return graph.node('Div', [total, sum(graph, seen, [1])]);
  }
  const absent = graph.node('Equal', [seen, graph.scalar(0)]);
  const kept = graph.node('Where', [absent, graph.scalar(Number.NEGATIVE_INFINITY), vectors]);
  return graph.node('ReduceMax', [kept], { axes: [1], keepdims: 0 });
}

/**
 * Sums the pieces of each word: N × T × hidden → N × W × hidden, W words in the longest text.
 * @param numbers - N × T: the word of each token, −1 for none.
 */
function sumPieces(graph: GraphBuilder, vectors: Value, numbers: Value): States {
  const last = graph.node('ReduceMax', [numbers], { keepdims: 0 });
  const count = graph.node('Max', [graph.node('Add', [last, graph.integer(1)]), graph.integer(1)]);
  const places = graph.node('Range', [graph.integer(0), count, graph.integer(1)]);
  // N × W × T: 1 where the piece belongs to the word.
  const belongs = graph.node('Equal', [
    graph.node('Unsqueeze', [places, graph.integers(0, 2)]),
    graph.node('Unsqueeze', [numbers, graph.integers(1)]),
  ]);
  const weights = graph.node('Cast', [belongs], { to: 1 });
  return {
    vectors: graph.node('MatMul', [weights, vectors]),
    mask: graph.node('ReduceMax', [weights], { axes: [2], keepdims: 0 }),
  };
}
