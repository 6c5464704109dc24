import { SynrayError } from '../../base/index.js';
import type { Sample, Verdict } from '../../data/index.js';
import type { Check, CheckInput } from '../check.js';
import { curate } from '../curate.js';
import { hashToText, perceptualHash } from '../duplicates/index.js';
import { decodeForChecks, negative } from '../pixels/decode.js';
import type { JournalLine } from './journal.js';

/** What becomes of inverted pictures. */
export type InvertedMode = 'reject' | 'mend';

/** The name of the check whose refusal can be mended. */
export const INVERSION = 'inversion';

/**
 * Decodes and judges samples together. A picture that cannot be decoded costs that sample only: its one verdict is
 * of the check `decode`.
 */
export async function judgeSamples(
  samples: readonly Sample[],
  checks: readonly Check[],
  inverted: InvertedMode,
  signal: AbortSignal | undefined,
): Promise<JournalLine[]> {
  const decoded = await Promise.all(samples.map(sample => decode(sample)));
  const inputs = decoded.flatMap(one => ('input' in one ? [one.input] : []));
  const inversion = checks.find(({ name }) => name === INVERSION);
  const mended = new Map<string, Verdict>();
  if (inverted === 'mend' && inversion !== undefined) {
    for (const [index, verdict] of (await inversion.check(inputs)).entries()) {
      if (verdict.passed) continue;
      const input = inputs[index]!;
      mended.set(input.id, {
        ...verdict,
        passed: true,
        reason: 'mended: it was inverted (bone was black), black and white were exchanged',
      });
      inputs[index] = { ...input, pixels: negative(input.pixels) };
    }
  }
  const verdicts = await curate(inputs, checks, signal);
  const judged = new Map(inputs.map((input, index) => [input.id, { input, verdicts: verdicts[index]! }]));
  return decoded.map(one => {
    if ('verdict' in one) return { id: one.id, verdicts: [one.verdict], hash: null, mend: false };
    const { input, verdicts: found } = judged.get(one.input.id)!;
    const mend = mended.get(input.id);
    return {
      id: input.id,
      // A picture that fails the check both ways stays refused.
      verdicts: found.map(verdict =>
        verdict.check === INVERSION && verdict.passed ? (mend ?? verdict) : verdict,
      ),
      hash: hashToText(perceptualHash(input.pixels, input.width, input.height)),
      mend: mend !== undefined,
    };
  });
}

async function decode(sample: Sample): Promise<{ input: CheckInput } | { id: string; verdict: Verdict }> {
  const { id, findings, impression, mentions, image } = sample;
  try {
    return {
      input: { id, findings, impression, mentions, ...(await decodeForChecks(image.bytes, { source: id })) },
    };
  } catch (error) {
    if (!(error instanceof SynrayError)) throw error;
    const verdict = { check: 'decode', passed: false, score: null, threshold: null, reason: error.fault };
    return { id, verdict };
  }
}
