import { InputError } from '../../base/index.js';

/** What a row of label columns says: what is there, and what is left open. */
export interface Marks {
  readonly labels: string[];
  readonly uncertain: string[];
}

/** Spellings of one state; a table may hold numbers with or without a fraction. */
const STATES: Readonly<Record<string, 'there' | 'open' | 'not'>> = {
  '1': 'there',
  '1.0': 'there',
  '-1': 'open',
  '-1.0': 'open',
  '0': 'not',
  '0.0': 'not',
  '': 'not',
};

/**
 * Reads columns of one label each as the CheXpert labeler writes them: 1 there, −1 uncertain, 0 denied, blank not
 * mentioned. Equal rows give the same object: hundreds of thousands of studies share a few thousand of them.
 */
export class MarksReader {
  readonly #known = new Map<string, Marks>();

  /** @param path - The table, for messages. */
  constructor(
    private readonly path: string,
    private readonly names: readonly string[],
  ) {}

  /** @throws InputError naming the column of a cell that is none of these. */
  read(cells: readonly string[]): Marks {
    const key = cells.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const marks: Marks = { labels: [], uncertain: [] };
    for (const [index, name] of this.names.entries()) {
      const state = STATES[cells[index] ?? ''];
      if (state === 'there') marks.labels.push(name);
      else if (state === 'open') marks.uncertain.push(name);
      else if (state === undefined) throw this.#fault(name);
    }
    this.#known.set(key, marks);
    return marks;
  }

  #fault(name: string): InputError {
    return new InputError({
      file: this.path,
      fault: `a cell of the column "${name}" is none of 1, 0, -1 and blank`,
      mend: 'use the table as published',
    });
  }
}

/** The fields of a sample: `uncertain` only where something is. */
export function marked({ labels, uncertain }: Marks): { labels: string[]; uncertain?: string[] } {
  return uncertain.length === 0 ? { labels } : { labels, uncertain };
}
