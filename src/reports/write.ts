import { UsageError } from '../base/index.js';
import type { Mention, PlannedReport, WrittenReport } from '../data/index.js';
import type { Tagger } from '../entities/index.js';
import { describeVerification, verifyReport } from './verify.js';
import type { ReportWriter } from './writer.js';

/** A report that says what was planned. */
export interface AcceptedReport extends WrittenReport {
  /** What the tagger read in it. */
  readonly mentions: Mention[];
  /** The try that was accepted: 0 the first. */
  readonly attempt: number;
}

/** A sample whose report never said what was planned. */
export interface SetAsideReport {
  readonly id: string;
  /** What was wrong at each attempt, in order. */
  readonly reasons: readonly string[];
}

export interface WriteOptions {
  readonly plans: readonly PlannedReport[];
  readonly writer: ReportWriter;
  /** Reads the reports back. */
  readonly tagger: Tagger;
  readonly seed: number;
  /** How often a report is tried before its sample is set aside. */
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of the plans: each is in one of the lists. */
export interface WriteResult {
  /** In the order of the plans. */
  readonly accepted: AcceptedReport[];
  readonly setAside: SetAsideReport[];
  /** Reports asked of the writer, those written again included. */
  readonly calls: number;
}

/**
 * Writes the reports of some plans, reads each back, and writes again those that say too little, too much or
 * otherwise; after `attempts` tries a sample is set aside with its reasons. Holds all in memory: give a long plan in batches.
 */
export async function writeReports(options: WriteOptions): Promise<WriteResult> {
  const { plans, writer, tagger, seed, attempts = 4, signal } = options;
  if (attempts < 1) {
    throw new UsageError({ fault: `attempts is ${attempts}`, mend: 'allow at least one attempt' });
  }
  const accepted = new Map<string, AcceptedReport>();
  const reasons = new Map<string, string[]>();
  let open = plans;
  let calls = 0;
  for (let attempt = 0; attempt < attempts && open.length > 0; attempt++) {
    signal?.throwIfAborted();
    const reports = await writer.write(open, seed, attempt);
    calls += open.length;
    const mentions = await tagger.tag(reports);
    open = open.filter((plan, index) => {
      const report = reports[index]!;
      const read = mentions[index]!;
      const verification = verifyReport(plan, read);
      if (verification.accepted) {
        accepted.set(plan.id, { ...report, mentions: read, attempt });
        return false;
      }
      reasons.set(plan.id, [...(reasons.get(plan.id) ?? []), describeVerification(verification)]);
      return true;
    });
  }
  return {
    accepted: plans.flatMap(({ id }) => accepted.get(id) ?? []),
    setAside: open.map(({ id }) => ({ id, reasons: reasons.get(id) ?? [] })),
    calls,
  };
}
