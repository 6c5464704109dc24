import { Registry } from '../../base/index.js';
import { table } from './table.js';

/** The layouts that can be imported with their pictures, by name. */
export const importers = new Registry('import format', { table });

export { type ImportOptions, type ImportResult, importDataset } from './import-dataset.js';
export type { Importer, ImportRow, ImportSource, SourceBox } from './importer.js';
export { importOpeni, importOpeniToFile, type OpeniImport, OpeniReport, parseOpeni } from './openi.js';
export { importTable, type TableOptions, table } from './table.js';
