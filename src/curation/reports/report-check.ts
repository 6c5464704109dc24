import type { Mention, Verdict } from '../../data/index.js';
import { LexiconTagger } from '../../entities/index.js';
import type { ReportCheck, ReportInput } from '../check.js';

/** A rule on a report's text. */
interface ReportRule {
  readonly name: string;
  readonly least?: number;
  readonly most?: number;
  /** The figure, and what is said when it is out of bounds; undefined where the rule has nothing to judge. */
  readonly measure: (
    input: ReportInput,
    mentions: readonly Mention[],
  ) => { score: number; reason: string } | undefined;
}

let tagger: LexiconTagger | undefined;

/** What was read in the report; read here where nobody did before. */
function mentionsOf(input: ReportInput): readonly Mention[] {
  if (input.mentions.length > 0 || `${input.findings}${input.impression}`.trim() === '')
    return input.mentions;
  tagger ??= new LexiconTagger();
  return tagger.read(input);
}

/** A check of one figure of the report against one threshold. */
export function reportCheck(rule: ReportRule): ReportCheck {
  const { name, least, most } = rule;
  const threshold = least ?? most ?? null;
  return {
    name,
    reads: 'report',
    async check(inputs) {
      return inputs.map((input): Verdict => {
        const measured = rule.measure(input, mentionsOf(input));
        if (measured === undefined) return { check: name, passed: true, score: null, threshold, reason: '' };
        const { score, reason } = measured;
        const passed =
          score >= (least ?? Number.NEGATIVE_INFINITY) && score <= (most ?? Number.POSITIVE_INFINITY);
        return { check: name, passed, score, threshold, reason: passed ? '' : reason };
      });
    },
  };
}
