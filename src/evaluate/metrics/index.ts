export * from './bootstrap.js';
export * from './calibration.js';
export * from './delong.js';
export * from './holm.js';
export * from './localisation.js';
export * from './ranking.js';
export * from './thresholds.js';
