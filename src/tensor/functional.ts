import { hasOperator } from './dispatch.js';
import { call, type Tensor } from './tensor.js';

/** One number for both sides, or height and width. */
export type Pair = number | readonly [number, number];

/** How a loss over many elements becomes one number. */
export type Reduction = 'mean' | 'sum' | 'none';

const reductions: Readonly<Record<Reduction, number>> = { none: 0, mean: 1, sum: 2 };

/** Two-dimensional convolution: input [N, C, H, W], weight [O, C / groups, kH, kW], bias [O]. */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: { stride?: Pair; padding?: Pair; dilation?: Pair; groups?: number } = {},
): Tensor {
  return call(
    'aten::conv2d',
    input,
    weight,
    bias,
    pair(options.stride ?? 1),
    pair(options.padding ?? 0),
    pair(options.dilation ?? 1),
    options.groups ?? 1,
  );
}

/** input [..., in] times weight [out, in] transposed, plus bias [out]. */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return call('aten::linear', input, weight, bias);
}

/**
 * Normalises each channel over the batch. With `training` the running statistics are updated in place.
 * @param options.momentum - Share of the new batch in the running statistics.
 */
export function batchNorm(
  input: Tensor,
  running: { mean: Tensor; variance: Tensor } | null,
  weight: Tensor | null,
  bias: Tensor | null,
  options: { training: boolean; momentum?: number; epsilon?: number },
): Tensor {
  return call(
    'aten::batch_norm',
    input,
    weight,
    bias,
    running?.mean ?? null,
    running?.variance ?? null,
    options.training || running === null,
    options.momentum ?? 0.1,
    options.epsilon ?? 1e-5,
    true,
  );
}

/** Normalises over the last dimensions, whose sizes are `shape`. */
export function layerNorm(
  input: Tensor,
  shape: readonly number[],
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  epsilon = 1e-5,
): Tensor {
  return call('aten::layer_norm', input, shape, weight, bias, epsilon);
}

/** Normalises groups of channels of each sample. */
export function groupNorm(
  input: Tensor,
  groups: number,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  epsilon = 1e-5,
): Tensor {
  return call('aten::group_norm', input, groups, weight, bias, epsilon);
}

export function maxPool2d(
  input: Tensor,
  kernel: Pair,
  options: { stride?: Pair; padding?: Pair } = {},
): Tensor {
  return call(
    'aten::max_pool2d',
    input,
    pair(kernel),
    pair(options.stride ?? kernel),
    pair(options.padding ?? 0),
  );
}

export function avgPool2d(
  input: Tensor,
  kernel: Pair,
  options: { stride?: Pair; padding?: Pair } = {},
): Tensor {
  return call(
    'aten::avg_pool2d',
    input,
    pair(kernel),
    pair(options.stride ?? kernel),
    pair(options.padding ?? 0),
  );
}

/** Means over a grid of height × width cells that cover the input. */
export function adaptiveAvgPool2d(input: Tensor, size: Pair): Tensor {
  return call('aten::adaptive_avg_pool2d', input, pair(size));
}

/** Resizes pictures [N, C, H, W]. `antialias` (bilinear and bicubic) widens the kernel when making smaller. */
export function interpolate(
  input: Tensor,
  size: Pair,
  options: { mode?: 'nearest' | 'bilinear' | 'bicubic'; alignCorners?: boolean; antialias?: boolean } = {},
): Tensor {
  const mode = options.mode ?? 'bilinear';
  if (mode === 'nearest') return call('aten::upsample_nearest2d', input, pair(size), null, null);
  const name = `aten::${options.antialias ? '_' : ''}upsample_${mode}2d${options.antialias ? '_aa' : ''}`;
  return call(name, input, pair(size), options.alignCorners ?? false, null, null);
}

/** Where affine maps theta [N, 2, 3] take the points of pictures of `size` [N, C, H, W]: [N, H, W, 2] in [-1, 1]. */
export function affineGrid(theta: Tensor, size: readonly number[], alignCorners = false): Tensor {
  return call('aten::affine_grid_generator', theta, size, alignCorners);
}

const samplers = { bilinear: 0, nearest: 1, bicubic: 2 } as const;
const paddings = { zeros: 0, border: 1, reflection: 2 } as const;

/** The input [N, C, H, W] read at the points of `grid` [N, h, w, 2], as x and y in [-1, 1]. */
export function gridSample(
  input: Tensor,
  grid: Tensor,
  options: { mode?: keyof typeof samplers; padding?: keyof typeof paddings; alignCorners?: boolean } = {},
): Tensor {
  return call(
    'aten::grid_sampler',
    input,
    grid,
    samplers[options.mode ?? 'bilinear'],
    paddings[options.padding ?? 'zeros'],
    options.alignCorners ?? false,
  );
}

/**
 * Cross entropy of logits [N, C, …] with class numbers (i64 [N, …]) or class probabilities ([N, C, …]).
 * @param options.ignoreIndex - A class number that is left out of the loss.
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: {
    weight?: Tensor | null;
    reduction?: Reduction;
    ignoreIndex?: number;
    labelSmoothing?: number;
  } = {},
): Tensor {
  return call(
    'aten::cross_entropy_loss',
    logits,
    target,
    options.weight ?? null,
    reductions[options.reduction ?? 'mean'],
    options.ignoreIndex ?? -100,
    options.labelSmoothing ?? 0,
  );
}

/** Binary cross entropy of logits with targets in [0, 1], both of one shape. */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: Tensor,
  options: { weight?: Tensor | null; positiveWeight?: Tensor | null; reduction?: Reduction } = {},
): Tensor {
  return call(
    'aten::binary_cross_entropy_with_logits',
    logits,
    target,
    options.weight ?? null,
    options.positiveWeight ?? null,
    reductions[options.reduction ?? 'mean'],
  );
}

export function mseLoss(input: Tensor, target: Tensor, reduction: Reduction = 'mean'): Tensor {
  return call('aten::mse_loss', input, target, reductions[reduction]);
}

/** Rows of weight [count, width] for numbers of any shape: [..., width]. */
export function embedding(indices: Tensor, weight: Tensor, paddingIndex = -1): Tensor {
  return call('aten::embedding', weight, indices, paddingIndex);
}

/** Sets elements to zero with this probability, and scales the rest up so that the mean stays. */
export function dropout(input: Tensor, probability: number, training = true): Tensor {
  return call('aten::dropout', input, probability, training);
}

/** Each vector along `dim` divided by its Euclidean length (at least `epsilon`). */
export function normalize(input: Tensor, dim = -1, epsilon = 1e-12): Tensor {
  return input.div(input.norm(dim, true).clamp(epsilon));
}

let fusedAttention: boolean | undefined;

/**
 * softmax(query keyᵀ / √width + mask) value (Vaswani et al. 2017, equation 1).
 * @param query - [..., L, width]; key and value [..., S, width].
 * @param options.mask - Added to the scores where it is of floats; where it is of bool, false hides. [..., L, S].
 * @param options.dropout - Probability that a weight is dropped.
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: { mask?: Tensor | null; dropout?: number; causal?: boolean } = {},
): Tensor {
  // libtorch 1.13 has no operator of this name with this signature.
  fusedAttention ??= hasOperator('aten::scaled_dot_product_attention');
  const mask = options.mask ?? null;
  const probability = options.dropout ?? 0;
  if (fusedAttention) {
    return call(
      'aten::scaled_dot_product_attention',
      query,
      key,
      value,
      mask,
      probability,
      options.causal ?? false,
    );
  }
  let scores = query.mul(1 / Math.sqrt(query.size(-1))).matmul(key.transpose(-2, -1));
  if (mask !== null) {
    scores =
      mask.dtype === 'bool'
        ? scores.maskedFill(mask.logicalNot(), Number.NEGATIVE_INFINITY)
        : scores.add(mask);
  }
  if (options.causal) {
    const future = call('aten::ones_like', scores).triu(1).to({ dtype: 'bool' });
    scores = scores.maskedFill(future, Number.NEGATIVE_INFINITY);
  }
  const weights = scores.softmax(-1);
  return (probability > 0 ? dropout(weights, probability) : weights).matmul(value);
}

export function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}
