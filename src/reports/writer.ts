import type { PlannedReport, WrittenReport } from '../data/index.js';
import type { Verification } from './verify.js';

/** What a writer writes at a time: the whole report, or one section after the other. */
export type ReportPart = 'report' | 'findings' | 'impression';

/** Why a try came to nothing that could be read back, or was not accepted. */
export type FaultKind =
  /** Read back, and it says too little, too much or otherwise. */
  | 'unfaithful'
  /** The model would not write: "I'm sorry, I can't …". */
  | 'refusal'
  /** Cut off at the most tokens of a reply. */
  | 'truncated'
  | 'empty'
  /** Not in the form asked for. */
  | 'garbled'
  /** No answer came, however often the request was sent. */
  | 'no answer';

/** A try that was not accepted. */
export interface FailedTry {
  readonly part: ReportPart;
  readonly kind: FaultKind;
  /** What was wrong, for people. */
  readonly reason: string;
  /** What it wrote; empty where nothing came. */
  readonly text: string;
  /** How the text differs from the plan, where it could be read back. */
  readonly verification?: Verification;
}

/** What a writer is asked for. */
export interface PartRequest {
  readonly plan: PlannedReport;
  readonly part: ReportPart;
  readonly seed: number;
  /**
   * Tries of this part before that gave another text: 0 at first. Random choices come from
   * `Random.of(seed, plan.id, 'report', attempt)` alone.
   */
  readonly attempt: number;
  /** Those tries, in order. */
  readonly former: readonly FailedTry[];
  /** The accepted FINDINGS, where the part is `impression`; else empty. */
  readonly findings: string;
  readonly signal?: AbortSignal | undefined;
}

/** A part as written (the other section is empty where one was asked for), or why there is none. */
export type PartReply =
  | { readonly report: WrittenReport }
  | { readonly fault: Exclude<FaultKind, 'unfaithful'>; readonly reason: string; readonly text: string };

/** What a writer has used so far. All 0 for one that asks nobody. */
export interface WriterUsage {
  /** Requests sent, those sent again after a failure of the way included. */
  readonly sent: number;
  /** Replies that came from the store: nothing was sent for them. */
  readonly fromStore: number;
  /** Tokens read and written for what was sent. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Tokens of the replies from the store: paid for by an earlier run. */
  readonly storedTokens: number;
}

/**
 * Writes reports from plans. The embedded ones are the grammar and language models behind a chat endpoint.
 * What is written is read back elsewhere (`write.ts`), in the same way for all.
 */
export interface ReportWriter {
  readonly name: string;
  /** All that decides what it writes, besides plan and seed: goes into the fingerprint of data sets. */
  readonly fingerprint: string;
  /** The parts in the order of writing; each is read back before the next is asked for. */
  readonly parts: readonly ReportPart[];
  /** Calls of {@link writePart} that a sample may cost before it is set aside, where the caller says nothing. */
  readonly attempts: number;
  /** Samples that it pays to have under way at once: calls that it takes side by side. */
  readonly concurrency: number;
  /** What it waits for at present, for the progress line: `held by the server for 12 s`; empty where it works. */
  readonly status?: string;
  /**
   * Whether it may use any word, so that also noun phrases which the bank does not know have to be looked for
   * when its text is read back.
   */
  readonly freeText: boolean;
  readonly usage: WriterUsage;
  writePart(request: PartRequest): Promise<PartReply>;
  close(): Promise<void>;
}

/** The usage of a writer that asks nobody. */
export const NO_USAGE: WriterUsage = {
  sent: 0,
  fromStore: 0,
  promptTokens: 0,
  completionTokens: 0,
  storedTokens: 0,
};
