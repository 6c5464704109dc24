// Mutated files against every reader of what comes from outside: `npm run bench fuzz -- --count N --seed S`.
// Each input is read in a child process, one for each core, so that one that hangs or crashes costs its process alone; it is
// named with its number, from which `node bench/fuzz/child.mjs SEED NUMBER` makes it again.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** Without word from a child for so long, its input counts as one that hangs. */
const SILENCE_MS = 30_000;
const CHUNK = 2000;
/** In the order in which inputs take turns; see `src/data/fuzz/targets.ts`. */
const TARGETS = ['dicom', 'png', 'jpeg', 'safetensors'];

/** @param {string[]} words */
export default async function bench(words) {
  const { values } = parseArgs({
    args: words,
    options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '6' } },
  });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed))
    throw new Error('--count and --seed are whole numbers');
  const started = performance.now();
  const tally = new Map();
  const violations = [];
  let next = 0;
  let done = 0;
  const take = () => {
    const from = next;
    next = Math.min(count, from + CHUNK);
    return from < count ? { from, to: next } : undefined;
  };
  const add = ({ name, kind, detail, milliseconds, megabytes, index }) => {
    const row = tally.get(name) ?? { read: 0, refused: 0, violation: 0, slowest: 0, largest: 0 };
    row[kind]++;
    row.slowest = Math.max(row.slowest, milliseconds);
    row.largest = Math.max(row.largest, megabytes);
    tally.set(name, row);
    if (kind === 'violation') {
      violations.push({ name, index, detail });
      process.stderr.write(`\n${name}, input ${index}: ${detail}\n`);
    }
    done++;
  };
  const progress = setInterval(() => {
    const rate = done / ((performance.now() - started) / 1000);
    process.stderr.write(
      `\r${done} of ${count}, ${rate.toFixed(0)} a second, ${violations.length} violations, ${((count - done) / rate / 60).toFixed(1)} min left   `,
    );
  }, 2000);
  await Promise.all(Array.from({ length: availableParallelism() }, () => work(seed, take, add)));
  clearInterval(progress);
  const seconds = (performance.now() - started) / 1000;
  process.stderr.write('\n');
  process.stdout.write(
    `${count} inputs, seed ${seed}, ${seconds.toFixed(0)} s, ${violations.length} violations\n`,
  );
  for (const [name, row] of [...tally].sort()) {
    process.stdout.write(
      `${name}: ${row.read} read, ${row.refused} refused, ${row.violation} violations; slowest ${row.slowest.toFixed(0)} ms, largest ${row.largest.toFixed(0)} MiB\n`,
    );
  }
  if (violations.length > 0) process.exitCode = 1;
}

/** Works through chunks with one child after another. */
async function work(seed, take, add) {
  let rest = take();
  while (rest !== undefined) {
    const reached = await runChild(seed, rest, add);
    rest = reached < rest.to ? { from: reached, to: rest.to } : take();
  }
}

/** @returns the number after the last input that was dealt with. */
function runChild(seed, { from, to }, add) {
  return new Promise(resolve => {
    const child = fork(
      new URL('./fuzz/child.mjs', import.meta.url),
      [String(seed), String(from), String(to)],
      {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    );
    let at = from;
    const name = () => TARGETS[at % TARGETS.length];
    let printed = 0;
    let hung = false;
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        hung = true;
        child.kill('SIGKILL');
      }, SILENCE_MS);
    };
    watch();
    // Nothing may be printed: what readers print would be about the file.
    child.stderr.on('data', data => {
      printed += data.length;
    });
    child.on('message', message => {
      watch();
      for (const outcome of message) add(outcome);
      at += message.length;
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (printed > 0)
        add({
          name: name(),
          index: at,
          kind: 'violation',
          detail: `printed ${printed} bytes`,
          milliseconds: 0,
          megabytes: 0,
        });
      if (at >= to) return resolve(to);
      const detail = hung ? `hangs for ${SILENCE_MS / 1000} s` : `ends its process (${signal ?? code})`;
      add({
        name: name(),
        index: at,
        kind: 'violation',
        detail,
        milliseconds: hung ? SILENCE_MS : 0,
        megabytes: 0,
      });
      resolve(at + 1);
    });
  });
}
