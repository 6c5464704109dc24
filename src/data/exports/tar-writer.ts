import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Header } from 'tar';

const BLOCK = 512;

/**
 * Writes a tar archive file by file. Owners and times are nought, so that the same files give the same bytes.
 * Memory holds one entry.
 */
export class TarWriter {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws when `path` is there already. */
  static async create(path: string): Promise<TarWriter> {
    return new TarWriter(await open(path, 'wx'));
  }

  /** Size so far, without the archive's end. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a file. Its name has at most 100 characters of ASCII. */
  async add(name: string, bytes: Uint8Array): Promise<void> {
    const head = Buffer.alloc(BLOCK);
    const header = new Header({
      path: name,
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: bytes.length,
      mtime: new Date(0),
      type: 'File',
    });
    if (header.encode(head, 0)) throw new RangeError(`the name ${name} does not fit into a tar header`);
    await this.#write(head);
    await this.#write(bytes);
    const rest = bytes.length % BLOCK;
    if (rest > 0) await this.#write(Buffer.alloc(BLOCK - rest));
  }

  /** Ends the archive. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.#write(Buffer.alloc(2 * BLOCK));
    await this.#file.sync();
    await this.#file.close();
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Closes the file as it is. For failures. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => {});
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.length;
  }
}
