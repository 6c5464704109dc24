import { InputError, messageOf, parseAs, replaceFile, startProgress } from '../../base/index.js';
import { Attributes, openDatabase, PlannedReport, sqlPath, sqlText, withDatabase } from '../../data/index.js';
import type { Bank } from '../../entities/index.js';
import { Planner } from './planner.js';
import type { PlanSettingsInput } from './settings.js';
import { PlanCounter, type PlanStatistics } from './statistics.js';

/** The fields of a planned entity, all text; absent attributes are null in the file. */
const FIELDS = ['concept', 'type', ...Object.keys(Attributes.shape)];

/**
 * Writes a plan as Parquet: `id` and `entities`, a list of structs, in the order given; in one step, so that no half
 * file is ever seen. The same plan gives the same bytes.
 *
 * Entities repeat, so each different one goes to the database once, reports as lists of their numbers, and the
 * structs are put together there: twenty times faster than a struct an entity.
 */
export async function writePlan(path: string, reports: Iterable<PlannedReport>): Promise<void> {
  await withDatabase(async database => {
    await database.run('CREATE TABLE entity (number INTEGER, json VARCHAR)');
    await database.run('CREATE TABLE plan (id VARCHAR, numbers VARCHAR)');
    const numbers = new Map<string, number>();
    const entities = await database.createAppender('entity');
    const plan = await database.createAppender('plan');
    for (const report of reports) {
      const row = report.entities.map(entity => {
        const json = JSON.stringify(entity);
        const known = numbers.get(json);
        if (known !== undefined) return known;
        const number = numbers.size;
        numbers.set(json, number);
        entities.appendInteger(number);
        entities.appendVarchar(json);
        entities.endRow();
        return number;
      });
      plan.appendVarchar(report.id);
      plan.appendVarchar(row.join(','));
      plan.endRow();
    }
    entities.closeSync();
    plan.closeSync();
    const structure = JSON.stringify([Object.fromEntries(FIELDS.map(field => [field, 'VARCHAR']))]);
    const rows = `
      WITH known AS (
        SELECT from_json('[' || string_agg(json, ',' ORDER BY number) || ']', ${sqlText(structure)}) AS list FROM entity
      )
      SELECT id, list_transform(
        list_filter(string_split(numbers, ','), number -> number <> ''),
        number -> known.list[number::INTEGER + 1]
      ) AS entities
      FROM plan, known ORDER BY plan.rowid`;
    await replaceFile(path, async temporary => {
      await database.run(`COPY (${rows}) TO ${sqlText(temporary)} (FORMAT parquet, COMPRESSION zstd)`);
    });
  });
}

/**
 * Reads the reports [from, to) of a plan, row by row, in bounded memory.
 * @throws InputError when the file is missing or not a plan.
 */
export async function* readPlan(
  path: string,
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<PlannedReport> {
  const database = await openDatabase();
  try {
    const result = await reading(path, () =>
      database.connection.stream(
        `SELECT id, to_json(entities)::VARCHAR FROM read_parquet(${sqlPath(path)}) LIMIT ${to - from} OFFSET ${from}`,
      ),
    );
    for (;;) {
      const chunk = await reading(path, () => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) break;
      for (const [id, json] of chunk.getRows())
        yield parseAs(PlannedReport, { id, entities: listOf(json) }, path);
    }
  } finally {
    database.close();
  }
}

/** How many reports a plan has. @throws InputError when the file is missing or not a plan. */
export async function countPlan(path: string): Promise<number> {
  return await withDatabase(async connection => {
    const rows = await reading(path, async () => {
      const result = await connection.run(`SELECT count(entities) FROM read_parquet(${sqlPath(path)})`);
      return await result.getRows();
    });
    return Number(rows[0]?.[0] ?? 0);
  });
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new InputError({
      file: path,
      fault: `no plan can be read: ${messageOf(error)}`,
      mend: 'give a file made by `synray plan`',
      cause: error,
    });
  }
}

/** The entities of a row; the nulls of absent attributes are dropped. */
function listOf(json: unknown): unknown {
  if (typeof json !== 'string') return json;
  return JSON.parse(json, (_, value: unknown) => (value === null ? undefined : value));
}

/** What `synray plan` prints. */
export interface PlanSummary extends Omit<PlanStatistics, 'uses'> {
  readonly out: string;
  readonly seconds: number;
}

/** Draws a whole plan and writes it to a Parquet file. */
export async function planToFile(options: {
  bank: Bank;
  settings: PlanSettingsInput;
  out: string;
  signal?: AbortSignal | undefined;
}): Promise<PlanSummary> {
  const started = performance.now();
  const planner = new Planner(options.bank, options.settings);
  const counter = new PlanCounter(planner);
  const { pairs } = planner.settings;
  const progress = startProgress('planning', pairs, 'reports');
  try {
    await writePlan(options.out, counted());
  } finally {
    progress.stop();
  }
  const { uses: _, ...statistics } = counter.statistics();
  return { ...statistics, out: options.out, seconds: (performance.now() - started) / 1000 };

  function* counted(): Generator<PlannedReport> {
    for (let index = 0; index < pairs; index++) {
      yield planner.report(index);
      counter.add(planner.numbers(index));
      if (index % 1000 === 0) {
        options.signal?.throwIfAborted();
        progress.update(index);
      }
    }
    progress.update(pairs);
  }
}
