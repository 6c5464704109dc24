export { type DryRunOptions, dryRun } from './dry-run.js';
export { formatDryRun } from './format.js';
export type { DryRun, DryRunTotals, MissingThing, Pace, PlannedUnit } from './plan.js';
