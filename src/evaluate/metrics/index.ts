export * from './bootstrap.js';
export * from './calibration.js';
export * from './delong.js';
export * from './ranking.js';
export * from './thresholds.js';
