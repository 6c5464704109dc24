export * from './compare.js';
export * from './file.js';
export * from './measure.js';
export * from './result.js';
export * from './table.js';
