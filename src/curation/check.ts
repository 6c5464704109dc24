import type { Mention, ReportText, Verdict } from '../data/index.js';

/** What a check of the report looks at. */
export interface ReportInput extends ReportText {
  readonly id: string;
  readonly mentions: readonly Mention[];
}

/** What a check looks at. */
export interface CheckInput extends ReportInput {
  /** Grey values, row by row. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** One curation rule. Gives a verdict with its score, threshold and reason for every input, in order. */
export interface CheckOf<Input extends ReportInput> {
  readonly name: string;
  /** What decides its verdicts besides its name: settings, weights. Part of the fingerprint of what it made. */
  readonly fingerprint?: string;
  /** It costs money or much time: only samples that passed the checks before it are given to it. */
  readonly costly?: boolean;
  check(inputs: readonly Input[], signal?: AbortSignal): Promise<Verdict[]>;
}

/** A check that needs the picture. */
export interface PictureCheck extends CheckOf<CheckInput> {
  readonly reads?: 'picture';
}

/** A check of the report alone: no other picture mends what it refuses. */
export interface ReportCheck extends CheckOf<ReportInput> {
  readonly reads: 'report';
}

export type Check = PictureCheck | ReportCheck;

export function isReportCheck(check: Check): check is ReportCheck {
  return check.reads === 'report';
}
