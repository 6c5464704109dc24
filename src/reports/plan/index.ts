export { countPlan, type PlanSummary, planToFile, readPlan, writePlan } from './file.js';
export { Planner, planReport, planReports, sampleId } from './planner.js';
export { GROUPS, OPPOSITES, RULES, type Rule } from './rules.js';
export { PlanSettings, type PlanSettingsInput } from './settings.js';
export { PlanCounter, type PlanStatistics, planStatistics } from './statistics.js';
