import type { PlannedReport, WrittenReport } from '../data/index.js';

/** Writes reports from plans. The embedded one is the grammar; LLM endpoints fit the same seam. */
export interface ReportWriter {
  readonly name: string;
  /**
   * Writes the report of each plan, in the order of the plans. Random choices come from
   * `Random.of(seed, plan.id, 'report', attempt)` alone.
   * @param attempt - 0 at first; raised when the reading back failed and the report is written again.
   */
  write(plans: readonly PlannedReport[], seed: number, attempt: number): Promise<WrittenReport[]>;
}
