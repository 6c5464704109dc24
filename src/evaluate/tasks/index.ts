import { Registry } from '../../base/index.js';
import { zeroShot } from './zero-shot.js';

/** The evaluations that `synray evaluate` knows. */
export const tasks = {
  'zero-shot': zeroShot,
} as const;

export const taskRegistry = new Registry('task', tasks);

export * from './score-samples.js';
export * from './scoring.js';
export * from './task.js';
export * from './zero-shot.js';
