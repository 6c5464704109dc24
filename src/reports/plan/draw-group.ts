import type { PlannedReport } from '../../data/index.js';
import { writeGroup } from './group.js';
import type { Planner } from './planner.js';
import { PlanCounter, type PlanTally } from './statistics.js';

/** A group of a plan to be drawn and written. */
export interface GroupTask {
  /** First sample, and one past the last. */
  readonly from: number;
  readonly to: number;
  /** File to write; a temporary name. */
  readonly path: string;
  readonly jsonLines: boolean;
}

/** Draws a stretch of a plan, writes it to a file of its own and counts it up. */
export async function drawGroup(
  planner: Planner,
  { from, to, path, jsonLines }: GroupTask,
  look?: () => void,
): Promise<PlanTally> {
  const counter = new PlanCounter(planner);
  await writeGroup(path, counted(), { jsonLines, look });
  return counter.tally();

  function* counted(): Generator<PlannedReport> {
    for (let index = from; index < to; index++) {
      const report = planner.report(index);
      counter.add(planner.numbers(index), report.entities);
      yield report;
    }
  }
}
