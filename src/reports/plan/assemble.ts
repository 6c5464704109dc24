import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { InputError, parseAs } from '../../base/index.js';
import { sqlPath, sqlPaths, sqlText, withDatabase } from '../../data/index.js';
import { copyTo, isJsonLines } from './group.js';
import { PlanSettings } from './settings.js';

/** What a plan file says about itself in its footer: which plan it is of, and which stretch of it. */
export const PlanOrigin = z.strictObject({
  settings: PlanSettings,
  /** SHA-256 of the entities that may be drawn. */
  bank: z.string(),
  /** First sample, and one past the last. */
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
});
export type PlanOrigin = z.infer<typeof PlanOrigin>;

/** The origin as text with a fixed order of its keys, so that equal origins are equal bytes. */
export function originText(origin: PlanOrigin): string {
  const { settings, bank, from, to } = origin;
  return JSON.stringify({
    settings: Object.fromEntries(
      Object.entries(settings)
        .filter(([, value]) => value !== undefined)
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
    bank,
    from,
    to,
  });
}

/**
 * Puts groups together to one file, in this order; the groups are files that hold {@link GROUP_SIZE} reports each, the last
 * one what is left. Parquet groups are read and written again group for group, so that the same reports give the same bytes.
 * @param path - A temporary name.
 */
export async function assemble(
  path: string,
  groups: readonly string[],
  options: { jsonLines: boolean; origin: PlanOrigin; signal?: AbortSignal | undefined },
): Promise<void> {
  const { jsonLines, origin, signal } = options;
  if (jsonLines) {
    for (const [index, group] of groups.entries()) {
      await pipeline(
        createReadStream(group),
        createWriteStream(path, { flags: index === 0 ? 'w' : 'a' }),
        signal === undefined ? {} : { signal },
      );
    }
    return;
  }
  await withDatabase(async database => {
    // The bytes are the same for any number: the groups' bounds are the batches that threads work on.
    await database.run('SET threads = 2');
    await interruptible(signal, database, () =>
      database.run(copyTo(path, `SELECT * FROM read_parquet(${sqlPaths(groups)})`, originText(origin))),
    );
  });
}

/** Lets a query be ended by a signal. */
export async function interruptible<T>(
  signal: AbortSignal | undefined,
  database: { interrupt(): void },
  query: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = () => database.interrupt();
  signal?.addEventListener('abort', stop);
  try {
    return await query();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** What a plan file says about its origin; undefined where it says nothing (JSON Lines, plans made by hand). */
export async function readOrigin(path: string): Promise<PlanOrigin | undefined> {
  if (isJsonLines(path)) return undefined;
  const text = await withDatabase(async database => {
    const result = await database.runAndReadAll(
      `SELECT decode(value) FROM parquet_kv_metadata(${sqlPath(path)}) WHERE decode(key) = ${sqlText('synray')}`,
    );
    return result.getRows()[0]?.[0];
  });
  if (typeof text !== 'string') return undefined;
  return parseAs(PlanOrigin, parseOrigin(text, path), path);
}

function parseOrigin(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError({
      file: path,
      fault: 'its footer does not say of which plan it is',
      mend: 'give files made by `synray plan`',
      cause,
    });
  }
}
