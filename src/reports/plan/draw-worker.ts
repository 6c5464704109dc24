import { workerData } from 'node:worker_threads';
import { BOARD, type DrawData } from './draw-board.js';
import { drawGroup, type GroupTask } from './draw-group.js';
import { STEP } from './group.js';
import { Planner } from './planner.js';
import type { PlanTally } from './statistics.js';

const { bank, settings, board }: DrawData = workerData;
const planner = new Planner(bank, settings);

/** Worker thread of `draw.ts`: draws one group. */
export default async function draw(task: GroupTask): Promise<PlanTally> {
  return await drawGroup(planner, task, () => {
    if (Atomics.load(board, BOARD.stop) !== 0) throw new Error('stopped');
    Atomics.add(board, BOARD.drawn, STEP);
  });
}
