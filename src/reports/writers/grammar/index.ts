export { GrammarWriter } from './writer.js';
