import { type Progress, startProgress } from '../base/index.js';

/** Progress whose total is known with the first report of it. */
export interface Watch {
  update(done: number, total: number): void;
  stop(): void;
}

/** Shows progress from the first time that it is told how far the work is. */
export function watch(label: string, unit: string): Watch {
  let progress: Progress | undefined;
  return {
    update(done, total) {
      progress ??= startProgress(label, total, unit);
      progress.update(done);
    },
    stop() {
      progress?.stop();
    },
  };
}
