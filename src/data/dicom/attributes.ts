import type { Element } from 'dicom-parser';

/** A tag as dicom-parser spells it: `x00280010` is (0028,0010). */
export type Tag = `x${string}`;

/** The part of dicom-parser's data set that is used here. */
export interface ParsedElements {
  readonly byteArray: Uint8Array;
  readonly elements: Readonly<Record<string, Element | undefined>>;
}

/** Longest text that is looked at: none of the values that are ever asked for is longer. */
const LONGEST_TEXT = 1024;

/**
 * Typed access to the elements of a data set. What is missing, empty, too long or of another form is undefined; nothing
 * is ever thrown, and nothing but what is asked for is turned into a value.
 */
export class Attributes {
  readonly #data: ParsedElements;
  readonly #bigEndian: boolean;

  constructor(data: ParsedElements, bigEndian: boolean) {
    this.#data = data;
    this.#bigEndian = bigEndian;
  }

  has(tag: Tag): boolean {
    return this.#element(tag) !== undefined;
  }

  /** The VR, in files that state it. */
  vr(tag: Tag): string | undefined {
    return this.#element(tag)?.vr;
  }

  /** One value of a text element, without the blanks and zeros around it. */
  text(tag: Tag, index = 0): string | undefined {
    const bytes = this.bytes(tag);
    if (bytes === undefined || bytes.length > LONGEST_TEXT) return undefined;
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const value = whole.split('\\')[index]?.replace(/^[\s\0]+|[\s\0]+$/g, '');
    return value === '' ? undefined : value;
  }

  /** One number of an element that holds numbers as text (VR DS or IS). */
  decimal(tag: Tag, index = 0): number | undefined {
    const text = this.text(tag, index);
    if (text === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }

  /** One 16-bit number, in [0, 65535]. */
  unsigned(tag: Tag, index = 0): number | undefined {
    const bytes = this.bytes(tag);
    if (bytes === undefined || 2 * index + 2 > bytes.length) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return view.getUint16(2 * index, !this.#bigEndian);
  }

  /** One 16-bit number of an element that is US or SS: as its VR says, or else as the pixels are. */
  eitherSign(tag: Tag, pixelsAreSigned: boolean, index = 0): number | undefined {
    const value = this.unsigned(tag, index);
    const vr = this.vr(tag);
    const signed = vr === 'SS' || (vr !== 'US' && pixelsAreSigned);
    return value !== undefined && signed && value > 32_767 ? value - 65_536 : value;
  }

  /** Up to `count` 16-bit words of an element. */
  words(tag: Tag, count: number): Uint16Array | undefined {
    const bytes = this.bytes(tag);
    if (bytes === undefined || bytes.length < 2 * count) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Uint16Array.from({ length: count }, (_, at) => view.getUint16(2 * at, !this.#bigEndian));
  }

  /** The raw bytes of an element; undefined where the file ends before them. */
  bytes(tag: Tag): Uint8Array | undefined {
    const element = this.#element(tag);
    if (element === undefined || element.length === 0) return undefined;
    const { dataOffset, length } = element;
    const { byteArray } = this.#data;
    return dataOffset + length > byteArray.length
      ? undefined
      : byteArray.subarray(dataOffset, dataOffset + length);
  }

  /** The first item of a sequence. */
  firstItem(tag: Tag): Attributes | undefined {
    const data = this.#element(tag)?.items?.[0]?.dataSet;
    return data === undefined ? undefined : new Attributes(data, this.#bigEndian);
  }

  #element(tag: Tag): Element | undefined {
    return Object.hasOwn(this.#data.elements, tag) ? this.#data.elements[tag] : undefined;
  }
}
