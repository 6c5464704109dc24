import { InputError } from '../../base/index.js';
import { reject, TableFile } from '../../data/index.js';
import { chooseColumns, REPORT_ROLES, reportOfCells } from './columns.js';
import type { CorpusReader } from './reader.js';

/** How often the position is told. */
const STEP = 1000;

/**
 * One report a row. A row without an id column is named by its number: `row-17`. Also the `reports.parquet` that
 * `synray reports` writes.
 */
export const table: CorpusReader = {
  summary: 'a table, one report a row (.csv, .tsv, .parquet, .json, .jsonl.zst; also .gz)',
  async *read(source, options) {
    const file = await TableFile.open(source);
    const columns = chooseColumns(file.columns, options.columns ?? {}, source);
    const total = await file.count();
    const roles = REPORT_ROLES.filter(role => columns[role] !== undefined);
    let row = 0;
    for await (const values of file.texts(roles.map(role => columns[role]!))) {
      row++;
      const cells = { id: '', findings: '', impression: '', text: '' };
      for (const [index, role] of roles.entries()) cells[role] = values[index] ?? '';
      if (columns.id === undefined) cells.id = `row-${row}`;
      if (cells.id.trim() === '') {
        const fault = `the report of row ${row} has no id`;
        const mend = `fill the column "${columns.id}", or choose another with --columns id=…`;
        reject(new InputError({ file: source, fault, mend }), options);
      } else yield reportOfCells(cells);
      if (row % STEP === 0 || row === total) options.onPosition?.({ done: row, total, unit: 'rows' });
    }
  },
};
