import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { UsageError } from '../../../base/index.js';
import type { Painter, Painting, PaintRequest } from '../../painter.js';
import { simulatorConcepts } from './findings/index.js';
import { paintOne } from './paint.js';
import { defaultSite, type SimulatorSite } from './site.js';
import type { PaintJob } from './worker.js';

export { simulatorConcepts } from './findings/index.js';
export { paintOne } from './paint.js';
export { decodeReading, encodeReading, readingFloor, readingSteps, redraw } from './reading.js';
export { SimulatorSite, type SimulatorSiteInput } from './site.js';

export interface SimulatorSettings {
  /** Worker threads; 0 paints in the calling thread. Default: one for each core. */
  readonly workers?: number;
  /** Another population, machine and display than the simulator's own. */
  readonly site?: SimulatorSite;
}

/**
 * The X-ray simulator: a patient made of tissue, a beam, a detector. Needs no weights. Findings change the
 * tissue, so each comes with the exact map of what it changed. The same request gives the same picture for
 * any number of workers and any order.
 */
export class SimulatorPainter implements Painter {
  readonly name = 'simulator';
  readonly concepts = simulatorConcepts;
  readonly #pool: Piscina | undefined;
  readonly #site: SimulatorSite;

  constructor(settings: SimulatorSettings = {}) {
    this.#site = settings.site ?? defaultSite;
    const workers = settings.workers ?? availableParallelism();
    const file = workerFile();
    // Without a build there is nothing to run in a thread; the pictures are the same without one.
    if (workers > 0 && existsSync(file))
      this.#pool = new Piscina({
        filename: file,
        minThreads: 1,
        maxThreads: workers,
        idleTimeout: 2000,
      });
  }

  /** @throws UsageError when a size is outside 128 to 1024. */
  async paint(requests: readonly PaintRequest[], signal?: AbortSignal): Promise<Painting[]> {
    for (const { size } of requests)
      if (!Number.isInteger(size) || size < 128 || size > 1024)
        throw new UsageError({
          fault: `the simulator cannot paint pictures of ${size} pixels`,
          mend: 'give a whole number from 128 to 1024',
        });
    const pool = this.#pool;
    if (pool === undefined)
      return requests.map(request => {
        signal?.throwIfAborted();
        return paintOne(request, undefined, this.#site);
      });
    const batch = 4;
    const parts: Promise<Painting[]>[] = [];
    // Every part listens: a signal of this call's own, on which that many listeners are meant and no leak.
    const stop = signal === undefined ? undefined : AbortSignal.any([signal]);
    if (stop !== undefined) setMaxListeners(0, stop);
    for (let start = 0; start < requests.length; start += batch) {
      const job: PaintJob = { requests: requests.slice(start, start + batch), site: this.#site };
      parts.push(pool.run(job, stop === undefined ? {} : { signal: stop }));
    }
    return (await Promise.all(parts)).flat();
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
  }
}

/** Workers run compiled code, also when this file runs as source under a test. */
function workerFile(): string {
  const here = fileURLToPath(new URL('./worker.js', import.meta.url));
  return import.meta.url.endsWith('.ts') ? here.replace(/([\\/])src([\\/]images[\\/])/, '$1dist$2') : here;
}
