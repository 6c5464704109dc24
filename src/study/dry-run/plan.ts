/** What kind of work a unit is. */
export type UnitKind = 'data' | 'training' | 'score';

/** One stage of a study that is done once: a data set, a training, or the score of a model on a task. */
export interface PlannedUnit {
  readonly kind: UnitKind;
  /** Of its record in `stages/`: `data/pairs`, `train/real/convirt/1`, `score/real/convirt/1/grounding`. */
  readonly name: string;
  /** What is being done, for people. */
  readonly label: string;
  /** Units that must be done before. */
  readonly needs: readonly string[];
  /** Done in an earlier run: then the figures below are what it took. */
  readonly done: boolean;
  /** How much there is to do, in words: `3000 pairs`, `500 steps of 64 pairs`. */
  readonly amount: string;
  /** Null where it is not known; `unknown` says why. */
  readonly seconds: number | null;
  /** Bytes that it leaves on the disk. */
  readonly bytes: number | null;
  /** Read and written by language models; 0 where none is asked. */
  readonly tokens: number | null;
  /** GPUs × hours; 0 where none is used. */
  readonly gpuHours: number | null;
  /** What the figures rest on. */
  readonly basis: string;
  /** What could not be told of this unit, each with the reason. */
  readonly unknown: readonly string[];
}

/** What the study needs and does not find. */
export interface MissingThing {
  readonly kind: 'folder' | 'weights' | 'endpoint' | 'name' | 'device' | 'setting';
  /** The path, address or name. */
  readonly what: string;
  readonly fault: string;
  readonly mend: string;
  /** Units that cannot be done without it; those that are made of them cannot either. */
  readonly units: readonly string[];
}

/** A pace that the plan counts with. */
export interface Pace {
  /** What was done: `pairs: making 96 pairs`. */
  readonly what: string;
  readonly perSecond: number;
  /** `pairs`, `pictures`, `steps`. */
  readonly unit: string;
  /** `measured` here and now; `stated` by the recipe's `compute`. */
  readonly how: 'measured' | 'stated';
  /** How it was measured, or the source that the recipe gives. */
  readonly source: string;
}

/** Sums over what is still to do. */
export interface DryRunTotals {
  readonly units: number;
  readonly done: number;
  /** Sums over the units whose figure is known; `unknown` counts the others. */
  readonly seconds: number;
  readonly bytes: number;
  readonly tokens: number;
  readonly gpuHours: number;
  /** How many units are left out of each sum. */
  readonly unknown: {
    readonly seconds: number;
    readonly bytes: number;
    readonly tokens: number;
    readonly gpuHours: number;
  };
}

/** What a study would do and take. Nothing of it was done. */
export interface DryRun {
  readonly dryRun: true;
  readonly title: string;
  readonly recipe: string;
  /** In the order in which they would be done. */
  readonly units: readonly PlannedUnit[];
  readonly totals: DryRunTotals;
  readonly missing: readonly MissingThing[];
  readonly paces: readonly Pace[];
  /** The machine while it was measured. */
  readonly machine: {
    readonly processors: number;
    /** Processes that wanted a processor before the measurement began, this one not counted. */
    readonly load: number;
    /**
     * Share of the processors' time that the measurement got. Where it is small because of other processes, times would
     * be shorter without them, roughly by this factor: threads that wait for others count as working.
     */
    readonly share: number;
    readonly cudaDevices: number;
  };
  /** Seconds that the dry run itself took. */
  readonly seconds: number;
}

/** The sums of a plan. */
export function totalsOf(units: readonly PlannedUnit[]): DryRunTotals {
  const open = units.filter(({ done }) => !done);
  const sum = (key: 'seconds' | 'bytes' | 'tokens' | 'gpuHours') =>
    open.reduce((total, unit) => total + (unit[key] ?? 0), 0);
  const lacking = (key: 'seconds' | 'bytes' | 'tokens' | 'gpuHours') =>
    open.filter(unit => unit[key] === null).length;
  return {
    units: units.length,
    done: units.length - open.length,
    seconds: sum('seconds'),
    bytes: sum('bytes'),
    tokens: sum('tokens'),
    gpuHours: sum('gpuHours'),
    unknown: {
      seconds: lacking('seconds'),
      bytes: lacking('bytes'),
      tokens: lacking('tokens'),
      gpuHours: lacking('gpuHours'),
    },
  };
}
