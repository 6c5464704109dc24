import { rm } from 'node:fs/promises';
import { InputError, replaceFile, UsageError } from '../../base/index.js';
import { sqlPaths, withDatabase } from '../../data/index.js';
import { assemble, interruptible, originText, type PlanOrigin, readOrigin } from './assemble.js';
import { copyTo, GROUP_SIZE, isJsonLines } from './group.js';
import { reading } from './read.js';

/** What `synray plan --join` prints. */
export interface JoinSummary {
  readonly pairs: number;
  readonly parts: number;
  readonly out: string;
  readonly seconds: number;
}

interface Part {
  readonly path: string;
  readonly origin: PlanOrigin;
}

/**
 * Puts the parts of a plan together to the file that the whole plan is, byte for byte. The parts may be given in any order.
 * Parts in JSON Lines need no joining: one after the other they are the whole (`cat`).
 * @throws InputError when the parts are of different plans, or do not make one without gaps.
 */
export async function joinPlans(
  paths: readonly string[],
  out: string,
  signal?: AbortSignal,
): Promise<JoinSummary> {
  const started = performance.now();
  if (isJsonLines(out) || paths.some(isJsonLines)) {
    throw new UsageError({
      fault: 'parts in JSON Lines are not joined here',
      mend: 'put them one after the other: cat part-1.jsonl part-2.jsonl > plan.jsonl',
    });
  }
  const parts: Part[] = [];
  for (const path of paths) {
    const origin = await reading(path, () => readOrigin(path));
    if (origin === undefined) {
      throw new InputError({
        file: path,
        fault: 'it does not say of which plan it is a part',
        mend: 'give files made by `synray plan --part`',
      });
    }
    parts.push({ path, origin });
  }
  parts.sort((one, other) => one.origin.from - other.origin.from || one.origin.to - other.origin.to);
  const origin = wholeOf(parts);
  await replaceFile(out, temporary => writeWhole(temporary, parts, origin, signal));
  return { pairs: origin.to, parts: parts.length, out, seconds: (performance.now() - started) / 1000 };
}

/** The origin of the whole that the parts make. */
function wholeOf(parts: readonly Part[]): PlanOrigin {
  const { settings, bank } = parts[0]!.origin;
  const whole = { settings, bank, from: 0, to: settings.pairs };
  let end = 0;
  for (const { path, origin } of parts) {
    if (originText({ ...origin, from: 0, to: settings.pairs }) !== originText(whole)) {
      throw new InputError({
        file: path,
        fault: `it is a part of another plan than ${parts[0]!.path}: other settings or another bank`,
        mend: 'give the parts of one plan, drawn with the same bank and settings',
      });
    }
    if (origin.from !== end) {
      throw new InputError({
        file: path,
        fault: `it begins with sample ${origin.from}, and the parts before it end with sample ${end - 1}`,
        mend: 'give every part once: 1/n to n/n with the same n',
      });
    }
    end = origin.to;
  }
  if (end !== settings.pairs) {
    throw new InputError({
      file: parts.at(-1)!.path,
      fault: `the parts end with sample ${end - 1} of ${settings.pairs}`,
      mend: 'give every part once: 1/n to n/n with the same n',
    });
  }
  return whole;
}

/** Cuts the parts into the groups of the whole, and puts these together. */
async function writeWhole(
  path: string,
  parts: readonly Part[],
  origin: PlanOrigin,
  signal: AbortSignal | undefined,
): Promise<void> {
  const groups: string[] = [];
  try {
    for (let start = 0; start < origin.to || groups.length === 0; start += GROUP_SIZE) {
      const end = Math.min(start + GROUP_SIZE, origin.to);
      const cut = parts.filter(({ origin: { from, to } }) => from < end && to > start);
      const files = (cut.length === 0 ? parts.slice(0, 1) : cut).map(part => part.path);
      const skipped = start - (cut[0]?.origin.from ?? 0);
      const group = `${path}.${groups.length}`;
      groups.push(group);
      await withDatabase(database =>
        interruptible(signal, database, () =>
          database.run(
            copyTo(
              group,
              `SELECT * FROM read_parquet(${sqlPaths(files)}) LIMIT ${end - start} OFFSET ${skipped}`,
            ),
          ),
        ),
      );
    }
    await assemble(path, groups, { jsonLines: false, origin, signal });
  } finally {
    for (const group of groups) await rm(group, { force: true });
  }
}
