import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { z } from 'zod';
import { InputError, messageOf, parseAs, UsageError } from '../../base/index.js';
import { readScores, SCORES_KEY } from './file.js';
import { type GroundingResult, type GroundingTable, groundingResultOf } from './grounding.js';
import { GROUNDING_KEY, readGrounding } from './grounding-file.js';
import type { MeasureOptions } from './measure.js';
import { brokenScores, readFooter } from './parquet.js';
import { resultOfScores, type ZeroShotResult } from './result.js';
import { type RetrievalResult, type RetrievalTable, retrievalResultOf } from './retrieval.js';
import { RETRIEVAL_KEY, readRanks } from './retrieval-file.js';
import { type SegmentationResult, type SegmentationTable, segmentationResultOf } from './segmentation.js';
import { readSegmentation, SEGMENTATION_KEY } from './segmentation-file.js';
import type { ScoreTable } from './table.js';

/** What a score file of any task holds. */
export type AnyScores =
  | { readonly form: 'classes'; readonly table: ScoreTable }
  | { readonly form: 'grounding'; readonly table: GroundingTable }
  | { readonly form: 'retrieval'; readonly table: RetrievalTable }
  | { readonly form: 'segmentation'; readonly table: SegmentationTable };

/** The result of a score file of any task. */
export type AnyResult =
  | { readonly form: 'classes'; readonly result: ZeroShotResult }
  | { readonly form: 'grounding'; readonly result: GroundingResult }
  | { readonly form: 'retrieval'; readonly result: RetrievalResult }
  | { readonly form: 'segmentation'; readonly result: SegmentationResult };

/** Reads a score file, whatever task it is of. @throws InputError when it is none. */
export async function readAnyScores(path: string): Promise<AnyScores> {
  const footer = await readFooter(path);
  if (footer.has(SCORES_KEY)) return { form: 'classes', table: await readScores(path) };
  if (footer.has(GROUNDING_KEY)) return { form: 'grounding', table: await readGrounding(path) };
  if (footer.has(RETRIEVAL_KEY)) return { form: 'retrieval', table: await readRanks(path) };
  if (footer.has(SEGMENTATION_KEY)) return { form: 'segmentation', table: await readSegmentation(path) };
  throw brokenScores(path, 'it is not a score file of synray');
}

/** The result that scores give: no model is needed. @throws InputError when nothing in them can be measured. */
export function resultOfAny(scores: AnyScores, options: MeasureOptions): AnyResult {
  switch (scores.form) {
    case 'classes':
      return { form: 'classes', result: resultOfScores(scores.table, options) };
    case 'grounding':
      return { form: 'grounding', result: groundingResultOf(scores.table, options) };
    case 'retrieval':
      return { form: 'retrieval', result: retrievalResultOf(scores.table, options) };
    case 'segmentation':
      return { form: 'segmentation', result: segmentationResultOf(scores.table, options) };
  }
}

const ENDING = '.scores.parquet';

/** Folders deeper than this are not looked into. */
const DEPTH = 3;

/**
 * The score files that are meant: a Parquet file itself; for a result (`nih.json`) the scores beside it; for folders
 * the one score file in each, or the one that has the same path in all of them.
 * @param task - Of folders, look at score files of this task only.
 * @throws UsageError or InputError when there is none, or more than one.
 */
export async function findScoreFiles(given: readonly string[], task?: string): Promise<string[]> {
  const found = await Promise.all(given.map(path => scoreFilesOf(path, task)));
  const inAll = found
    .flatMap(({ folder, files }) => (folder === undefined ? [] : [files.map(file => relative(folder, file))]))
    .reduce<string[] | undefined>(
      (common, files) => common?.filter(file => files.includes(file)) ?? files,
      undefined,
    );
  return found.map(({ folder, files }) => {
    if (files.length === 1) return files[0]!;
    const shared = folder === undefined ? [] : (inAll ?? []).map(file => join(folder, file));
    if (shared.length === 1 && given.length > 1) return shared[0]!;
    throw new UsageError({
      file: folder,
      fault: `it has ${files.length} score files, and which is meant cannot be told`,
      mend: `give --task, or name one of: ${files.join(', ')}`,
    });
  });
}

async function scoreFilesOf(
  given: string,
  task: string | undefined,
): Promise<{ folder: string | undefined; files: string[] }> {
  const entry = await stat(given).catch(() => undefined);
  if (entry === undefined) {
    throw new InputError({ file: given, fault: 'there is no such file or folder', mend: 'check the path' });
  }
  if (entry.isDirectory()) {
    const all = await scoreFilesIn(given, DEPTH);
    const tasks = await Promise.all(task === undefined ? [] : all.map(taskOf));
    const files = all.filter((_, index) => tasks[index] === task);
    if (files.length > 0) return { folder: given, files };
    throw new InputError({
      file: given,
      fault: `there is no score file (*${ENDING})${task === undefined ? '' : ` of ${task}`} in it`,
      mend: 'run `synray evaluate … --out FILE.json`, which writes the scores beside the result',
    });
  }
  if (!given.endsWith('.json')) return { folder: undefined, files: [given] };
  const beside = given.replace(/\.json$/, ENDING);
  if ((await stat(beside).catch(() => undefined))?.isFile() === true)
    return { folder: undefined, files: [beside] };
  throw new InputError({
    file: given,
    fault: `its scores are not beside it: there is no ${basename(beside)}`,
    mend: 'give the score file itself, or run the evaluation again with --out',
  });
}

/** The task that a score file names. @throws InputError when it is none. */
async function taskOf(path: string): Promise<string> {
  const footer = await readFooter(path);
  const origin = [SCORES_KEY, GROUNDING_KEY, RETRIEVAL_KEY, SEGMENTATION_KEY]
    .map(key => footer.get(key))
    .find(entry => entry !== undefined);
  if (origin === undefined) throw brokenScores(path, 'it is not a score file of synray');
  let value: unknown;
  try {
    value = JSON.parse(origin);
  } catch (error) {
    throw brokenScores(path, `its origin cannot be read: ${messageOf(error)}`, error);
  }
  return parseAs(z.object({ task: z.string() }), value, path).task;
}

async function scoreFilesIn(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith(ENDING)) found.push(path);
    else if (entry.isDirectory() && depth > 1) found.push(...(await scoreFilesIn(path, depth - 1)));
  }
  return found;
}
