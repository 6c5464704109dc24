export * from './plan/index.js';
export * from './text-style.js';
export * from './verify.js';
export * from './write.js';
export * from './write-file.js';
export * from './writer.js';
export * from './writers/index.js';
