import { backward, call, cat, noGrad, scope, type Tensor } from '../tensor/index.js';

/** Tensors by name, rows of a batch along the first dimension of each. */
export type Rows = Readonly<Record<string, Tensor>>;

/**
 * Gradients of a loss over a batch of which memory holds only a part at a time: the same gradients as in one go, as
 * GradCache shows (Gao et al., 2021, arXiv 2101.06983, section 3.2).
 *
 * Every part is encoded without recording; the loss is taken over the encoded rows of all parts and differentiated
 * down to them; then every part is encoded again, recorded this time, and what the loss asks of its rows goes on into
 * the weights. That costs one more forward pass. Adding up losses of parts, which is cheaper, would not do here: a
 * contrastive loss compares every pair with all others of the batch.
 *
 * Layers that look at the whole batch (batch norm) see a part at a time.
 * @param options.encode - Encodes part 0, 1, …; called twice for each and must give the same values both times
 * (seed the generators by the part). Shapes may differ beyond the rows in their second dimension, which is padded
 * with zeros.
 * @param options.lossOf - The loss and whatever else the caller wants of the rows.
 * @param options.state - Tensors that encoding changes (running statistics): put back after the first pass.
 */
export function backwardInParts<L extends { readonly total: Tensor }>(options: {
  readonly parts: number;
  readonly encode: (part: number) => Rows;
  readonly lossOf: (rows: Rows) => L;
  readonly state: readonly Tensor[];
}): L {
  const { parts, encode, lossOf, state } = options;
  const before = noGrad(() => state.map(value => value.clone()));
  const rows = encodeInParts(parts, encode);
  noGrad(() => {
    state.forEach((value, place) => {
      value.copy_(before[place]!);
    });
  });
  for (const value of Object.values(rows)) value.setRequiresGrad();
  const loss = lossOf(rows);
  loss.total.backward();
  const starts = new Map<string, number>();
  for (let part = 0; part < parts; part++) {
    scope(() => {
      const roots: Tensor[] = [];
      const gradients: Tensor[] = [];
      for (const [name, root] of Object.entries(encode(part))) {
        const start = starts.get(name) ?? 0;
        const end = start + root.shape[0]!;
        starts.set(name, end);
        const gradient = rows[name]!.grad;
        if (gradient === null || !root.requiresGrad) continue;
        const own = gradient.slice(0, start, end);
        roots.push(root);
        gradients.push(root.ndim > 1 ? own.slice(1, 0, root.shape[1]!) : own);
      }
      if (roots.length > 0) backward(roots, gradients);
    });
  }
  return loss;
}

/** The rows of all parts, encoded one after another without recording. */
export function encodeInParts(parts: number, encode: (part: number) => Rows): Rows {
  return noGrad(() => {
    // A scope each, so that a part's activations are gone before the next comes.
    const encoded = Array.from({ length: parts }, (_, part) => scope(() => encode(part)));
    if (parts === 1) return encoded[0]!;
    const names = Object.keys(encoded[0]!);
    return Object.fromEntries(names.map(name => [name, joinRows(encoded.map(part => part[name]!))]));
  });
}

/** Parts below one another, their second dimensions padded with zeros to the longest. */
function joinRows(parts: readonly Tensor[]): Tensor {
  const longest = Math.max(...parts.map(part => part.shape[1] ?? 0));
  return cat(
    parts.map(part => {
      const short = part.ndim > 1 ? longest - part.shape[1]! : 0;
      const behind = Array.from({ length: Math.max(0, part.ndim - 2) }, () => [0, 0]).flat();
      return short === 0 ? part : call('aten::constant_pad_nd', part, [...behind, 0, short], 0);
    }),
    0,
  );
}

/** Bounds of part `part` when `count` rows are cut into `parts` of nearly equal size. */
export function partOf(count: number, part: number, parts: number): readonly [start: number, end: number] {
  return [Math.floor((part * count) / parts), Math.floor(((part + 1) * count) / parts)];
}
