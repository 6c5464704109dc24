export * from './errors.js';
export * from './files.js';
export * from './log.js';
export { loadAddon, nativeFolder } from './native-addon.js';
export * from './permutation.js';
export * from './progress.js';
export * from './random.js';
export * from './registry.js';
export * from './schema.js';
