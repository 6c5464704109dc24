export { StyleSettings } from './style-settings.js';
export { GrammarWriter } from './writer.js';
