import type { BertConfig } from '../text/bert.js';
import type { GraphBuilder, Value } from './graph.js';
import { attention, gelu, layerNorm, linear } from './layers.js';

/** Added to a score to hide a token, as in the encoder itself. */
const HIDDEN = 30_000;

/**
 * The hidden states, each N × T × hidden: the embeddings, then what each layer gives.
 * @param ids - N × T, int64.
 * @param mask - N × T, float32: 1 where there is a token.
 */
export function bertGraph(
  graph: GraphBuilder,
  name: string,
  config: BertConfig,
  { ids, mask }: { readonly ids: Value; readonly mask: Value },
): Value[] {
  const absent = graph.node('Sub', [mask, graph.scalar(1)]);
  const hidden = graph.node('Mul', [absent, graph.scalar(HIDDEN)]);
  const bias = graph.node('Unsqueeze', [hidden, graph.integers(1, 2)]);
  let states = embeddings(graph, `${name}.embeddings`, config, ids);
  const all = [states];
  for (let index = 0; index < config.num_hidden_layers; index++) {
    states = layer(graph, `${name}.encoder.layer.${index}`, config, states, bias);
    all.push(states);
  }
  return all;
}

function embeddings(graph: GraphBuilder, name: string, config: BertConfig, ids: Value): Value {
  const table = (kind: string) => graph.weight(`${name}.${kind}_embeddings.weight`);
  const length = graph.node('Shape', [ids], { start: 1, end: 2 });
  const positions = graph.node('Slice', [table('position'), graph.integers(0), length, graph.integers(0)]);
  // Every token is of the first type: one text at a time.
  const type = graph.node('Gather', [table('token_type'), graph.integer(0)], { axis: 0 });
  const words = graph.node('Gather', [table('word'), ids], { axis: 0 });
  const together = graph.node('Add', [words, graph.node('Add', [positions, type])]);
  return layerNorm(graph, `${name}.LayerNorm`, together, config.layer_norm_eps);
}

function layer(graph: GraphBuilder, name: string, config: BertConfig, x: Value, bias: Value): Value {
  const of = (kind: string) => linear(graph, `${name}.attention.self.${kind}`, x);
  const seen = attention(
    graph,
    { query: of('query'), key: of('key'), value: of('value') },
    { hidden: config.hidden_size, heads: config.num_attention_heads, bias },
  );
  const close = (part: string, given: Value, before: Value) => {
    const together = graph.node('Add', [linear(graph, `${name}.${part}.dense`, given), before]);
    return layerNorm(graph, `${name}.${part}.LayerNorm`, together, config.layer_norm_eps);
  };
  const attended = close('attention.output', seen, x);
  return close('output', gelu(graph, linear(graph, `${name}.intermediate.dense`, attended)), attended);
}
