import type { ReadOptions } from '../../data/index.js';
import type { ReportColumns } from './columns.js';
import type { CorpusReport } from './report.js';

/** How a corpus is read. */
export interface CorpusOptions extends ReadOptions {
  /** Name of a reader; by default it is told from the source. */
  readonly format?: string | undefined;
  /** Columns or keys that hold what, where their names do not tell it. */
  readonly columns?: ReportColumns | undefined;
}

/** Reads one form in which reports come. A new one is one file and one line in `index.ts`. */
export interface CorpusReader {
  /** One line for `--help`. */
  readonly summary: string;
  /** The reports in the order of the source, as a stream. What does not fit goes to `onBad`, or is thrown. */
  read(source: string, options: CorpusOptions): AsyncGenerator<CorpusReport>;
}
