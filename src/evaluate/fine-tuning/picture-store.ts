import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Records of equal length (decoded pictures, masks) in a file of the system's temporary folder: data sets of any size
 * can be trained on, and what fits stays in the system's cache of pages.
 */
export class PictureStore {
  readonly #folder: string;
  readonly #file: number;
  readonly #length: number;
  #count = 0;

  private constructor(folder: string, length: number) {
    this.#folder = folder;
    this.#file = openSync(join(folder, 'records'), 'w+');
    this.#length = length;
  }

  /** @param length - Bytes of a record. */
  static async create(length: number): Promise<PictureStore> {
    return new PictureStore(await mkdtemp(join(tmpdir(), 'synray-pictures-')), length);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a record at the end. @throws RangeError when its length is another. */
  add(record: Uint8Array): void {
    if (record.length !== this.#length) {
      throw new RangeError(`a record of ${record.length} bytes among those of ${this.#length}`);
    }
    writeSync(this.#file, record, 0, record.length, this.#count * this.#length);
    this.#count++;
  }

  /** Records one after the other: places.length × length. */
  read(places: readonly number[]): Uint8Array {
    const result = new Uint8Array(places.length * this.#length);
    for (const [index, place] of places.entries()) {
      readSync(this.#file, result, index * this.#length, this.#length, place * this.#length);
    }
    return result;
  }

  /** Takes the file away. */
  async close(): Promise<void> {
    closeSync(this.#file);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
