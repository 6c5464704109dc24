import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { InputError, messageOf, parseAs } from '../../base/index.js';
import { EntityType, openDatabase, PlannedReport, sqlPath, withDatabase } from '../../data/index.js';
import { isJsonLines } from './group.js';

const MEND = 'give a file made by `synray plan`';

/**
 * Reads the reports [from, to) of a plan, row by row, in bounded memory.
 * @throws InputError when the file is missing or not a plan.
 */
export async function* readPlan(
  path: string,
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<PlannedReport> {
  if (isJsonLines(path)) yield* readLines(path, from, to);
  else yield* readRows(path, from, to);
}

async function* readRows(path: string, from: number, to: number): AsyncGenerator<PlannedReport> {
  const database = await openDatabase();
  try {
    const result = await reading(path, () =>
      database.connection.stream(
        `SELECT id, to_json(entities)::VARCHAR FROM read_parquet(${sqlPath(path)}) LIMIT ${Math.max(0, to - from)} OFFSET ${from}`,
      ),
    );
    for (;;) {
      const chunk = await reading(path, () => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) break;
      for (const [id, json] of chunk.getRows()) {
        yield parseAs(PlannedReport, { id, entities: listOf(json) }, path);
      }
    }
  } finally {
    database.close();
  }
}

async function* readLines(path: string, from: number, to: number): AsyncGenerator<PlannedReport> {
  let index = 0;
  for await (const { line, number } of linesOf(path)) {
    if (index >= to) return;
    if (index++ < from) continue;
    const place = `${path}:${number}`;
    yield parseAs(PlannedReport, parseLine(line, place), place);
  }
}

/** The lines that hold something, with their numbers from 1 on. */
async function* linesOf(path: string): AsyncGenerator<{ line: string; number: number }> {
  if (!existsSync(path)) throw missing(path);
  const input = createReadStream(path);
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() !== '') yield { line, number };
    }
  } finally {
    input.destroy();
  }
}

function parseLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new InputError({ file: place, fault: `no JSON: ${messageOf(cause)}`, mend: MEND, cause });
  }
}

/** How many reports a plan has. @throws InputError when the file is missing or not a plan. */
export async function countPlan(path: string): Promise<number> {
  if (isJsonLines(path)) {
    let count = 0;
    for await (const _ of linesOf(path)) count++;
    return count;
  }
  return await withDatabase(async connection => {
    const rows = await reading(path, async () => {
      const result = await connection.run(`SELECT count(entities) FROM read_parquet(${sqlPath(path)})`);
      return await result.getRows();
    });
    return Number(rows[0]?.[0] ?? 0);
  });
}

/** How many reports of a plan say an entity. */
export interface EntityUses {
  readonly concept: string;
  readonly type: EntityType;
  readonly count: number;
}

/**
 * Counts the uses of each entity in a plan; those that it never uses are not in the list.
 * @throws InputError when the file is missing or not a plan.
 */
export async function countUses(path: string): Promise<EntityUses[]> {
  const uses = new Map<string, { concept: string; type: EntityType; count: number }>();
  if (isJsonLines(path)) {
    for await (const { entities } of readPlan(path)) {
      for (const { concept, type } of entities) {
        const known = uses.get(`${type} ${concept}`);
        if (known === undefined) uses.set(`${type} ${concept}`, { concept, type, count: 1 });
        else known.count++;
      }
    }
    return [...uses.values()];
  }
  return await withDatabase(async connection => {
    const rows = await reading(path, async () => {
      const result = await connection.runAndReadAll(
        `SELECT entity.concept, entity.type, count(*) FROM (SELECT unnest(entities) AS entity FROM read_parquet(${sqlPath(path)}))
         GROUP BY ALL ORDER BY ALL`,
      );
      return result.getRows();
    });
    return rows.map(([concept, type, count]) =>
      parseAs(UsesRow, { concept, type, count: Number(count) }, path),
    );
  });
}

const UsesRow = z.object({ concept: z.string(), type: EntityType, count: z.int() });

/** Does something with a Parquet file. @throws InputError when the file is missing or not a plan. */
export async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  if (!existsSync(path)) throw missing(path);
  try {
    return await read();
  } catch (error) {
    throw new InputError({
      file: path,
      fault: `no plan can be read: ${messageOf(error)}`,
      mend: MEND,
      cause: error,
    });
  }
}

function missing(file: string): InputError {
  return new InputError({ file, fault: 'there is no such file', mend: MEND });
}

/** The entities of a row; the nulls of absent attributes are dropped. */
function listOf(json: unknown): unknown {
  if (typeof json !== 'string') return json;
  return JSON.parse(json, (_, value: unknown) => (value === null ? undefined : value));
}
