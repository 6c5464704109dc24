export { contradiction } from './contradiction.js';
export { boilerplate, emptyReport } from './text-checks.js';
