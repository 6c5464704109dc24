import type { Verdict } from '../data/index.js';
import type { Check, CheckInput } from './check.js';

/** The verdicts of every check on every input, in the order of the checks. */
export async function curate(inputs: readonly CheckInput[], checks: readonly Check[]): Promise<Verdict[][]> {
  const byCheck: Verdict[][] = [];
  for (const check of checks) {
    const verdicts = await check.check(inputs);
    if (verdicts.length !== inputs.length) {
      throw new RangeError(
        `the check ${check.name} gave ${verdicts.length} verdicts for ${inputs.length} inputs`,
      );
    }
    byCheck.push(verdicts);
  }
  return inputs.map((_, index) => byCheck.map(verdicts => verdicts[index]!));
}

/** The reasons of the checks that failed; empty when the sample passed. */
export function refusals(verdicts: readonly Verdict[]): string[] {
  return verdicts.filter(verdict => !verdict.passed).map(({ check, reason }) => `${check}: ${reason}`);
}
