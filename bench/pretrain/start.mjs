// From the command to its first step, with a warm cache: `synray pretrain recipes/convirt-small.yaml` as a process of its
// own (128 px, batch 64), from its spawn until log.jsonl has a line.
//   npm run bench pretrain -- start [--pictures 512] [--rounds N] [--json]
// A first run, not timed, decodes the pictures and measures the machine's peak, as any run before would have.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median, optionsIn, printResult, round } from '../peer.mjs';
import { writeSamplePictures } from './sample-pictures.mjs';

const path = name => fileURLToPath(new URL(`../../${name}`, import.meta.url));
/** Milliseconds between two looks at the log. */
const LOOK = 5;

/** @param {string[]} words */
export default async function bench(words) {
  const { option } = optionsIn(words);
  const pictures = Number(option('--pictures', 512));
  const rounds = Number(option('--rounds', 3));
  const folder = mkdtempSync(join(tmpdir(), 'synray-start-'));
  try {
    await writeSamplePictures(folder, { pictures, stored: 144 });
    const cold = await secondsToFirstStep(folder, 'first');
    const warm = [];
    for (let number = 0; number < rounds; number++) {
      const out = `warm-${number}`;
      mkdirSync(join(folder, out));
      // A run writes its log when it has measured the machine; what an earlier one measured is not measured again.
      copyFileSync(join(folder, 'first', 'machine.json'), join(folder, out, 'machine.json'));
      warm.push(await secondsToFirstStep(folder, out));
    }
    const seconds = {
      withoutCache: round(cold),
      warm: round(median(warm)),
      each: warm.map(each => round(each)),
    };
    printResult({ pictures, rounds, secondsToFirstStep: seconds }, words);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function secondsToFirstStep(folder, name) {
  const out = join(folder, name);
  const recipe = path('recipes/convirt-small.yaml');
  const data = join(folder, 'data');
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [path('dist/cli.js'), 'pretrain', recipe, '--data', data, '--out', out, '--steps', '1'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = new Promise(resolve => child.once('close', resolve));
  const log = join(out, 'log.jsonl');
  while (!(statSync(log, { throwIfNoEntry: false })?.size > 0)) {
    if (child.exitCode !== null)
      throw new Error(`synray pretrain ended with ${child.exitCode} before a step`);
    await wait(LOOK);
  }
  const seconds = (performance.now() - started) / 1000;
  await ended;
  return seconds;
}
