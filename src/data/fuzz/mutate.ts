import type { Random } from '../../base/index.js';

/** Whole numbers at which lengths and sizes go wrong. */
const EDGES = [0, 1, 7, 8, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 0x7fff_ffff, 0xffff_ffff];
/** Longest a mutated file may become, in bytes. */
const LONGEST = 65_536;

export interface MutationSources {
  /** Another whole file, to take parts from. */
  readonly other: Uint8Array;
  /** Byte strings that mean something in the format. */
  readonly dictionary: readonly Uint8Array[];
}

/** A damaged copy of a file: one to five changes, drawn from `random`, each of a kind that breaks readers. */
export function mutate(bytes: Uint8Array, sources: MutationSources, random: Random): Uint8Array {
  // Not `slice`, which for a Buffer is a view.
  let result = new Uint8Array(bytes) as Uint8Array;
  // Half of them with a single change, which gets furthest.
  for (let left = random.chance(0.5) ? 1 : 2 + random.integer(4); left > 0; left--) {
    result = random.pick(mutators)(result, sources, random).subarray(0, LONGEST);
  }
  return result;
}

type Mutator = (bytes: Uint8Array, sources: MutationSources, random: Random) => Uint8Array;

const flipBits: Mutator = (bytes, _, random) => {
  for (let left = 1 + random.integer(8); left > 0 && bytes.length > 0; left--) {
    bytes[random.integer(bytes.length)]! ^= 1 << random.integer(8);
  }
  return bytes;
};

const setBytes: Mutator = (bytes, _, random) => {
  const start = random.integer(bytes.length + 1);
  return bytes.fill(random.pick([0, 255, 128, random.integer(256)]), start, start + 1 + random.integer(16));
};

const cut: Mutator = (bytes, _, random) => bytes.subarray(0, random.integer(bytes.length + 1));

const remove: Mutator = (bytes, _, random) => {
  const start = random.integer(bytes.length + 1);
  return joined(bytes.subarray(0, start), bytes.subarray(start + 1 + random.integer(64)));
};

const splice: Mutator = (bytes, { other }, random) =>
  joined(
    bytes.subarray(0, random.integer(bytes.length + 1)),
    other.subarray(random.integer(other.length + 1)),
  );

/** Writes an edge case where a number of 1, 2, 4 or 8 bytes may be, in either order. */
const setNumber: Mutator = (bytes, _, random) => {
  const size = random.pick([1, 2, 4, 8]);
  if (bytes.length < size) return bytes;
  const at = random.integer(bytes.length - size + 1);
  const edge = random.chance(0.7) ? random.pick(EDGES) : random.integer(2 ** 32);
  const littleEndian = random.chance(0.5);
  for (let index = 0; index < size; index++) {
    const byte = Math.floor(edge / 256 ** index) & 255;
    bytes[littleEndian ? at + index : at + size - 1 - index] = byte;
  }
  return bytes;
};

const repeat: Mutator = (bytes, _, random) => {
  const start = random.integer(bytes.length + 1);
  const chunk = bytes.subarray(start, start + 1 + random.integer(64));
  const times = 1 + random.integer(random.chance(0.1) ? 1000 : 8);
  return joined(
    bytes.subarray(0, start),
    ...Array.from({ length: times }, () => chunk),
    bytes.subarray(start),
  );
};

const insertWord: Mutator = (bytes, { dictionary }, random) => {
  const at = random.integer(bytes.length + 1);
  const word = random.pick(dictionary);
  const rest = bytes.subarray(random.chance(0.5) ? at : at + word.length);
  return joined(bytes.subarray(0, at), word, rest);
};

const mutators: readonly Mutator[] = [
  flipBits,
  flipBits,
  setBytes,
  cut,
  remove,
  splice,
  setNumber,
  setNumber,
  repeat,
  insertWord,
];

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
