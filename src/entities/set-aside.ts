import { closeSync, openSync, writeSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type InputError, makeFolder, messageOf, temporaryName, UsageError } from '../base/index.js';

/** Where the reports are listed that could not be read. */
export function setAsidePath(out: string): string {
  return `${out}.set-aside.jsonl`;
}

/** Lists reports that cannot be read, one `{file, fault}` a line. Holds none in memory. */
export class SetAside {
  /** For `onBad`; undefined where the first bad report is to end the work. */
  readonly take: ((error: InputError) => void) | undefined;
  count = 0;
  readonly #path: string;
  readonly #temporary: string;
  #file: number | undefined;

  constructor(path: string, wanted: boolean) {
    this.#path = path;
    this.#temporary = temporaryName(path);
    this.take = wanted ? error => this.#add(error) : undefined;
  }

  #add({ file, fault }: InputError): void {
    this.#file ??= openSync(this.#temporary, 'wx');
    writeSync(this.#file, `${JSON.stringify({ file, fault })}\n`);
    this.count++;
  }

  /**
   * Does `work`; after it the list is in its place, or, when nothing was set aside, no list of an earlier run is left
   * there. When `work` throws there is no new list.
   */
  async around<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#close();
      if (this.count > 0) await rename(this.#temporary, this.#path);
      else await rm(this.#path, { force: true });
      return result;
    } catch (error) {
      this.#close();
      await rm(this.#temporary, { force: true });
      throw error;
    }
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/**
 * Makes the folder of a file to be written, before hours of work are done for it.
 * @throws UsageError when the file cannot be written there.
 */
export async function prepareOut(out: string): Promise<void> {
  const folder = (await stat(out).catch(() => undefined))?.isDirectory() === true;
  if (folder) throw new UsageError({ file: out, fault: 'it is a folder', mend: 'give --out a file name' });
  try {
    await makeFolder(dirname(out));
  } catch (error) {
    const fault = `nothing can be written there: ${messageOf(error)}`;
    throw new UsageError({ file: out, fault, mend: 'choose another --out', cause: error });
  }
}
