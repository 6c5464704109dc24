/** A recipe as YAML holds it. */
type Plain = Record<string, unknown>;

export interface ToyOptions {
  /** How many ablations are kept, from the first; all by default. */
  readonly ablations?: number;
  /** Kinds of tasks that are left out. */
  readonly without?: readonly string[];
}

/** Pairs of data that are made up in place of those that are not here. */
const STAND_IN = {
  pairs: 24,
  test: 40,
  size: 128,
  checks: [],
  plan: {
    k: 3,
    m: 1,
    cap: 'least',
    findingsPerReport: [1, 2, 2],
    // What the tasks of the studies ask about, so that each is there and not there.
    concepts: ['pleural effusion', 'cardiomegaly', 'consolidation', 'pneumonia', 'pneumothorax', 'lung'],
  },
};

/**
 * The toy-scale version of a study: the same arms, methods and tasks with a handful of pairs, tiny networks, two steps and
 * one seed. What is not here (servers, weights, archives, GPUs) has a stand-in that is: the grammar, the simulator, made-up
 * pairs, fresh weights, the processor. Ends within a minute on two cores.
 * @param recipe - As read from YAML; stays as it is.
 */
export function toyStudy(recipe: Plain, { ablations, without = [] }: ToyOptions = {}): Plain {
  const { compute: _, ...rest } = structuredClone(recipe);
  const seeds = ((rest.seeds as number[] | undefined) ?? [1]).slice(0, 1);
  return {
    ...rest,
    seeds,
    steps: 2,
    sources: mapValues(rest.sources, source => toySource(source)),
    methods: mapValues(rest.methods, toyMethod),
    tasks: Object.fromEntries(
      Object.entries(mapValues(rest.tasks, toyTask)).filter(
        ([, { task }]) => !without.includes(String(task)),
      ),
    ),
    ablations: Object.fromEntries(
      Object.entries(mapValues(rest.ablations ?? {}, ablation => toyAblation(ablation, seeds))).slice(
        0,
        ablations,
      ),
    ),
    intervals: { rounds: 40, seed: 1 },
  };
}

/** A data set with a handful of samples. */
function toySource(source: Plain, isChange = false): Plain {
  const { generate, hospital, curate, rewrite, repaint } = source as Record<string, Plain | undefined>;
  if (generate !== undefined) return { generate: toyGenerate(generate, isChange) };
  if (hospital !== undefined)
    return { hospital: isChange ? {} : { ...hospital, patients: 16, enrich: 0, size: 128 } };
  if (curate !== undefined) {
    const { settings: _, ...rest } = curate;
    return { curate: rest };
  }
  if (rewrite !== undefined) return { rewrite: { ...rewrite, writer: 'grammar' } };
  if (repaint !== undefined) return { repaint: { ...repaint, painter: 'simulator', size: 128 } };
  if (source.import !== undefined || source.folder !== undefined) return { generate: { ...STAND_IN } };
  return source;
}

function toyGenerate(generate: Plain, isChange: boolean): Plain {
  const { bank: _, curation: __, writer: ___, painter: ____, pairs, test, size, ...rest } = generate;
  if (isChange) return { ...rest, ...(typeof pairs === 'number' && { pairs: Math.min(pairs, 16) }) };
  return {
    ...rest,
    pairs: Math.min(Number(pairs), 24),
    ...(test !== undefined && { test: Math.min(Number(test), 24) }),
    ...(size !== undefined && { size: 128 }),
    plan: { ...(rest.plan as Plain | undefined), cap: 'least' },
    shardSize: 12,
  };
}

/** Networks of a few thousand numbers on the processor, with the method's own objective and ways. */
function toyMethod(method: Plain): Plain {
  const { image, text, projection, training, ...rest } = method as Record<string, Plain | undefined>;
  const { weights: _, form: __, channels: ___, ...imageRest } = image ?? {};
  const { weights: ____, tokenizer: _____, frozenLayers: ______, ...textRest } = text ?? {};
  const { validation: _______, threads: ________, steps: _________, ...trainingRest } = training ?? {};
  return {
    ...rest,
    image: { ...imageRest, form: 'slim', size: 32 },
    text: { ...textRest, hidden: 32, layers: 4, heads: 2, intermediate: 64, vocabulary: 400 },
    projection: { ...projection, hidden: 32, dimension: 32 },
    training: {
      ...trainingRest,
      ...(training?.schedule === 'plateau' && { schedule: 'cosine' }),
      batch: 8,
      warmup: 0,
      device: 'cpu',
      precision: 'f32',
      checkpointEvery: 1000,
      keep: 1,
    },
  };
}

/** A task with few steps. A share of few labels is none, so that shares are one half at least. */
function toyTask(task: Plain): Plain {
  const { share, folds, steps, epochs, gallery, ...options } = (task.options as Plain | undefined) ?? {};
  return {
    ...task,
    options: {
      ...options,
      ...(share !== undefined && { share: [share].flat().map(each => Math.max(50, Number(each))) }),
      ...(folds !== undefined && { folds: 2 }),
      ...(steps !== undefined && { steps: 2, batch: 4 }),
      ...(epochs !== undefined && { epochs: 1 }),
      ...(gallery !== undefined && { gallery: 8 }),
    },
  };
}

function toyAblation(ablation: Plain, seeds: readonly number[]): Plain {
  const { steps: _, ...rest } = ablation;
  return {
    ...rest,
    seeds,
    ...(ablation.sources !== undefined && {
      sources: mapValues(ablation.sources, each => toySource(each, true)),
    }),
  };
}

function mapValues(values: unknown, change: (value: Plain) => Plain): Record<string, Plain> {
  return Object.fromEntries(
    Object.entries(values as Record<string, Plain>).map(([name, value]) => [name, change(value)]),
  );
}
