import type { Bank } from '../../entities/index.js';
import type { PlanSettings } from './settings.js';

/** What a worker thread of `draw.ts` is started with. */
export interface DrawData {
  readonly bank: Bank;
  readonly settings: PlanSettings;
  /** Shared by all threads; see {@link BOARD}. */
  readonly board: Int32Array<SharedArrayBuffer>;
}

/** Places on the board: not 0 when the work is to stop; how many reports are drawn. */
export const BOARD = { stop: 0, drawn: 1 } as const;
