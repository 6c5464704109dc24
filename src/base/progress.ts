import cliProgress from 'cli-progress';

/** Shows how far a long piece of work is. Goes to stderr, so that stdout stays for machines. */
export interface Progress {
  /** Work done so far, out of the total; `note` is a short status such as `loss 2.31`. */
  update(done: number, note?: string): void;
  /** Ends the line. Safe to call twice. */
  stop(): void;
}

/** Seconds between two plain lines where there is no terminal. */
const PLAIN_INTERVAL = 10;

/**
 * Starts showing progress: a bar with rate and time left on a terminal, else a plain line every ten seconds.
 * @param label - What is being done, for example `painting`.
 * @param total - How many units of work there are.
 * @param unit - The unit in the plural, for example `images`.
 * @param before - Work that was done before and says nothing of the pace.
 */
export function startProgress(label: string, total: number, unit: string, before = 0): Progress {
  return process.stderr.isTTY
    ? new Bar(label, total, unit, before)
    : new PlainLines(label, total, unit, before);
}

class Bar implements Progress {
  readonly #bar: cliProgress.SingleBar;
  readonly #started = performance.now();
  #stopped = false;

  constructor(
    label: string,
    total: number,
    unit: string,
    readonly before: number,
  ) {
    this.#bar = new cliProgress.SingleBar({
      format: `${label} {bar} {percentage}% | {value}/{total} ${unit} | {rate}/s | {left} left {note}`,
      hideCursor: true,
      clearOnComplete: false,
      stream: process.stderr,
      etaBuffer: 100,
    });
    this.#bar.start(total, before, { rate: '-', left: '-', note: '' });
  }

  update(done: number, note = ''): void {
    const { rate, left } = pace(this.#started, done - this.before, this.#bar.getTotal() - this.before);
    this.#bar.update(done, { rate, left, note });
  }

  stop(): void {
    if (!this.#stopped) this.#bar.stop();
    this.#stopped = true;
  }
}

class PlainLines implements Progress {
  readonly #started = performance.now();
  #last = performance.now();
  #done = 0;
  #note = '';
  #stopped = false;

  constructor(
    readonly label: string,
    readonly total: number,
    readonly unit: string,
    readonly before: number,
  ) {}

  update(done: number, note = ''): void {
    this.#done = done;
    this.#note = note;
    if (performance.now() - this.#last < PLAIN_INTERVAL * 1000) return;
    this.#last = performance.now();
    this.#print();
  }

  stop(): void {
    if (!this.#stopped && performance.now() - this.#started > 2000) this.#print();
    this.#stopped = true;
  }

  #print(): void {
    const { rate, left } = pace(this.#started, this.#done - this.before, this.total - this.before);
    const note = this.#note === '' ? '' : ` ${this.#note}`;
    process.stderr.write(
      `${this.label}: ${this.#done}/${this.total} ${this.unit}, ${rate}/s, ${left} left${note}\n`,
    );
  }
}

function pace(started: number, done: number, total: number): { rate: string; left: string } {
  const seconds = (performance.now() - started) / 1000;
  const rate = done / Math.max(seconds, 1e-9);
  return { rate: rate >= 100 ? rate.toFixed(0) : rate.toPrecision(2), left: duration((total - done) / rate) };
}

/** Seconds as people say them: `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Progress of work that tells its total itself, as the `onProgress` of stages does. */
export interface ProgressWatch {
  update(done: number, total: number, note?: string): void;
  stop(): void;
}

/** Shows progress from the first time that it is told how far the work is; the pace is that of the work since. */
export function watchProgress(label: string, unit: string): ProgressWatch {
  let progress: Progress | undefined;
  return {
    update(done, total, note) {
      progress ??= startProgress(label, total, unit, done);
      progress.update(done, note);
    },
    stop() {
      progress?.stop();
    },
  };
}
