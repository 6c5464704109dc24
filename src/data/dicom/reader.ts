import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { InputError, UsageError } from '../../base/index.js';
import { type DicomLimits, USUAL_LIMITS } from './fault.js';
import { type DicomPicture, readDicom } from './read.js';
import type { ReadAnswer, ReadTask } from './worker.js';

export interface DicomReaderOptions {
  /** Threads, each with one file at a time. Default: one for each core. */
  readonly threads?: number;
  /** Longest time for one file, in seconds. Default: 20; the largest plates in JPEG 2000 take about 5. */
  readonly seconds?: number;
  /** Most MiB of JavaScript's memory in a thread. Default: 256. Pixels and codecs have limits of their own. */
  readonly heapMegabytes?: number;
  readonly limits?: Partial<DicomLimits>;
  /** Another file for the threads to run. For tests. */
  readonly worker?: string;
}

/**
 * Reads DICOM files in threads. A file that takes too long or too much memory costs its thread, which is replaced, and gets
 * an InputError; all others go on.
 */
export class DicomReader {
  readonly #pool: Piscina | undefined;
  readonly #seconds: number;
  readonly #limits: Partial<DicomLimits>;
  /** Threads without a file. */
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @throws UsageError for limits that are not positive. */
  constructor(options: DicomReaderOptions = {}) {
    const { threads = availableParallelism(), seconds = 20, heapMegabytes = 256 } = options;
    for (const [name, value] of Object.entries({ threads, seconds, heapMegabytes })) {
      if (!(value > 0)) {
        throw new UsageError({ fault: `${name} is not above 0`, mend: 'give a positive number' });
      }
    }
    this.#free = threads;
    this.#seconds = seconds;
    this.#limits = options.limits ?? {};
    const filename = options.worker ?? workerFile();
    // Without a build there is nothing to run in a thread; the pictures are the same without one.
    if (existsSync(filename)) {
      this.#pool = new Piscina({
        filename,
        minThreads: 0,
        maxThreads: threads,
        idleTimeout: 2000,
        resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 32 },
      });
      // A thread that dies while it is idle is replaced; its death is no one's error.
      this.#pool.on('error', () => {});
    }
  }

  /**
   * Reads one file; see {@link readDicom}. As many files are read at once as there are threads, further calls wait.
   * @throws InputError naming the source for a file that cannot be read, in time and within memory.
   */
  async read(bytes: Uint8Array, source: string): Promise<DicomPicture> {
    const pool = this.#pool;
    if (pool === undefined) return readDicom(bytes, { source, limits: this.#limits });
    await this.#turn();
    // The clock starts when a thread is free, not while the file waits for one.
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), this.#seconds * 1000);
    const task: ReadTask = { bytes, source, limits: this.#limits };
    try {
      const answer: ReadAnswer = await pool.run(task, { signal: stop.signal });
      if ('picture' in answer) return answer.picture;
      throw new InputError({ file: source, ...answer });
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError({
        file: source,
        fault: stop.signal.aborted
          ? `the DICOM file takes longer than ${this.#seconds} s to read`
          : `the DICOM file cannot be read within the memory that a file may take (${this.#limits.pixels ?? USUAL_LIMITS.pixels} pixels at most)`,
        mend: 'replace the file: it may be damaged',
      });
    } finally {
      clearTimeout(timer);
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all threads. Files still being read get errors. */
  async close(): Promise<void> {
    await this.#pool?.destroy();
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>(resolve => this.#waiting.push(resolve));
    this.#free--;
  }
}

/** Workers run compiled code, also when this file runs as source under a test. */
function workerFile(): string {
  const here = fileURLToPath(new URL('./worker.js', import.meta.url));
  return import.meta.url.endsWith('.ts') ? here.replace(/([\\/])src([\\/]data[\\/])/, '$1dist$2') : here;
}
