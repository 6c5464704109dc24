import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { InputError, messageOf, parseAs, replaceFile, startProgress } from '../../base/index.js';
import {
  Attributes,
  openDatabase,
  type PlannedEntity,
  PlannedReport,
  sqlPath,
  sqlPaths,
  sqlText,
  withDatabase,
} from '../../data/index.js';
import type { Bank } from '../../entities/index.js';
import { Planner } from './planner.js';
import type { PlanSettingsInput } from './settings.js';
import { PlanCounter, type PlanStatistics } from './statistics.js';

/** The fields of a planned entity, all text; absent attributes are null in the file. */
const FIELDS = ['concept', 'type', ...Object.keys(Attributes.shape)];

/** Reports put together at a time; more are written in parts first, so that memory stays bounded. */
const PART = 250_000;

/**
 * Writes a plan as Parquet: `id` and `entities`, a list of structs, in the order given; in one step, so that
 * no half file is ever seen. The same plan gives the same bytes.
 */
export async function writePlan(path: string, reports: Iterable<PlannedReport>): Promise<void> {
  await replaceFile(path, async temporary => {
    const parts: string[] = [];
    try {
      const rest = reports[Symbol.iterator]();
      for (let more = true; more; ) {
        const part = `${temporary}.${parts.length}`;
        parts.push(part);
        more = await writePart(part, rest);
      }
      if (parts.length === 1) await rename(parts[0]!, temporary);
      else {
        await withDatabase(async database => {
          await database.run(copy(`SELECT * FROM read_parquet(${sqlPaths(parts)})`, temporary));
        });
      }
    } finally {
      for (const part of parts) await rm(part, { force: true });
    }
  });
}

/**
 * Writes up to {@link PART} reports. Gives whether there may be more.
 *
 * Entities repeat, so each different one goes to the database once, reports as lists of their numbers, and the
 * structs are put together there: many times faster than to hand over a struct an entity.
 */
async function writePart(path: string, reports: Iterator<PlannedReport>): Promise<boolean> {
  return await withDatabase(async database => {
    await database.run('CREATE TABLE entity (number INTEGER, json VARCHAR)');
    await database.run('CREATE TABLE plan (id VARCHAR, numbers VARCHAR)');
    const entities = await database.createAppender('entity');
    const plan = await database.createAppender('plan');
    const numberOf = numbering(entity => {
      entities.appendInteger(entity.number);
      entities.appendVarchar(entity.json);
      entities.endRow();
    });
    let count = 0;
    while (count < PART) {
      const next = reports.next();
      if (next.done) break;
      plan.appendVarchar(next.value.id);
      plan.appendVarchar(next.value.entities.map(numberOf).join(','));
      plan.endRow();
      count++;
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
    await database.run(copy(rows, path));
    return count === PART;
  });
}

/** Numbers different entities from 0 on; `onNew` is told of each when it first comes. */
function numbering(
  onNew: (entity: { number: number; json: string }) => void,
): (entity: PlannedEntity) => number {
  const numbers = new Map<string, number>();
  // Entities without attributes are mostly the same objects again: found without making a text of them.
  const plain = new WeakMap<PlannedEntity, number>();
  return entity => {
    const { concept, type, side, site, severity, extent, change } = entity;
    const isPlain = !(side || site || severity || extent || change);
    const seen = isPlain ? plain.get(entity) : undefined;
    if (seen !== undefined) return seen;
    const key = `${concept}|${type}|${side}|${site}|${severity}|${extent}|${change}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
      onNew({ number, json: JSON.stringify(entity) });
    }
    if (isPlain) plain.set(entity, number);
    return number;
  };
}

function copy(rows: string, path: string): string {
  return `COPY (${rows}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`;
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
  if (!existsSync(path)) {
    throw new InputError({
      file: path,
      fault: 'there is no such file',
      mend: 'give a file made by `synray plan`',
    });
  }
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
