export { type QuickstartOptions, quickstart } from './quickstart.js';
