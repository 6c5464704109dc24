export { type CurationPageOptions, type CurationPageResult, writeCurationPage } from './curation-page.js';
