/** Bytes of one block: strings of many millions of samples are more than one buffer may hold comfortably. */
const BLOCK = 1 << 22;

/** Strings by number, packed as UTF-8: 8 bytes and their own length each, where a JavaScript string takes 40. */
export class StringTable {
  readonly #blocks: Buffer[] = [];
  #used = BLOCK;
  #starts = new Float64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns the number of the string */
  add(text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    if (this.#used + bytes.length + 4 > BLOCK) {
      this.#blocks.push(Buffer.allocUnsafeSlow(Math.max(BLOCK, bytes.length + 4)));
      this.#used = 0;
    }
    const block = this.#blocks[this.#blocks.length - 1]!;
    block.writeUInt32LE(bytes.length, this.#used);
    bytes.copy(block, this.#used + 4);
    if (this.#size === this.#starts.length) {
      const starts = new Float64Array(2 * this.#size);
      starts.set(this.#starts);
      this.#starts = starts;
    }
    this.#starts[this.#size] = (this.#blocks.length - 1) * BLOCK + this.#used;
    this.#used += bytes.length + 4;
    return this.#size++;
  }

  get(index: number): string {
    const start = this.#starts[index]!;
    const block = this.#blocks[Math.floor(start / BLOCK)]!;
    const at = start % BLOCK;
    return block.toString('utf8', at + 4, at + 4 + block.readUInt32LE(at));
  }
}
