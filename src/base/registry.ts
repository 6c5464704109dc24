import { UsageError } from './errors.js';

/**
 * The things of one kind that synray knows by name: painters, objectives, tasks. A new one is one file and
 * one line here.
 */
export class Registry<T> {
  readonly #kind: string;
  readonly #entries: ReadonlyMap<string, T>;

  constructor(kind: string, entries: Readonly<Record<string, T>>) {
    this.#kind = kind;
    this.#entries = new Map(Object.entries(entries));
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  entries(): [string, T][] {
    return [...this.#entries.entries()];
  }

  /** @throws UsageError naming the known ones. */
  get(name: string): T {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    throw new UsageError({
      fault: `there is no ${this.#kind} named "${name}"`,
      mend: `use one of: ${this.names().join(', ')}`,
    });
  }
}
