export * from './dataset/index.js';
export * from './duckdb.js';
export * from './images.js';
export * from './importers/index.js';
export * from './ordered.js';
export * from './records/index.js';
export * from './sections/index.js';
export * from './sources/index.js';
