import { type FileHandle, open, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, makeFolder, messageOf, SynrayError, say } from '../../base/index.js';
import { hashOfLine, lineOf, replyOfLine, type StoredReply } from './line.js';
import { lockFolder } from './lock.js';
import { Places } from './places.js';
import { scanLines, segmentName, segmentNumber } from './segment.js';

/** Size at which a new segment is begun, in bytes. */
const SEGMENT_SIZE = 256 * 2 ** 20;

interface Pending {
  readonly hash: string;
  readonly line: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Replies on disk under the hashes of their requests: JSON Lines files that only grow, each line with a checksum.
 * A reply counts as stored once it is flushed to the disk; replies that arrive together are flushed together. What
 * a crash left of a last line is cut off; a line damaged otherwise is passed over, so its request is asked again.
 * In memory lies where each reply is, not what it says.
 */
export class ReplyStore {
  readonly #places: Places;
  readonly #readers = new Map<number, Promise<FileHandle>>();
  #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #writer: FileHandle | undefined;
  #closed = false;

  private constructor(
    readonly folder: string,
    places: Places,
    private segment: number,
    private size: number,
    readonly unlock: () => Promise<void>,
  ) {
    this.#places = places;
  }

  /**
   * Opens a folder of replies, which is made if it is not there.
   * @throws UsageError when another process has it open, InputError when it cannot be read or written.
   */
  static async open(folder: string): Promise<ReplyStore> {
    let unlock: (() => Promise<void>) | undefined;
    try {
      await makeFolder(folder);
      unlock = await lockFolder(folder);
      const numbers = (await readdir(folder))
        .map(segmentNumber)
        .filter(number => number !== undefined)
        .sort((a, b) => a - b);
      const places = new Places();
      let size = 0;
      let damaged = 0;
      for (const number of numbers) {
        const path = join(folder, segmentName(number));
        const found = await scanLines(path, (line, place) => {
          const hash = hashOfLine(line);
          if (hash === undefined) damaged++;
          else places.set(hash, { segment: number, offset: place, length: line.length });
        });
        if (found.size > found.whole) await truncate(path, found.whole);
        size = found.whole;
      }
      if (damaged > 0) {
        say(
          `${folder}: ${damaged} stored ${damaged === 1 ? 'reply is' : 'replies are'} damaged and will be asked for again`,
        );
      }
      return new ReplyStore(folder, places, numbers.at(-1) ?? 1, size, unlock);
    } catch (error) {
      await unlock?.();
      if (error instanceof SynrayError) throw error;
      throw new InputError({
        file: folder,
        fault: `the store of replies cannot be opened: ${messageOf(error)}`,
        mend: 'check the path, its rights and the free space',
        cause: error,
      });
    }
  }

  /** How many replies there are. */
  get count(): number {
    return this.#places.count;
  }

  has(hash: string): boolean {
    return this.#places.get(hash) !== undefined;
  }

  /** The reply to a request; undefined when there is none, or none that can be read. */
  async get(hash: string): Promise<StoredReply | undefined> {
    const place = this.#places.get(hash);
    if (place === undefined) return undefined;
    const line = Buffer.allocUnsafe(place.length);
    const reader = await this.#reader(place.segment);
    const { bytesRead } = await reader.read(line, 0, place.length, place.offset);
    return bytesRead === place.length ? replyOfLine(line, hash) : undefined;
  }

  /** Stores a reply; resolves once it is on the disk. */
  append(hash: string, reply: StoredReply): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new Error(`${this.folder}: the store is closed`);
      this.#pending.push({ hash, line: lineOf(hash, reply), resolve, reject });
      this.#flushing ??= this.#flush().finally(() => {
        this.#flushing = undefined;
      });
    });
  }

  /** Waits for what is being stored and gives the folder free. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flushing;
    await this.#writer?.close();
    for (const reader of this.#readers.values()) await (await reader).close();
    await this.unlock();
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#write(batch);
        for (const each of batch) each.resolve();
      } catch (error) {
        for (const each of batch) each.reject(error);
      }
    }
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    if (this.size >= SEGMENT_SIZE) {
      await this.#writer?.close();
      this.#writer = undefined;
      this.segment++;
      this.size = 0;
    }
    this.#writer ??= await this.#openWriter();
    try {
      await this.#writer.appendFile(Buffer.concat(batch.map(({ line }) => line)));
      await this.#writer.datasync();
    } catch (error) {
      // Half a line must not run into the next one.
      await this.#writer.truncate(this.size).catch(() => undefined);
      throw error;
    }
    for (const { hash, line } of batch) {
      this.#places.set(hash, { segment: this.segment, offset: this.size, length: line.length - 1 });
      this.size += line.length;
    }
  }

  async #openWriter(): Promise<FileHandle> {
    const writer = await open(join(this.folder, segmentName(this.segment)), 'a');
    // The name of a new file is on the disk only when its folder is.
    const folder = await open(this.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return writer;
  }

  #reader(segment: number): Promise<FileHandle> {
    let reader = this.#readers.get(segment);
    if (reader === undefined) {
      reader = open(join(this.folder, segmentName(segment)), 'r');
      this.#readers.set(segment, reader);
    }
    return reader;
  }
}
