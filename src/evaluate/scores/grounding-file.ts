import {
  BOOLEAN,
  DOUBLE,
  DuckDBListValue,
  type DuckDBValue,
  LIST,
  listValue,
  UINTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { z } from 'zod';
import { OverlapCurve } from '../metrics/index.js';
import { type GroundedFinding, GroundingOrigin, type GroundingTable, THRESHOLDS } from './grounding.js';
import { brokenScores, readRows, type ScoreFileForm, writeRows } from './parquet.js';

const counts = z
  .custom<DuckDBListValue>(value => value instanceof DuckDBListValue)
  .transform(({ items }) => items)
  .pipe(z.array(z.int().nonnegative()).length(THRESHOLDS.length));

const Row = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.enum(['measured', 'threshold']),
  z.boolean(),
  z.number(),
  z.number().positive().max(1),
  z.int().positive(),
  counts,
  counts,
]);

const FORM = {
  key: 'synray_grounding',
  columns: {
    sample: VARCHAR,
    patient: VARCHAR,
    class: VARCHAR,
    role: VARCHAR,
    inside: BOOLEAN,
    cnr: DOUBLE,
    area: DOUBLE,
    truth: UINTEGER,
    reaching: LIST(UINTEGER),
    reaching_inside: LIST(UINTEGER),
  },
  origin: GroundingOrigin,
  row: Row,
} satisfies ScoreFileForm<GroundingOrigin, z.infer<typeof Row>>;

/** The footer entry by which a file of grounded findings is known. */
export const GROUNDING_KEY = FORM.key;

/**
 * Writes grounded findings as Parquet, one row a finding. `reaching` says how many pixels of the map reach each of
 * 1,001 thresholds, `reaching_inside` how many of them are in the truth, `truth` how many pixels the truth has.
 */
export async function writeGrounding(path: string, { origin, findings }: GroundingTable): Promise<void> {
  await writeRows(path, FORM, origin, rowsOf(findings));
}

function* rowsOf(findings: readonly GroundedFinding[]): Generator<DuckDBValue[]> {
  for (const { id, patient, className, role, inside, cnr, area, curve } of findings) {
    const { truth, reaching, reachingInside } = curve;
    yield [
      id,
      patient,
      className,
      role,
      inside,
      cnr,
      area,
      truth,
      listValue([...reaching]),
      listValue([...reachingInside]),
    ];
  }
}

/**
 * Reads a file of grounded findings.
 * @throws InputError when it is none, or its counts are impossible.
 */
export async function readGrounding(path: string): Promise<GroundingTable> {
  const findings: GroundedFinding[] = [];
  const origin = await readRows(path, FORM, row => {
    const [id, patient, className, role, inside, cnr, area, truth, reaching, reachingInside] = row;
    const possible = reaching.every(
      (count, index) =>
        reachingInside[index]! <= Math.min(count, truth) && count <= (reaching[index - 1] ?? count),
    );
    if (!possible) throw brokenScores(path, `the counts of "${className}" in sample "${id}" are impossible`);
    const curve = new OverlapCurve(Uint32Array.from(reaching), Uint32Array.from(reachingInside), truth);
    findings.push({ id, patient, className, role, inside, cnr, area, curve });
  });
  return { origin, findings };
}
