export * from './adam.js';
export * from './clip.js';
export { type CommonSettings, Optimiser, type ParameterGroup } from './optimiser.js';
export * from './sgd.js';
