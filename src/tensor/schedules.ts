/** The factor on the learning rate at a step, counted from 0. */
export type Schedule = (step: number) => number;

/** The same rate at every step. */
export const constant: Schedule = () => 1;

/** Rises in a line to 1 over `warmup` steps, then stays there. */
export function constantWithWarmup({ warmup }: { warmup: number }): Schedule {
  return step => (step < warmup ? (step + 1) / warmup : 1);
}

/**
 * Rises in a line to 1 over `warmup` steps, then falls along half a cosine to `floor` at step `total`, and
 * stays there (Loshchilov and Hutter 2017, equation 5, without restarts).
 */
export function cosineWithWarmup(options: { warmup: number; total: number; floor?: number }): Schedule {
  const { warmup, total, floor = 0 } = options;
  return step => {
    if (step < warmup) return (step + 1) / warmup;
    if (step >= total) return floor;
    const progress = (step - warmup) / Math.max(1, total - warmup);
    return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
}

/** Rises in a line to 1 over `warmup` steps, then falls in a line to `floor` at step `total`. */
export function linearWithWarmup(options: { warmup: number; total: number; floor?: number }): Schedule {
  const { warmup, total, floor = 0 } = options;
  return step => {
    if (step < warmup) return (step + 1) / warmup;
    if (step >= total) return floor;
    return floor + ((1 - floor) * (total - step)) / Math.max(1, total - warmup);
  };
}
