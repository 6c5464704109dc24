import { join } from 'node:path';
import { type Rejection, readRejections } from '../../curation/index.js';
import { type Dataset, openDataset, sqlPaths, sqlText, withDatabase } from '../../data/index.js';

/** Kept samples whose scores are drawn, at most: chosen by the hash of their id. */
const MOST_SCORES = 5000;

/** Scores of one check. */
export interface CheckScores {
  readonly check: string;
  readonly refused: number;
  readonly threshold: number | null;
  readonly kept: readonly number[];
  readonly rejected: readonly number[];
}

/** A rejected sample with its picture as stored; undefined where the source has it no more. */
export interface RejectedPicture {
  readonly rejection: Rejection;
  readonly bytes: Uint8Array | undefined;
}

/** All that the page shows. */
export interface CurationPageData {
  readonly name: string;
  readonly kept: number;
  readonly rejections: readonly Rejection[];
  readonly checks: readonly CheckScores[];
  /** Inverted pictures that were made upright. */
  readonly mended: number;
  /** The first rejected samples of each check. */
  readonly pictures: ReadonlyMap<string, readonly RejectedPicture[]>;
}

/** @param most - Pictures shown of each check. */
export async function gatherCuration(
  source: string,
  curated: string,
  most: number,
): Promise<CurationPageData> {
  const [from, to, rejections] = await Promise.all([
    openDataset(source),
    openDataset(curated),
    readRejections(curated),
  ]);
  const kept = await keptScores(to);
  const byCheck = new Map<string, { refused: number; threshold: number | null; rejected: number[] }>();
  for (const { check, threshold } of kept) byCheck.set(check, { refused: 0, threshold, rejected: [] });
  const shown = new Map<string, Rejection[]>();
  for (const rejection of rejections) {
    const isFirst = new Set<string>();
    for (const { check, score, threshold, passed } of rejection.verdicts) {
      const entry = byCheck.get(check) ?? { refused: 0, threshold, rejected: [] };
      byCheck.set(check, { ...entry, refused: entry.refused + (passed ? 0 : 1) });
      if (score !== null) entry.rejected.push(score);
      if (passed || isFirst.size > 0) continue;
      // A picture is shown once, under the first check that refused it.
      isFirst.add(check);
      const list = shown.get(check) ?? [];
      if (list.length < most) list.push(rejection);
      shown.set(check, list);
    }
  }
  const bytes = await picturesOf(
    from,
    [...shown.values()].flat().map(({ id }) => id),
  );
  return {
    name: to.manifest.name,
    kept: to.count(),
    rejections,
    mended: await countMended(to),
    checks: [...byCheck].map(([check, entry]) => ({
      check,
      ...entry,
      kept: kept.find(other => other.check === check)?.scores ?? [],
    })),
    pictures: new Map(
      [...shown].map(([check, list]) => [
        check,
        list.map(rejection => ({ rejection, bytes: bytes.get(rejection.id) })),
      ]),
    ),
  };
}

function shardsOf(dataset: Dataset): string {
  return sqlPaths(
    Object.values(dataset.manifest.splits).flatMap(({ shards }) =>
      shards.map(({ file }) => join(dataset.folder, file)),
    ),
  );
}

async function keptScores(
  dataset: Dataset,
): Promise<{ check: string; threshold: number | null; scores: number[] }[]> {
  return withDatabase(async connection => {
    const result = await connection.runAndReadAll(
      `SELECT v."check", max(v.threshold), list(v.score) FILTER (v.score IS NOT NULL)
       FROM (SELECT unnest(verdicts) AS v FROM
         (SELECT verdicts FROM read_parquet(${shardsOf(dataset)}) ORDER BY hash(id) LIMIT ${MOST_SCORES}))
       GROUP BY v."check" ORDER BY v."check"`,
    );
    return result.getRowsJS().map(([check, threshold, scores]) => ({
      check: String(check),
      threshold: typeof threshold === 'number' ? threshold : null,
      scores: Array.isArray(scores) ? scores.map(Number) : [],
    }));
  });
}

async function countMended(dataset: Dataset): Promise<number> {
  return withDatabase(async connection => {
    const result = await connection.runAndReadAll(
      `SELECT count(*) FROM (SELECT unnest(verdicts) AS v FROM read_parquet(${shardsOf(dataset)}))
       WHERE v.passed AND starts_with(v.reason, 'mended')`,
    );
    return Number(result.getRows()[0]![0]);
  });
}

async function picturesOf(dataset: Dataset, ids: readonly string[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  if (ids.length === 0) return found;
  await withDatabase(async connection => {
    const result = await connection.runAndReadAll(
      `SELECT id, image.bytes FROM read_parquet(${shardsOf(dataset)})
       WHERE id IN (${ids.map(id => sqlText(id)).join(', ')})`,
    );
    for (const [id, bytes] of result.getRowsJS()) {
      if (bytes instanceof Uint8Array) found.set(String(id), bytes);
    }
  });
  return found;
}
