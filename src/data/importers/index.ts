import { Registry } from '../../base/index.js';
import { chexpert } from './chexpert.js';
import { covid19 } from './covid-19.js';
import { covidx } from './covidx.js';
import { folder } from './folder.js';
import { hannover } from './hannover.js';
import type { Importer } from './importer.js';
import { mimicCxrJpg } from './mimic-cxr.js';
import { nihCxr14 } from './nih-cxr14.js';
import { openiPictures } from './openi-pictures.js';
import { padchest } from './padchest.js';
import { rsnaPneumonia } from './rsna-pneumonia.js';
import { siimAcr } from './siim-acr.js';
import { table } from './table.js';
import { tbx11k } from './tbx11k.js';
import { vindrCxr } from './vindr-cxr.js';

/** The layouts that can be imported with their pictures, by name. */
export const importers = new Registry<Importer>('import format', {
  table,
  'nih-cxr14': nihCxr14,
  'covid-19': covid19,
  'rsna-pneumonia': rsnaPneumonia,
  'siim-acr': siimAcr,
  covidx,
  hannover,
  chexpert,
  'mimic-cxr': mimicCxrJpg,
  'openi-pictures': openiPictures,
  padchest,
  tbx11k,
  'vindr-cxr': vindrCxr,
  folder,
});

export { type ChexpertOptions, chexpert } from './chexpert.js';
export { type Covid19Options, covid19 } from './covid-19.js';
export { type CovidxOptions, covidx } from './covidx.js';
export { type FolderOptions, folder } from './folder.js';
export { type HannoverOptions, hannover } from './hannover.js';
export {
  type ImportOptions,
  type ImportResult,
  importDataset,
  MOST_BAD,
  remarksOn,
} from './import-dataset.js';
export { BURNT_IN_TEXT } from './import-dataset-text.js';
export type { Importer, ImportRow, ImportSource, SourceBox, SourceMask } from './importer.js';
export { type MimicCxrOptions, mimicCxrJpg } from './mimic-cxr.js';
export { importNihCxr14, type NihOptions, nihCxr14 } from './nih-cxr14.js';
export { importOpeni, importOpeniToFile, type OpeniImport, OpeniReport, parseOpeni } from './openi.js';
export { type OpeniPicturesOptions, openiPictures } from './openi-pictures.js';
export { type PadchestOptions, padchest } from './padchest.js';
export { padchestLists } from './padchest-lists.js';
export { type RsnaPneumoniaOptions, rsnaPneumonia } from './rsna-pneumonia.js';
export { type SiimAcrOptions, siimAcr } from './siim-acr.js';
export { decodeRelativeRuns, encodeRelativeRuns } from './siim-acr-runs.js';
export { importTable, type TableOptions, table } from './table.js';
export { TableFile } from './table-file.js';
export { type Tbx11kOptions, tbx11k } from './tbx11k.js';
export { type VindrCxrOptions, vindrCxr } from './vindr-cxr.js';
