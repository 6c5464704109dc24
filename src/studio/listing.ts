import { join } from 'node:path';
import { type Dataset, sqlPaths, sqlText, withDatabase } from '../data/index.js';

/** What a list shows of a sample. */
export interface ListedSample {
  readonly id: string;
  readonly split: string;
  readonly labels: readonly string[];
  readonly view: string | null;
  /** Names of the checks that refused it. */
  readonly refused: readonly string[];
}

/** Which samples a list shows; everything undefined means all. */
export interface Selection {
  readonly split: string | undefined;
  readonly label: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** Reads one page of a data set's list without its pictures: only the columns shown leave the disk. */
export async function listSamples(
  dataset: Dataset,
  { split, label, offset, limit }: Selection,
): Promise<{ samples: ListedSample[]; total: number }> {
  const splits = dataset.splits.filter(name => split === undefined || name === split);
  const sources = splits.map(name => {
    const files = dataset.manifest.splits[name]!.shards.map(shard => join(dataset.folder, shard.file));
    return `SELECT ${sqlText(name)} AS split, id, labels, view, verdicts FROM read_parquet(${sqlPaths(files)})`;
  });
  if (sources.length === 0) return { samples: [], total: 0 };
  const condition = label === undefined ? 'true' : `list_contains(labels, ${sqlText(label)})`;
  const rows = `FROM (${sources.join(' UNION ALL ')}) WHERE ${condition}`;
  return withDatabase(async connection => {
    const counted = await connection.runAndReadAll(`SELECT count(*) ${rows}`);
    const page = await connection.runAndReadAll(
      `SELECT id, split, labels, view,
         list_transform(list_filter(verdicts, lambda verdict: NOT verdict.passed), lambda verdict: verdict."check") AS refused
       ${rows} LIMIT ${Math.trunc(limit)} OFFSET ${Math.trunc(offset)}`,
    );
    const samples = page.getRowObjectsJson().map(row => ({
      id: String(row.id),
      split: String(row.split),
      labels: strings(row.labels),
      view: row.view === null ? null : String(row.view),
      refused: strings(row.refused),
    }));
    return { samples, total: Number(counted.getRows()[0]![0]) };
  });
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
