import type { Mention, ReportText, Verdict } from '../data/index.js';

/** What a check looks at. */
export interface CheckInput extends ReportText {
  readonly id: string;
  /** Grey values, row by row. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly mentions: readonly Mention[];
}

/** One curation rule. Gives a verdict with its score, threshold and reason for every input, in order. */
export interface Check {
  readonly name: string;
  /** What decides its verdicts besides its name: settings, weights. Part of the fingerprint of what it made. */
  readonly fingerprint?: string;
  /** It costs money or much time: only samples that passed the checks before it are given to it. */
  readonly costly?: boolean;
  check(inputs: readonly CheckInput[], signal?: AbortSignal): Promise<Verdict[]>;
}
