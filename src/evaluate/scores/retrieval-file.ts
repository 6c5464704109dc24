import { type DuckDBValue, UINTEGER, VARCHAR } from '@duckdb/node-api';
import { z } from 'zod';
import { readRows, type ScoreFileForm, writeRows } from './parquet.js';
import { RankedQuery, RetrievalOrigin, type RetrievalTable } from './retrieval.js';

const { gallery, direction, id, patient, rank } = RankedQuery.shape;
const Row = z.tuple([gallery, direction, id, patient, rank]);

const FORM = {
  key: 'synray_retrieval',
  columns: { gallery: UINTEGER, direction: VARCHAR, sample: VARCHAR, patient: VARCHAR, rank: UINTEGER },
  origin: RetrievalOrigin,
  row: Row,
} satisfies ScoreFileForm<RetrievalOrigin, z.infer<typeof Row>>;

/** The footer entry by which a file of ranks is known. */
export const RETRIEVAL_KEY = FORM.key;

/** Writes ranks as Parquet, one row a query. */
export async function writeRanks(path: string, { origin, queries }: RetrievalTable): Promise<void> {
  await writeRows(path, FORM, origin, rowsOf(queries));
}

function* rowsOf(queries: readonly RankedQuery[]): Generator<DuckDBValue[]> {
  for (const query of queries) {
    yield [query.gallery, query.direction, query.id, query.patient, query.rank];
  }
}

/** Reads a file of ranks. @throws InputError when it is none. */
export async function readRanks(path: string): Promise<RetrievalTable> {
  const queries: RankedQuery[] = [];
  const origin = await readRows(path, FORM, row => {
    queries.push({ gallery: row[0], direction: row[1], id: row[2], patient: row[3], rank: row[4] });
  });
  return { origin, queries };
}
