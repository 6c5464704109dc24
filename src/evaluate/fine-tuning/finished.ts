import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { parseAs, sha256, UsageError, writeFileAtomic } from '../../base/index.js';

/**
 * What is finished of a longer piece of work, one JSON file a part, so that a run that was stopped goes on where it
 * was. The folder is named by all that decides the results: other settings find nothing there.
 */
export class Finished {
  readonly #folder: string | undefined;

  private constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /**
   * @param folder - Undefined keeps nothing.
   * @param deciding - All that the results depend on.
   * @throws UsageError when the folder cannot be made.
   */
  static async open(folder: string | undefined, deciding: unknown): Promise<Finished> {
    if (folder === undefined) return new Finished(undefined);
    const own = join(folder, sha256(JSON.stringify(deciding)).slice(0, 16));
    await mkdir(own, { recursive: true }).catch(error => {
      throw new UsageError({
        file: folder,
        fault: 'the folder for finished parts cannot be made',
        mend: 'choose another --work',
        cause: error,
      });
    });
    return new Finished(own);
  }

  /** Where a part that is no JSON may be kept; undefined when nothing is. */
  file(name: string): string | undefined {
    return this.#folder === undefined ? undefined : join(this.#folder, name);
  }

  /** The part of this name, where it is finished; else it is worked on and kept. A file that is damaged is made anew. */
  async get<S extends z.ZodType>(
    name: string,
    schema: S,
    work: () => Promise<z.output<S>>,
  ): Promise<z.output<S>> {
    if (this.#folder === undefined) return work();
    const path = join(this.#folder, `${name}.json`);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) {
      try {
        return parseAs(schema, JSON.parse(text), path);
      } catch {
        // Worked on again below.
      }
    }
    const made = await work();
    await writeFileAtomic(path, `${JSON.stringify(made)}\n`);
    return made;
  }
}
