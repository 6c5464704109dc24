import type { Verdict } from '../data/index.js';
import type { CheckOf, ReportInput } from './check.js';

/**
 * The verdicts of every check on every input, in the order of the checks. A costly check is not made on an input that
 * was refused before it.
 */
export async function curate<Input extends ReportInput>(
  inputs: readonly Input[],
  checks: readonly CheckOf<Input>[],
  signal?: AbortSignal,
): Promise<Verdict[][]> {
  const result: Verdict[][] = inputs.map(() => []);
  for (const check of checks) {
    const asked = [...inputs.keys()].filter(
      index => check.costly !== true || result[index]!.every(verdict => verdict.passed),
    );
    if (asked.length === 0) continue;
    const verdicts = await check.check(
      asked.map(index => inputs[index]!),
      signal,
    );
    if (verdicts.length !== asked.length) {
      throw new RangeError(
        `the check ${check.name} gave ${verdicts.length} verdicts for ${asked.length} inputs`,
      );
    }
    for (const [place, index] of asked.entries()) result[index]!.push(verdicts[place]!);
  }
  return result;
}

/** The reasons of the checks that failed; empty when the sample passed. */
export function refusals(verdicts: readonly Verdict[]): string[] {
  return verdicts.filter(verdict => !verdict.passed).map(({ check, reason }) => `${check}: ${reason}`);
}
