export { exportCoco } from './coco.js';
export type { ExportedFile, ExportOptions, ExportResult } from './export-folder.js';
export { exportWebDataset, SHARD_BYTES, type WebDatasetOptions } from './webdataset.js';
