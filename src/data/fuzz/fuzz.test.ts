import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fuzzOne } from './run.js';
import { type FuzzTarget, fuzzTargets } from './targets.js';

/** Inputs of all formats together. The bench takes a million: `npm run bench fuzz`. */
const COUNT = 10_000;

const goldens = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, '../dicom/__fixtures__/goldens.json.gz'))).toString(),
) as readonly { readonly file: string }[];

let targets: FuzzTarget[];
let close: () => void;
beforeAll(async () => {
  ({ targets, close } = await fuzzTargets(goldens.map(({ file }) => Buffer.from(file, 'base64'))));
});
afterAll(() => close());

it('whatever is broken in a file, it is read or refused with an InputError, in time and within memory', async () => {
  const violations: string[] = [];
  const counts = { read: 0, refused: 0, violation: 0 };
  for (let index = 0; index < COUNT; index++) {
    const target = targets[index % targets.length]!;
    const { kind, detail } = await fuzzOne(target, 6, index);
    counts[kind]++;
    if (kind === 'violation') violations.push(`${target.name} ${index}: ${detail}`);
  }
  expect(violations).toEqual([]);
  // Neither all refused nor all read: the damage is of the size that finds something.
  expect(counts.read).toBeGreaterThan(COUNT / 50);
  expect(counts.refused).toBeGreaterThan(COUNT / 4);
}, 120_000);
