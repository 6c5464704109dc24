import type { Attributes, Tag } from './attributes.js';

/** A table of grey values (PS3.3, C.11.1.1 and C.11.2.1.1). */
export interface LookupTable {
  /** The input that the first entry is for; less takes the first entry, more than the last the last one. */
  readonly first: number;
  readonly entries: Uint16Array;
  /** The greatest value that an entry may have, from the bits the table says it is of. */
  readonly most: number;
}

/**
 * Reads a descriptor (number of entries, first input, bits) and its data.
 * @returns undefined where they are missing or do not fit.
 */
export function lookupTable(
  attributes: Attributes,
  { descriptor, data, signedInput }: { descriptor: Tag; data: Tag; signedInput: boolean },
): LookupTable | undefined {
  const count = attributes.unsigned(descriptor, 0);
  const first = attributes.eitherSign(descriptor, signedInput, 1);
  const bits = attributes.unsigned(descriptor, 2);
  const bytes = attributes.bytes(data);
  if (count === undefined || first === undefined || bits === undefined || bytes === undefined) {
    return undefined;
  }
  if (bits < 8 || bits > 16) return undefined;
  // 0 stands for 65,536, which does not fit in the descriptor.
  const length = count === 0 ? 65_536 : count;
  const most = 2 ** bits - 1;
  // Entries of 8 bits may come one in a byte, without words around them.
  const bytewise = bits === 8 && bytes.length < 2 * length && bytes.length >= length;
  const entries = bytewise ? Uint16Array.from(bytes.subarray(0, length)) : attributes.words(data, length);
  if (entries === undefined) return undefined;
  for (let at = 0; at < entries.length; at++) if (entries[at]! > most) entries[at] = most;
  return { first, entries, most };
}

/** The table's value for an input; inputs between whole numbers take the entry below. */
export function lookUp({ first, entries }: LookupTable, input: number): number {
  const index = Math.trunc(input - first);
  return entries[Math.min(entries.length - 1, Math.max(0, index))]!;
}
