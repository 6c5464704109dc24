/**
 * Bits of 128 in which the looks of two pictures may differ that count as nearly the same. Of 450,000 pairs of real
 * X-rays one lies below it, two pictures of one patient; a picture scaled to 224 pixels and stored as JPEG is 0 to 3 off, seldom 5.
 */
const MOST_BITS = 3;
/** Pictures compared with each that shares a quarter of its look: bounds the work where thousands look the same. */
const MOST_NEIGHBOURS = 256;
const WORDS = 4;

/**
 * The groups of pictures that look nearly the same, as lists of their numbers, in order. Two looks that differ in at
 * most {@link MOST_BITS} bits are equal in one of their four words at least, so that only such are compared.
 * @param pictures - Number and look (32 hexadecimal digits) of each. Pictures of one shade look like nothing and are left out.
 */
export async function groupsAlike(
  pictures: AsyncIterable<readonly [n: number, look: string]>,
): Promise<number[][]> {
  let looks = new Uint32Array(1024 * WORDS);
  let numbers = new Int32Array(1024);
  let count = 0;
  for await (const [n, look] of pictures) {
    if (/^0*$/.test(look)) continue;
    if (count === numbers.length) {
      looks = grown(looks, new Uint32Array(2 * looks.length));
      numbers = grown(numbers, new Int32Array(2 * numbers.length));
    }
    for (let word = 0; word < WORDS; word++) {
      looks[count * WORDS + word] = Number.parseInt(look.slice(8 * word, 8 * word + 8), 16);
    }
    numbers[count++] = n;
  }
  const parents = Int32Array.from({ length: count }, (_, at) => at);
  for (let word = 0; word < WORDS; word++) {
    const order = Uint32Array.from({ length: count }, (_, at) => at).sort(
      (a, b) => looks[a * WORDS + word]! - looks[b * WORDS + word]! || a - b,
    );
    for (let at = 0; at < count; at++) {
      const one = order[at]!;
      const last = Math.min(at + MOST_NEIGHBOURS, count - 1);
      for (let next = at + 1; next <= last; next++) {
        const other = order[next]!;
        if (looks[other * WORDS + word] !== looks[one * WORDS + word]) break;
        if (differing(looks, one, other) <= MOST_BITS) unite(parents, one, other);
      }
    }
  }
  const groups = new Map<number, number[]>();
  for (let at = 0; at < count; at++) {
    const root = rootOf(parents, at);
    if (root === at) continue;
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [numbers[root]!, numbers[at]!]);
    else group.push(numbers[at]!);
  }
  return [...groups.values()];
}

function grown<Values extends Uint32Array | Int32Array>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}

function differing(looks: Uint32Array, a: number, b: number): number {
  let bits = 0;
  for (let word = 0; word < WORDS; word++) {
    let rest = looks[a * WORDS + word]! ^ looks[b * WORDS + word]!;
    while (rest !== 0) {
      rest &= rest - 1;
      bits++;
    }
  }
  return bits;
}

/** The first of a group; the way to it is shortened. */
function rootOf(parents: Int32Array, at: number): number {
  let place = at;
  while (parents[place] !== place) {
    parents[place] = parents[parents[place]!]!;
    place = parents[place]!;
  }
  return place;
}

function unite(parents: Int32Array, a: number, b: number): void {
  const [one, other] = [rootOf(parents, a), rootOf(parents, b)];
  parents[Math.max(one, other)] = Math.min(one, other);
}
