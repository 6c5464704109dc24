// Time and memory of the index of near duplicates: hashes of made pictures whose bits hang together as in real ones
// (neighbouring cells alike), one in a hundred a near copy of an earlier one.
import { Random } from '../dist/base/index.js';
import { DuplicateIndex, HASH_WORDS } from '../dist/curation/index.js';

export function benchDuplicates(millions) {
  const count = Math.round(millions * 1e6);
  const random = Random.of('duplicates bench');
  const index = new DuplicateIndex();
  const recent = [];
  const before = process.memoryUsage();
  let [seconds, copies, found] = [0, 0, 0];
  for (let number = 0; number < count; number++) {
    const isCopy = number % 100 === 99;
    const hash = isCopy ? flipped(random, recent[random.integer(recent.length)]) : draw(random);
    if (!isCopy && number % 50 === 0) recent[(number / 50) % 1000] = hash;
    const started = performance.now();
    const twin = index.find(hash);
    if (twin === undefined) index.add(`sample-${String(number).padStart(9, '0')}`, hash);
    seconds += (performance.now() - started) / 1000;
    if (isCopy) copies++;
    if (isCopy && twin !== undefined) found++;
  }
  const after = process.memoryUsage();
  const result = {
    hashes: count,
    seconds: Math.round(seconds * 10) / 10,
    microsecondsEach: Math.round((seconds * 1e7) / count) / 10,
    bytesEach: Math.round(
      (after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed) / count,
    ),
    residentMegabytes: Math.round(after.rss / 2 ** 20),
    copies,
    found,
  };
  console.log(JSON.stringify(result));
  return result;
}

/** 16 × 16 bits in which a bit is as its left and its upper neighbour more often than not. */
function draw(random) {
  const hash = new Uint32Array(HASH_WORDS);
  const bit = at => (hash[at >> 5] >>> (at & 31)) & 1;
  for (let at = 0; at < 256; at++) {
    const around = (at & 15 ? bit(at - 1) : 0.5) + (at >= 16 ? bit(at - 16) : 0.5);
    if (random.next() < 0.2 + 0.3 * around) hash[at >> 5] |= 1 << (at & 31);
  }
  return hash;
}

function flipped(random, hash) {
  const copy = hash.slice();
  for (let flip = 0; flip < 5; flip++) {
    const at = random.integer(256);
    copy[at >> 5] ^= 1 << (at & 31);
  }
  return copy;
}
