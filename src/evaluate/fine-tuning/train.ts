import {
  AdamW,
  autocast,
  clipGradNorm,
  cosineWithWarmup,
  hasFastBf16,
  keep,
  type Module,
  noGrad,
  type Parameter,
  scope,
  type Tensor,
} from '../../tensor/index.js';

/** How a network is trained. */
export interface TrainSettings {
  /** Most steps. */
  readonly steps: number;
  /** Steps between two validations. */
  readonly every: number;
  /** Validations without a better one after which training ends. */
  readonly patience: number;
  readonly weightDecay: number;
}

export interface TrainWork {
  readonly module: Module;
  /** What is learnt, by learning rate. */
  readonly groups: readonly { readonly params: readonly Parameter[]; readonly rate: number }[];
  /** Modules that are used as they are: kept in evaluation mode. */
  readonly frozen?: readonly Module[];
  /** The loss of a batch, one number. */
  readonly loss: (step: number) => Tensor;
  /** The lower the better; undefined where there is nothing to validate on: then the last weights stay. */
  readonly validate?: (() => number) | undefined;
  readonly onStep?: (step: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Greatest norm of the gradient. */
const CLIP = 5;

/**
 * Trains by AdamW with a warm-up and a cosine fall to a hundredth of the rate; stops early, and leaves the weights of
 * the best validation.
 * @returns How many steps were done, and which validation was the best.
 */
export async function train(
  work: TrainWork,
  settings: TrainSettings,
): Promise<{ steps: number; best: number | undefined }> {
  const { module, groups, frozen = [], validate } = work;
  const { steps, every, patience, weightDecay } = settings;
  const optimiser = new AdamW(
    groups
      .filter(({ params }) => params.length > 0)
      .map(({ params, rate }) => ({ params, settings: { lr: rate } })),
    { lr: 1, weightDecay },
  );
  const schedule = cosineWithWarmup({
    warmup: Math.min(20, Math.ceil(steps / 10)),
    total: steps,
    floor: 0.01,
  });
  const params = groups.flatMap(group => group.params);
  let best: { value: number; state: Map<string, Tensor> } | undefined;
  let waited = 0;
  let step = 0;
  const look = (value: () => number) => {
    module.eval();
    const found = value();
    if (best === undefined || found < best.value) {
      disposeAll(best?.state);
      best = { value: found, state: copyOf(module) };
      waited = 0;
    } else waited++;
  };
  // What training begins with may be the best already.
  if (validate !== undefined) look(validate);
  while (step < steps && waited < patience) {
    work.signal?.throwIfAborted();
    module.train();
    for (const each of frozen) each.eval();
    optimiser.factor = schedule(step);
    optimiser.zeroGrad();
    scope(() => {
      work.loss(step).backward();
      clipGradNorm(params, CLIP);
    });
    optimiser.step();
    step++;
    work.onStep?.(step);
    await nextTurn();
    if (validate === undefined || (step % every !== 0 && step < steps)) continue;
    look(validate);
  }
  optimiser.zeroGrad();
  for (const value of optimiser.stateDict().values()) value.dispose();
  if (best !== undefined) {
    module.loadStateDict(best.state);
    disposeAll(best.state);
  }
  module.eval();
  return { steps: step, best: best?.value };
}

/** Products and convolutions in half precision where the device does them fast. */
export function inPrecision<T>(device: string, work: () => T): T {
  return hasFastBf16(device)
    ? autocast({ device: device.startsWith('cuda') ? 'cuda' : 'cpu', dtype: 'bf16' }, work)
    : work();
}

/** Copies of a module's parameters and buffers that outlive scopes. */
export function copyOf(module: Module): Map<string, Tensor> {
  return noGrad(
    () => new Map([...module.stateDict()].map(([name, value]) => [name, keep(value.detach().clone())])),
  );
}

export function disposeAll(state: ReadonlyMap<string, Tensor> | undefined): void {
  for (const value of state?.values() ?? []) value.dispose();
}

/** Lets signals, timers and progress have their turn between steps. */
function nextTurn(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve);
  });
}
