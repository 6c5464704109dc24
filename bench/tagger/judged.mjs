// Disagreements of tagger and coders, read one by one: report, concept, which side said it, and whose it is.
import { readFileSync } from 'node:fs';

/** What each verdict means, and whether it leaves the tagger at fault. */
export const VERDICTS = {
  tagger: 'the tagger is wrong',
  omitted: 'the report says it, the coder left it out',
  elsewhere: 'the coder coded what the report does not say',
  'other code': 'the same thing under a neighbouring or more specific code',
  doubt: 'the coder coded what the report only weighs ("A versus B")',
  ambiguous: 'readers may differ',
};

/** @returns {Map<string, {report: string, concept: string, side: 'coded' | 'read', verdict: string, why: string}>} */
export function readJudged() {
  const [, ...lines] = readFileSync(new URL('judged.tsv', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return new Map(
    lines.map(line => {
      const [report, concept, side, verdict, why] = line.split('\t');
      if (!Object.hasOwn(VERDICTS, verdict)) throw new Error(`judged.tsv: no verdict "${verdict}"`);
      return [`${report}\t${concept}`, { report, concept, side, verdict, why }];
    }),
  );
}

/**
 * Precision and recall where a disagreement counts against the tagger only as far as reading found it so.
 * `ambiguous` counts against it. Agreements were not read and count as right.
 * @param counts - both: said by both; read, coded: said by one side alone.
 * @param share - The tagger's share of what it alone read, and of what the coders alone coded.
 */
export function corrected({ both, read, coded }, share) {
  const wrong = read * share.read;
  const missed = coded * share.coded;
  const right = both + read - wrong;
  const precision = right / (right + wrong);
  const recall = right / (right + missed);
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}

/** The tagger's share of judged disagreements, by side. */
export function shares(judged) {
  const of = side => {
    const ofSide = judged.filter(row => row.side === side);
    const faults = ofSide.filter(({ verdict }) => verdict === 'tagger' || verdict === 'ambiguous');
    return ofSide.length === 0 ? 1 : faults.length / ofSide.length;
  };
  return { read: of('read'), coded: of('coded') };
}
