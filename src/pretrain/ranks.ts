/**
 * Which process this is among those that train together, from the environment that the launcher set: torchrun's
 * variables, which PyTorchJob and shell loops set too, or Slurm's.
 */
import { UsageError } from '../base/index.js';
import type { Rendezvous } from '../tensor/index.js';

/** One process among several. */
export interface Ranks extends Rendezvous {
  /** Its number on its own machine: which GPU it uses. */
  readonly localRank: number;
  /** How many of them are on its machine. */
  readonly localSize: number;
  readonly launcher: 'torchrun' | 'slurm' | 'environment';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Ports that are derived from Slurm's job id: below those that systems hand out by themselves. */
const SLURM_PORTS = { first: 15_000, count: 15_000 };

/**
 * Reads the place of this process. RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT and LOCAL_RANK come first; what is
 * not set of them is taken from Slurm where `srun` started several tasks. SYNRAY_RANK_TIMEOUT: seconds that a rank
 * waits for another (600).
 * @returns undefined where this process trains alone.
 * @throws UsageError naming the variable that is missing or wrong.
 */
export function ranksOf(environment: Environment = process.env): Ranks | undefined {
  const slurm = slurmVariables(environment);
  const named = ['RANK', 'WORLD_SIZE'].some(name => isSet(environment, name));
  if (!named && slurm === undefined) return undefined;
  const all: Environment = { ...slurm, ...onlySet(environment) };
  const worldSize = whole(all, 'WORLD_SIZE', 1, 65_536);
  const rank = whole(all, 'RANK', 0, worldSize - 1);
  if (worldSize === 1) return undefined;
  const agentStore = environment.TORCHELASTIC_USE_AGENT_STORE === 'True';
  const attempt = environment.TORCHELASTIC_RESTART_COUNT ?? '0';
  return {
    rank,
    worldSize,
    localRank: isSet(all, 'LOCAL_RANK') ? whole(all, 'LOCAL_RANK', 0, worldSize - 1) : 0,
    localSize: localSizeOf(all, worldSize),
    host: required(all, 'MASTER_ADDR'),
    port: whole(all, 'MASTER_PORT', 1, 65_535),
    timeoutSeconds: isSet(all, 'SYNRAY_RANK_TIMEOUT') ? whole(all, 'SYNRAY_RANK_TIMEOUT', 1, 86_400) : 600,
    storeIsServed: agentStore,
    // A worker group that torchrun started again meets under other keys of the same store.
    prefix: `synray/attempt-${attempt}`,
    launcher: isSet(environment, 'TORCHELASTIC_RUN_ID') ? 'torchrun' : named ? 'environment' : 'slurm',
  };
}

/** The device of this process: `cuda` becomes `cuda:LOCAL_RANK`. */
export function deviceOf(ranks: Ranks | undefined, device: string): string {
  return device === 'cuda' && ranks !== undefined ? `cuda:${ranks.localRank}` : device;
}

/**
 * The rows of the whole batch that are a rank's.
 * @throws UsageError where the batch does not divide among the ranks.
 */
export function shareOf(
  batch: number,
  { rank, worldSize }: Pick<Ranks, 'rank' | 'worldSize'>,
): { readonly start: number; readonly end: number } {
  if (batch % worldSize !== 0) {
    throw new UsageError({
      fault: `a batch of ${batch} does not divide among ${worldSize} ranks`,
      mend: `set training.batch (of all ranks together) to a multiple of ${worldSize}`,
    });
  }
  const rows = batch / worldSize;
  return { start: rank * rows, end: (rank + 1) * rows };
}

/** Slurm's variables under the names of torchrun's, where a job step has several tasks. */
function slurmVariables(environment: Environment): Environment | undefined {
  const tasks = environment.SLURM_STEP_NUM_TASKS ?? environment.SLURM_NTASKS;
  if (!isSet(environment, 'SLURM_PROCID') || tasks === undefined || Number(tasks) <= 1) return undefined;
  const nodes =
    environment.SLURM_STEP_NODELIST ?? environment.SLURM_NODELIST ?? environment.SLURM_JOB_NODELIST;
  const job = Number(environment.SLURM_JOB_ID ?? environment.SLURM_JOBID);
  return {
    RANK: environment.SLURM_PROCID,
    WORLD_SIZE: tasks,
    LOCAL_RANK: environment.SLURM_LOCALID,
    LOCAL_WORLD_SIZE: /^\d+/.exec(environment.SLURM_STEP_TASKS_PER_NODE ?? '')?.[0],
    MASTER_ADDR: nodes === undefined ? undefined : firstHost(nodes),
    MASTER_PORT: Number.isInteger(job) ? String(SLURM_PORTS.first + (job % SLURM_PORTS.count)) : undefined,
  };
}

/** Processes on this machine: as said, else all of them where they meet at this machine itself. */
function localSizeOf(environment: Environment, worldSize: number): number {
  if (isSet(environment, 'LOCAL_WORLD_SIZE')) return whole(environment, 'LOCAL_WORLD_SIZE', 1, worldSize);
  return /^(localhost|127\.|::1$)/.test(environment.MASTER_ADDR ?? '') ? worldSize : 1;
}

/**
 * The first host of a list as Slurm writes it: `gpu[03-05,9],login1` → `gpu03`.
 * @throws UsageError where it is not such a list.
 */
export function firstHost(nodes: string): string {
  const first = /^(?:[^,[\]]|\[[^\]]*\])+/.exec(nodes.trim())?.[0] ?? '';
  const host = first.replace(/\[([^\]]*)\]/g, (_, range: string) => /^[^,-]*/.exec(range)![0]);
  if (!/^[A-Za-z0-9._-]+$/.test(host))
    throw wrong('SLURM_NODELIST', nodes, 'a list of hosts such as node[01-04]');
  return host;
}

function isSet(environment: Environment, name: string): boolean {
  return environment[name] !== undefined && environment[name] !== '';
}

function onlySet(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isSet(environment, name)));
}

function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new UsageError({
    fault: `${name} is not set, and this is one of several processes (RANK or WORLD_SIZE is)`,
    mend: 'start with torchrun or srun, or set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for each process',
  });
}

function whole(environment: Environment, name: string, least: number, most: number): number {
  const text = required(environment, name);
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw wrong(name, text, `a whole number from ${least} to ${most}`);
}

function wrong(name: string, value: string, expected: string): UsageError {
  return new UsageError({ fault: `${name} is "${value}"`, mend: `it must be ${expected}` });
}
