import { Registry } from '../../base/index.js';
import { covid19 } from './covid-19.js';
import { covidx } from './covidx.js';
import { folder } from './folder.js';
import { hannover } from './hannover.js';
import type { Importer } from './importer.js';
import { nihCxr14 } from './nih-cxr14.js';
import { rsnaPneumonia } from './rsna-pneumonia.js';
import { siimAcr } from './siim-acr.js';
import { table } from './table.js';

/** The layouts that can be imported with their pictures, by name. */
export const importers = new Registry<Importer>('import format', {
  table,
  'nih-cxr14': nihCxr14,
  'covid-19': covid19,
  'rsna-pneumonia': rsnaPneumonia,
  'siim-acr': siimAcr,
  covidx,
  hannover,
  folder,
});

export { type Covid19Options, covid19 } from './covid-19.js';
export { type CovidxOptions, covidx } from './covidx.js';
export { type FolderOptions, folder } from './folder.js';
export { type HannoverOptions, hannover } from './hannover.js';
export { type ImportOptions, type ImportResult, importDataset } from './import-dataset.js';
export type { Importer, ImportRow, ImportSource, SourceBox, SourceMask } from './importer.js';
export { importNihCxr14, type NihOptions, nihCxr14 } from './nih-cxr14.js';
export { importOpeni, importOpeniToFile, type OpeniImport, OpeniReport, parseOpeni } from './openi.js';
export { type RsnaPneumoniaOptions, rsnaPneumonia } from './rsna-pneumonia.js';
export { type SiimAcrOptions, siimAcr } from './siim-acr.js';
export { decodeRelativeRuns, encodeRelativeRuns } from './siim-acr-runs.js';
export { importTable, type TableOptions, table } from './table.js';
export { TableFile } from './table-file.js';
