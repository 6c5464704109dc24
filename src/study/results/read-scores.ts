import { relative } from 'node:path';
import type { Study } from '../recipe/index.js';
import type { StudyScore } from '../run/study.js';
import { type Measured, measureFile } from './cells.js';
import type { Cell } from './estimates.js';
import { familyOf } from './families.js';
import type { ScoreRow } from './results.js';

/** The scores of a study: as rows for tables, and as cells for means and differences. */
export async function readStudyScores(
  scores: readonly StudyScore[],
  study: Study,
  out: string,
): Promise<{ rows: ScoreRow[]; cells: Cell[] }> {
  const rows: ScoreRow[] = [];
  const cells: Cell[] = [];
  for (const { arm, method, seed, task, result, file } of scores) {
    const settings = study.tasks[task]!;
    const measured: Measured = await measureFile(scoreFileOf(file), study.intervals);
    const { value, low, high, n, patients, rounds, classes } = measured;
    const where = { data: settings.data, split: result.split };
    const { metric } = familyOf(settings);
    const path = relative(out, file).replaceAll('\\', '/');
    rows.push({
      arm,
      method,
      seed,
      task,
      metric,
      value,
      low,
      high,
      n,
      patients,
      ...where,
      classes,
      file: path,
    });
    cells.push({ arm, method, seed, task, value, rounds });
  }
  return { rows, cells };
}

/** The scores that a task leaves beside its result. */
export function scoreFileOf(result: string): string {
  return result.replace(/\.json$/, '.scores.parquet');
}
