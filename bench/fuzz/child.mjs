// Reads mutated inputs FROM up to TO, one after another, and tells the parent what became of each. Without TO and a parent:
// input FROM alone, and prints its outcome.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fuzzOne } from '../../dist/data/fuzz/run.js';
import { fuzzTargets } from '../../dist/data/fuzz/targets.js';

const GOLDENS = new URL('../../src/data/dicom/__fixtures__/goldens.json.gz', import.meta.url);
const goldens = JSON.parse(gunzipSync(readFileSync(GOLDENS)).toString());
const { targets, close } = await fuzzTargets(goldens.map(({ file }) => Buffer.from(file, 'base64')));
const [seed, from, to] = process.argv.slice(2).map(Number);

for (let index = from; index < (to ?? from + 1); index++) {
  const target = targets[index % targets.length];
  // One message an input: after a crash the parent knows which one it was.
  const outcome = { name: target.name, index, ...(await fuzzOne(target, seed, index)) };
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  else await new Promise(sent => process.send([outcome], sent));
}
close();
process.disconnect?.();
