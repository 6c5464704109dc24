import { InputError, messageOf, Random } from '../../base/index.js';
import { mutate } from './mutate.js';
import type { FuzzTarget } from './targets.js';

/** Longest time for one input, in milliseconds. */
export const MOST_MILLISECONDS = 1000;
/** Most memory for one input, in MiB: how far it may lift the process's peak. */
export const MOST_MEGABYTES = 256;

/** What became of one mutated input. */
export interface FuzzOutcome {
  readonly kind: 'read' | 'refused' | 'violation';
  /** Of a violation: what was wrong. */
  readonly detail?: string;
  readonly milliseconds: number;
  /** By how much it lifted the process's peak of memory. */
  readonly megabytes: number;
}

/** The input of this number; the same for the same seed. */
export function fuzzInput(target: FuzzTarget, seed: number, index: number): Uint8Array {
  const random = Random.of(seed, 'fuzz', target.name, index);
  const bytes = mutate(
    random.pick(target.seeds),
    { other: random.pick(target.seeds), dictionary: target.dictionary },
    random,
  );
  return target.repair !== undefined && random.chance(0.7) ? target.repair(bytes) : bytes;
}

/** Reads one mutated input. Anything but a picture or an InputError, in time and within memory, is a violation. */
export async function fuzzOne(target: FuzzTarget, seed: number, index: number): Promise<FuzzOutcome> {
  const bytes = fuzzInput(target, seed, index);
  const source = `input ${index}`;
  const peak = process.resourceUsage().maxRSS;
  const started = performance.now();
  const used = process.cpuUsage();
  let error: unknown;
  try {
    await target.read(bytes, source);
  } catch (thrown) {
    error = thrown;
  }
  const { user, system } = process.cpuUsage(used);
  // On a busy machine much of the time goes by while others work: what an input costs is its processor time.
  const milliseconds = Math.min(performance.now() - started, (user + system) / 1000);
  const megabytes = (process.resourceUsage().maxRSS - peak) / 1024;
  const violation = (detail: string): FuzzOutcome => ({
    kind: 'violation',
    detail,
    milliseconds,
    megabytes,
  });
  if (error !== undefined && !(error instanceof InputError)) return violation(messageOf(error));
  if (milliseconds > MOST_MILLISECONDS) return violation(`took ${Math.round(milliseconds)} ms`);
  if (megabytes > MOST_MEGABYTES) return violation(`took ${Math.round(megabytes)} MiB`);
  return { kind: error === undefined ? 'read' : 'refused', milliseconds, megabytes };
}
