import { Registry } from '../../base/index.js';
import { fineTune } from './fine-tune.js';
import { generation } from './generation.js';
import { grounding } from './grounding.js';
import { retrieval } from './retrieval.js';
import { segmentation } from './segmentation.js';
import type { Task } from './task.js';
import { zeroShot } from './zero-shot.js';

/** The evaluations that `synray evaluate` knows. */
export const tasks = new Registry<Task>('task', {
  'zero-shot': zeroShot,
  grounding,
  retrieval,
  'fine-tune': fineTune,
  segmentation,
  generation,
});

export * from './fine-tune.js';
export * from './generation.js';
export * from './ground-samples.js';
export * from './grounding.js';
export * from './retrieval.js';
export * from './retrieve-samples.js';
export * from './score-samples.js';
export * from './scoring.js';
export * from './segmentation.js';
export * from './task.js';
export * from './zero-shot.js';
