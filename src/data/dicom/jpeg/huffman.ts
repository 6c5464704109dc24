import { DicomFault } from '../fault.js';

/** Longest code, in bits. */
const LONGEST = 16;

/** A Huffman table as a list of 65,536 entries: the next 16 bits give the symbol and the length of its code. */
export class HuffmanTable {
  /** By the next 16 bits: length of the code × 256 + symbol; 0 where no code begins so. */
  readonly entries: Uint16Array;

  private constructor(entries: Uint16Array) {
    this.entries = entries;
  }

  /**
   * Reads one table of a DHT segment (ITU-T T.81, B.2.4.2).
   * @throws DicomFault where it is cut short or its codes do not fit.
   */
  static read(
    body: Uint8Array,
    at: number,
  ): { table: HuffmanTable; kind: number; slot: number; next: number } {
    const kind = (body[at] ?? 0) >> 4;
    const slot = (body[at] ?? 0) & 15;
    const counts = body.subarray(at + 1, at + 1 + LONGEST);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = body.subarray(at + 17, at + 17 + total);
    if (kind > 1 || slot > 3 || counts.length < LONGEST || symbols.length < total) throw unfit();
    const entries = new Uint16Array(65_536);
    let from = 0;
    let symbol = 0;
    for (let length = 1; length <= LONGEST; length++) {
      const span = 1 << (LONGEST - length);
      for (let left = counts[length - 1]!; left > 0; left--) {
        if (from + span > entries.length) throw unfit();
        entries.fill(length * 256 + symbols[symbol++]!, from, from + span);
        from += span;
      }
    }
    return { table: new HuffmanTable(entries), kind, slot, next: at + 17 + total };
  }
}

/** Reads the coded values of a scan bit by bit, from the most significant on. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  /** The next bits, in the low `#count` places. */
  #bits = 0;
  #count = 0;
  /** Zeros put after the end of the values, to look ahead; they are never part of a value. */
  #padded = 0;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#at = offset;
  }

  /** The next symbol. @throws DicomFault where no code begins so, or the values have ended. */
  symbol(table: HuffmanTable): number {
    this.#fill();
    const entry = table.entries[(this.#bits >>> (this.#count - 16)) & 0xffff]!;
    if (entry === 0) throw unfit();
    this.#take(entry >> 8);
    return entry & 255;
  }

  /** A signed value of `length` bits, 0 to 16 (ITU-T T.81, F.2.2.1). */
  signed(length: number): number {
    if (length === 0) return 0;
    this.#fill();
    const value = (this.#bits >>> (this.#count - length)) & ((1 << length) - 1);
    this.#take(length);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** Goes on after a restart marker. @throws DicomFault where there is none. */
  restart(): void {
    this.#bits = 0;
    this.#count = 0;
    this.#padded = 0;
    while (this.#bytes[this.#at] === 0xff && this.#bytes[this.#at + 1] === 0xff) this.#at++;
    const marker = this.#bytes[this.#at + 1] ?? 0;
    if (this.#bytes[this.#at] !== 0xff || marker < 0xd0 || marker > 0xd7) throw unfit();
    this.#at += 2;
  }

  /** Sees to it that 16 bits are there; 24 at most are. */
  #fill(): void {
    while (this.#count < 16) {
      const byte = this.#bytes[this.#at];
      const next = this.#bytes[this.#at + 1];
      this.#count += 8;
      if (byte === undefined || (byte === 0xff && next !== 0)) {
        // A marker or the end: no more values.
        this.#bits = (this.#bits << 8) & 0xff_ffff;
        this.#padded += 8;
      } else {
        this.#bits = ((this.#bits << 8) | byte) & 0xff_ffff;
        this.#at += byte === 0xff ? 2 : 1;
      }
    }
  }

  #take(length: number): void {
    this.#count -= length;
    if (this.#count < this.#padded) throw unfit();
  }
}

function unfit(): DicomFault {
  return new DicomFault('its JPEG stream is cut short or damaged');
}
