import { UsageError } from '../base/index.js';
import { type Mention, mapOrdered, type PlannedReport, type WrittenReport } from '../data/index.js';
import type { Tagger } from '../entities/index.js';
import { describeVerification, verifyReport } from './verify.js';
import type { FailedTry, FaultKind, ReportPart, ReportWriter } from './writer.js';

/** A report that says what was planned. */
export interface AcceptedReport extends WrittenReport {
  /** What the tagger read in it. */
  readonly mentions: Mention[];
  /** Tries that failed before: 0 where the report was right at once. */
  readonly attempt: number;
}

/** A sample whose report never said what was planned. */
export interface SetAsideReport {
  readonly id: string;
  /** What was wrong at the last try. */
  readonly reason: string;
  /** What was wrong at each try, in order. */
  readonly tries: readonly Pick<FailedTry, 'part' | 'kind' | 'reason'>[];
  /** The last text, unaccepted. */
  readonly text: string;
  readonly planned: PlannedReport['entities'];
}

export interface WriteOptions {
  readonly writer: ReportWriter;
  /** Reads the reports back. */
  readonly tagger: Tagger;
  readonly seed: number;
  /** Calls of the writer that a sample may cost before it is set aside; default the writer's own. */
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of one sample. */
export type WriteOutcome = (
  | { readonly accepted: AcceptedReport; readonly setAside?: never }
  | { readonly setAside: SetAsideReport; readonly accepted?: never }
) & {
  /** Calls of the writer. */
  readonly calls: number;
  readonly failed: readonly FailedTry[];
};

/** What became of some plans: each is in one of the lists, in the order of the plans. */
export interface WriteResult {
  readonly accepted: AcceptedReport[];
  readonly setAside: SetAsideReport[];
  readonly calls: number;
}

/**
 * Writes the report of one plan part by part and reads each part back. A part that says too little, too much or
 * otherwise, or did not come at all, is written again; after `attempts` calls the sample is set aside with its reasons.
 * Each part that is still to come is sure of one call.
 */
export async function writeReport(plan: PlannedReport, options: WriteOptions): Promise<WriteOutcome> {
  const { writer, tagger, seed, signal } = options;
  const attempts = checkedAttempts(options);
  const failed: FailedTry[] = [];
  let calls = 0;
  let findings = '';
  let done: { report: WrittenReport; mentions: Mention[] } | undefined;
  for (const [index, part] of writer.parts.entries()) {
    const most = attempts - (writer.parts.length - 1 - index);
    const former: FailedTry[] = [];
    done = undefined;
    while (done === undefined && calls < most) {
      signal?.throwIfAborted();
      // A call without an answer gave no text: it is made again as it was.
      const texts = former.filter(({ kind }) => kind !== 'no answer');
      const attempt = texts.length;
      const reply = await writer.writePart({ plan, part, seed, attempt, former: texts, findings, signal });
      calls++;
      if ('fault' in reply) {
        const { fault: kind, reason, text } = reply;
        former.push({ part, kind, reason, text });
        continue;
      }
      const { report } = reply;
      const [mentions = []] = await tagger.tag([report]);
      const verification = verifyReport(plan, mentions, part);
      if (verification.accepted) {
        done = { report, mentions };
      } else {
        const reason = describeVerification(verification);
        const text = part === 'impression' ? report.impression : textOf(report);
        former.push({ part, kind: 'unfaithful', reason, text, verification });
      }
    }
    failed.push(...former);
    if (done === undefined) return { setAside: setAsideOf(plan, failed), calls, failed };
    findings = done.report.findings;
  }
  const { report, mentions } = done!;
  return { accepted: { ...report, mentions, attempt: failed.length }, calls, failed };
}

/** Writes the reports of some plans. Holds all in memory: give a long plan in batches, or sample by sample. */
export async function writeReports(
  options: WriteOptions & { readonly plans: readonly PlannedReport[] },
): Promise<WriteResult> {
  const { plans, writer } = options;
  const accepted: AcceptedReport[] = [];
  const setAside: SetAsideReport[] = [];
  let calls = 0;
  for await (const outcome of mapOrdered(plans, writer.concurrency, plan => writeReport(plan, options))) {
    calls += outcome.calls;
    if (outcome.accepted !== undefined) accepted.push(outcome.accepted);
    else setAside.push(outcome.setAside);
  }
  return { accepted, setAside, calls };
}

/** How often each kind of fault was met. */
export type FaultCounts = Partial<Record<FaultKind, number>>;

/** @throws UsageError when the parts of a report cannot be written in so many calls. */
export function checkedAttempts({ writer, attempts = writer.attempts }: WriteOptions): number {
  const least = writer.parts.length;
  if (Number.isInteger(attempts) && attempts >= least) return attempts;
  throw new UsageError({
    fault: `attempts is ${attempts}`,
    mend:
      least === 1
        ? 'allow at least one attempt'
        : `allow at least ${least}: ${writer.name} writes ${partNames(writer.parts)} in calls of their own`,
  });
}

function partNames(parts: readonly ReportPart[]): string {
  return parts.map(part => part.toUpperCase()).join(' and ');
}

function setAsideOf(plan: PlannedReport, failed: readonly FailedTry[]): SetAsideReport {
  const last = failed.at(-1);
  return {
    id: plan.id,
    reason: last?.reason ?? 'not accepted',
    tries: failed.map(({ part, kind, reason }) => ({ part, kind, reason })),
    text: failed.findLast(({ text }) => text !== '')?.text ?? '',
    planned: plan.entities,
  };
}

function textOf({ findings, impression }: WrittenReport): string {
  return impression === '' ? findings : `${findings}\n\n${impression}`;
}
