/** Where a line is. */
export interface Place {
  readonly segment: number;
  /** Of the first byte, in bytes. */
  readonly offset: number;
  /** In bytes, without the end of line. */
  readonly length: number;
}

/** Where the reply of each hash is: some 100 bytes of memory a reply, since places lie in flat arrays. */
export class Places {
  readonly #rows = new Map<string, number>();
  #segments = new Uint32Array(1024);
  #offsets = new Float64Array(1024);
  #lengths = new Uint32Array(1024);

  get count(): number {
    return this.#rows.size;
  }

  get(hash: string): Place | undefined {
    const row = this.#rows.get(hash);
    if (row === undefined) return undefined;
    return { segment: this.#segments[row]!, offset: this.#offsets[row]!, length: this.#lengths[row]! };
  }

  /** A later place of the same hash replaces the former. */
  set(hash: string, place: Place): void {
    const row = this.#rows.get(hash) ?? this.#rows.size;
    if (row === this.#segments.length) {
      const size = 2 * row;
      this.#segments = grown(new Uint32Array(size), this.#segments);
      this.#offsets = grown(new Float64Array(size), this.#offsets);
      this.#lengths = grown(new Uint32Array(size), this.#lengths);
    }
    this.#rows.set(hash, row);
    this.#segments[row] = place.segment;
    this.#offsets[row] = place.offset;
    this.#lengths[row] = place.length;
  }
}

function grown<T extends Uint32Array | Float64Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
