import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, Registry, UsageError } from '../../base/index.js';
import { isArchive, sourceFiles } from '../../data/index.js';
import { dataset } from './dataset.js';
import { jsonLines } from './json-lines.js';
import { openi } from './openi.js';
import type { CorpusOptions, CorpusReader } from './reader.js';
import type { CorpusReport } from './report.js';
import { table } from './table.js';
import { MIMIC_PATH, mimicCxr, textFiles } from './text-files.js';

export { REPORT_ROLES, type ReportColumns, type ReportRole } from './columns.js';
export type { CorpusOptions, CorpusReader } from './reader.js';
export type { CorpusReport } from './report.js';

/** The forms in which report corpora come, by name. */
export const corpora = new Registry<CorpusReader>('report format', {
  jsonl: jsonLines,
  table,
  openi,
  'mimic-cxr': mimicCxr,
  text: textFiles,
  dataset,
});

/**
 * Reads reports as a stream, in the order of the source: memory does not grow with their number.
 * @param options.format - A name in {@link corpora}; by default told from the source's name and first files.
 * @throws InputError naming the file and line that do not fit (unless `onBad` takes them), or a source without
 *   reports; UsageError when the format cannot be told, or a column is not there.
 */
export async function* readCorpus(source: string, options: CorpusOptions = {}): AsyncGenerator<CorpusReport> {
  const format = options.format ?? (await formatOf(source));
  let any = false;
  for await (const report of corpora.get(format).read(source, options)) {
    any = true;
    yield report;
  }
  if (any) return;
  throw new InputError({
    file: source,
    fault: `there are no reports in it (read as ${format})`,
    mend: 'check that it is the right source, or say its --format',
  });
}

/** Name of the reader that fits a source. */
async function formatOf(source: string): Promise<string> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) {
    throw new InputError({ file: source, fault: 'there is no such file or folder', mend: 'check the path' });
  }
  const name = source.toLowerCase();
  if (found.isDirectory() || isArchive(name)) {
    if (found.isDirectory() && (await exists(join(source, 'synray.json')))) return 'dataset';
    const first = await firstPath(source);
    if (first === undefined) {
      throw new InputError({
        file: source,
        fault: 'there are no .xml or .txt reports in it',
        mend: 'give a folder or archive of reports, or one table (.csv, .parquet, .jsonl)',
      });
    }
    return /\.xml$/i.test(first) ? 'openi' : MIMIC_PATH.test(first) ? 'mimic-cxr' : 'text';
  }
  if (/\.(jsonl|ndjson)(\.gz)?$/.test(name)) return 'jsonl';
  if (/\.(csv|tsv|tab|json|jsonl|ndjson|parquet)(\.gz|\.zst)?$/.test(name)) return 'table';
  if (name.endsWith('.xml')) return 'openi';
  if (name.endsWith('.txt')) return 'text';
  throw new UsageError({
    file: source,
    fault: 'its name does not tell how it is to be read',
    mend: `say --format: ${corpora.names().join(', ')}`,
  });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Path of the first report file: MIMIC-CXR puts licence texts beside the folders of its reports. */
async function firstPath(source: string): Promise<string | undefined> {
  let text: string | undefined;
  let seen = 0;
  const reports = sourceFiles(source, {
    wanted: path => /\.(xml|txt)$/i.test(path),
    most: Number.MAX_SAFE_INTEGER,
  });
  for await (const { path } of reports) {
    if (/\.xml$/i.test(path) || MIMIC_PATH.test(path)) return path;
    text ??= path;
    if (++seen >= 20) break;
  }
  return text;
}
