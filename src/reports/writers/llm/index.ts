export { type DryRun, type DryRunOptions, estimateRun } from './estimate.js';
export { copyPrompts, Prompts } from './prompts.js';
export { LlmSettings, type LlmSettingsInput } from './settings.js';
export { LlmWriter } from './writer.js';
