export {
  type Check,
  type CheckInput,
  isReportCheck,
  type PictureCheck,
  type ReportCheck,
  type ReportInput,
} from './check.js';
export { checkGroups, checks } from './checks/index.js';
export { curate, refusals } from './curate.js';
export {
  type CurateOptions,
  type CurateResult,
  checkNames,
  curateDataset,
  defaultChecks,
} from './dataset/curate-dataset.js';
export type { InvertedMode } from './dataset/judge-sample.js';
export { REJECTED_FILE, Rejection, readRejections } from './dataset/rejections.js';
export * from './duplicates/index.js';
export * from './judge/index.js';
export {
  CurationSettings,
  type CurationSettingsInput,
  expandChecks,
  type OpenChecks,
  openChecks,
} from './open-checks.js';
export { decodeForChecks } from './pixels/decode.js';
export * from './similarity/index.js';
