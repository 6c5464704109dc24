export { PlanAudit } from './audit.js';
export { type Conflicts, compileConflicts } from './conflicts.js';
export { type PlanFileOptions, type PlanPart, type PlanSummary, partOf, planToFile } from './draw.js';
export { type JoinSummary, joinPlans } from './join.js';
export { Planner, planReport, planReports, sampleId } from './planner.js';
export { countPlan, countUses, type EntityUses, readPlan } from './read.js';
export {
  GROUPS,
  OPPOSITE_BEGINNINGS,
  OPPOSITES,
  PLACE_RULES,
  type PlaceRule,
  RULES,
  type Rule,
} from './rules/index.js';
export { PlanSettings, type PlanSettingsInput } from './settings.js';
export { PlanCounter, type PlanStatistics, planStatistics } from './statistics.js';
