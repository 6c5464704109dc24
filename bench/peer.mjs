// What benches have in common that hold synray beside the same work in Python: the process, turns, clocks, medians.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nativeFolder } from '../dist/base/index.js';
import { libtorchVersion } from '../dist/tensor/index.js';

const MODULES = fileURLToPath(new URL('./peers', import.meta.url));

/** A Python script that answers requests by `answer.serve`; it may import what lies in bench/peers. */
export class Peer {
  #process;
  #lines;

  /**
   * @param {URL} script
   * @param {string} [python] The one of the build unless said.
   */
  constructor(script, python = pythonOfTheBuild()) {
    this.python = python;
    const env = {
      // As synray's bridge has it. GNU OpenMP otherwise waits in busy loops, and where another program wants the
      // processors a step in Python takes three times as long: that would measure the load and not the step.
      ...(process.env.OMP_WAIT_POLICY ? {} : { GOMP_SPINCOUNT: '20000' }),
      ...process.env,
      PYTHONPATH: [MODULES, process.env.PYTHONPATH ?? []].flat().join(delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
    };
    this.#process = spawn(python, [fileURLToPath(script)], { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Sends what the script's `start` needs. Warns where its libtorch is another one. */
  async start(...values) {
    const answer = await this.ask('start', ...values);
    if (!answer.version.startsWith(libtorchVersion())) {
      process.stderr.write(`libtorch ${libtorchVersion()} here, ${answer.version} in Python: not the same\n`);
    }
    return answer;
  }

  /** Calls the function of this name. */
  async ask(name, ...values) {
    this.#process.stdin.write(`${JSON.stringify([name, ...values])}\n`);
    const { value, done } = await this.#lines.next();
    if (done) {
      const mend = 'it needs torch and Pillow (on Debian: apt install python3-torch python3-pil)';
      throw new Error(`${this.python} ended; ${mend}, or name another with --python`);
    }
    return JSON.parse(value);
  }

  close() {
    this.#process.stdin.end();
  }
}

/** The Python that has the libtorch the bridge was built against. */
function pythonOfTheBuild() {
  const { kind, libtorch } = JSON.parse(readFileSync(join(nativeFolder(), 'build.json'), 'utf8'));
  const beside = join(libtorch, '..', '..', '..', '..', 'bin', 'python');
  return kind !== 'debian' && existsSync(beside) ? beside : '/usr/bin/python3';
}

/**
 * Runs both sides in turns. Who goes first changes each round, so that neither has the warmer machine, and a slow spell
 * of the machine hits both.
 * @returns A pair `{ synray, python }` a round.
 */
export async function inTurns(rounds, synray, python) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const ours = await synray(round);
      pairs.push({ synray: ours, python: await python(round) });
    } else {
      const peers = await python(round);
      pairs.push({ synray: await synray(round), python: peers });
    }
  }
  return pairs;
}

/** Does `step` so many times. @returns Milliseconds of one on the clock and of processors, and what the last one gave. */
export function timed(count, step) {
  const [started, before] = [performance.now(), process.cpuUsage()];
  let loss = 0;
  for (let done = 0; done < count; done++) loss = step();
  const { user, system } = process.cpuUsage(before);
  return {
    milliseconds: (performance.now() - started) / count,
    processorMilliseconds: (user + system) / 1000 / count,
    loss,
  };
}

/** Median of a measure on each side. */
export function medians(pairs, measure) {
  const of = side => median(pairs.map(pair => pair[side][measure]));
  return { synray: of('synray'), python: of('python') };
}

/** Median of how many times longer Python took than synray, round by round: above 1, synray is faster. */
export function ratio(pairs, measure) {
  return round(median(pairs.map(({ synray, python }) => python[measure] / synray[measure])));
}

export function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** To so many decimals. */
export function round(value, decimals = 2) {
  return Number(value.toFixed(decimals));
}

/** Reads `--name value` among words; `flag` tells whether a word is there. */
export function optionsIn(words) {
  const option = (name, otherwise) => (words.includes(name) ? words[words.indexOf(name) + 1] : otherwise);
  return { option, flag: name => words.includes(name) };
}

/** Prints figures as JSON, on one line with `--json`. */
export function printResult(result, words) {
  process.stdout.write(`${JSON.stringify(result, null, words.includes('--json') ? 0 : 2)}\n`);
}
