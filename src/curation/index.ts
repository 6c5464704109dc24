export type { Check, CheckInput } from './check.js';
export { checks } from './checks/index.js';
export { curate, refusals } from './curate.js';
