import { open } from 'node:fs/promises';
import {
  Attributes,
  type PlannedEntity,
  type PlannedReport,
  sqlText,
  withDatabase,
} from '../../data/index.js';

/**
 * Reports in one row group of a plan file. Plan files are written group by group, each of this many reports but the last, so
 * that a file's bytes depend on its reports alone and not on who wrote which of them. A multiple of the planner's
 * block and of DuckDB's vector.
 */
export const GROUP_SIZE = 122_880;

/** The fields of a planned entity, all text; absent attributes are null in the file. */
const FIELDS = ['concept', 'type', ...Object.keys(Attributes.shape)];

/** Reports between two looks around. */
export const STEP = 512;

/** Whether a plan of this name is JSON Lines; all others are Parquet. */
export function isJsonLines(path: string): boolean {
  return path.endsWith('.jsonl');
}

/**
 * Writes up to {@link GROUP_SIZE} reports: `id` and `entities`, a list of structs. Not in one step: give a temporary name.
 * @param look - Called after every {@link STEP} reports; what it throws ends the writing.
 */
export async function writeGroup(
  path: string,
  reports: Iterable<PlannedReport>,
  { jsonLines, look = () => {} }: { jsonLines: boolean; look?: (() => void) | undefined },
): Promise<void> {
  if (jsonLines) await writeLines(path, reports, look);
  else await writeRows(path, reports, look);
}

async function writeLines(path: string, reports: Iterable<PlannedReport>, look: () => void): Promise<void> {
  const file = await open(path, 'w');
  try {
    let lines: string[] = [];
    for (const report of reports) {
      if (lines.push(JSON.stringify(report)) < STEP) continue;
      look();
      await file.write(`${lines.join('\n')}\n`);
      lines = [];
    }
    if (lines.length > 0) await file.write(`${lines.join('\n')}\n`);
  } finally {
    await file.close();
  }
}

/**
 * Entities repeat, so each different one goes to the database once, reports as lists of their numbers, and the
 * structs are put together there: many times faster than to hand over a struct an entity.
 */
async function writeRows(path: string, reports: Iterable<PlannedReport>, look: () => void): Promise<void> {
  await withDatabase(async database => {
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
    for (const report of reports) {
      plan.appendVarchar(report.id);
      plan.appendVarchar(report.entities.map(numberOf).join(','));
      plan.endRow();
      if (++count % STEP === 0) {
        look();
        // Lets signals in.
        await new Promise(setImmediate);
      }
    }
    entities.closeSync();
    plan.closeSync();
    const structure = JSON.stringify([Object.fromEntries(FIELDS.map(field => [field, 'VARCHAR']))]);
    const rows = `
      WITH known AS (
        SELECT from_json('[' || coalesce(string_agg(json, ',' ORDER BY number), '') || ']', ${sqlText(structure)}) AS list FROM entity
      )
      SELECT id, list_transform(
        list_filter(string_split(numbers, ','), number -> number <> ''),
        number -> known.list[number::INTEGER + 1]
      ) AS entities
      FROM plan, known ORDER BY plan.rowid`;
    await database.run(copyTo(path, rows));
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

/** The statement that writes rows to a Parquet file, with text about them kept in its footer. */
export function copyTo(path: string, rows: string, about?: string): string {
  const footer = about === undefined ? '' : `, KV_METADATA {synray: ${sqlText(about)}}`;
  return `COPY (${rows}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${GROUP_SIZE}${footer})`;
}
