import { InputError, messageOf, UsageError } from '../../base/index.js';
import { linesOf, reject } from '../../data/index.js';
import { chooseColumns, type ReportColumns, type ReportRole, reportOfCells } from './columns.js';
import type { CorpusReader } from './reader.js';
import type { CorpusReport } from './report.js';

/** `{id, findings, impression}` or `{id, text}` a line; other keys are let be. Gzipped or not. */
export const jsonLines: CorpusReader = {
  summary: 'JSON Lines, {id, findings, impression} or {id, text} a line (.jsonl, .jsonl.gz)',
  async *read(source, options) {
    const chooser = new KeyChooser(options.columns ?? {});
    for await (const { number, text } of linesOf(source, options)) {
      if (text.trim() === '') continue;
      let report: CorpusReport;
      try {
        report = reportOfLine(text, `${source}:${number}`, chooser);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        reject(error, options);
        continue;
      }
      yield report;
    }
  },
};

function reportOfLine(line: string, place: string, chooser: KeyChooser): CorpusReport {
  const record = recordOf(line, place);
  const keys = chooser.choose(Object.keys(record), place);
  const cell = (role: ReportRole): string => {
    const key = keys[role];
    const value = key === undefined ? '' : (record[key] ?? '');
    if (typeof value === 'string') return value;
    if (role === 'id' && typeof value === 'number') return String(value);
    throw new InputError({
      file: place,
      fault: `"${key}" is no text`,
      mend: 'correct the line, or leave it out with --skip-bad',
    });
  };
  const id = cell('id');
  if (id === '') {
    throw new InputError({
      file: place,
      fault: 'the report has no id',
      mend: 'give each line an "id", or say with --columns id=… which key it is',
    });
  }
  return reportOfCells({
    id,
    findings: cell('findings'),
    impression: cell('impression'),
    text: cell('text'),
  });
}

function recordOf(line: string, place: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError({
      file: place,
      fault: `no JSON: ${messageOf(error).slice(0, 100)}`,
      mend: 'give JSON Lines: one {"id": …, "findings": …, "impression": …} a line',
      cause: error,
    });
  }
  if (isRecord(value)) return value;
  throw new InputError({
    file: place,
    fault: 'the line is no JSON object',
    mend: 'give JSON Lines: one {"id": …, "findings": …, "impression": …} a line',
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lines of a file have the same keys as a rule: the choice among them is made once. */
class KeyChooser {
  #names = '';
  #chosen: ReportColumns = {};

  constructor(readonly given: ReportColumns) {}

  choose(keys: readonly string[], place: string): ReportColumns {
    const names = keys.join('\n');
    if (names === this.#names) return this.#chosen;
    try {
      this.#chosen = chooseColumns(keys, this.given, place);
    } catch (error) {
      // What is wrong usage of a table is a line like others here.
      if (!(error instanceof UsageError)) throw error;
      throw new InputError({ file: place, fault: error.fault, mend: error.mend });
    }
    this.#names = names;
    return this.#chosen;
  }
}
