// GLoRIA's local loss, forward and backward, for all captions at once, beside the usual loop over captions in Python
// on the same libtorch, in turns. Part of `npm run bench pretrain`; alone:
//   node bench/pretrain/local-loss.mjs [--threads N] [--rounds N] [--full] [--python PYTHON] [--json]
// Batch 48, 19 × 19 cells and 768 dimensions as in the official settings; captions of 11 to 82 words (36 on average),
// or of 97 each with --full. Above 1, a ratio says that synray is faster.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ObjectiveSettings, objectives } from '../../dist/pretrain/index.js';
import {
  libtorchVersion,
  manualSeed,
  nativeFolder,
  randn,
  scope,
  setThreads,
  tensor,
} from '../../dist/tensor/index.js';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const PICTURES = 48;
const SIDE = 19;
const DIMENSION = 768;
const LONGEST = 97;

/** @param {string[]} words */
export default async function bench(words) {
  const option = name => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const threads = Number(option('--threads') ?? availableParallelism());
  const rounds = Number(option('--rounds') ?? 3);
  const lengths = captionLengths(words.includes('--full'));
  const peer = new Peer(option('--python') ?? pythonOfTheBuild());
  const { version } = await peer.ask('start', threads, PICTURES, SIDE, DIMENSION, ...lengths);
  if (!version.startsWith(libtorchVersion())) {
    process.stderr.write(`libtorch ${libtorchVersion()} here, ${version} in Python: not the same\n`);
  }
  const work = localWork(threads, lengths);
  work.step();

  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes each round, so that neither has the warmer machine.
    if (round % 2 === 0) {
      const synray = work.step();
      pairs.push({ synray, python: await peer.ask('steps', 1) });
    } else {
      const python = await peer.ask('steps', 1);
      pairs.push({ synray: work.step(), python });
    }
  }
  peer.close();

  const ratio = measure => median(pairs.map(({ synray, python }) => python[measure] / synray[measure]));
  const both = measure => ({
    synray: median(pairs.map(({ synray }) => synray[measure])),
    python: median(pairs.map(({ python }) => python[measure])),
  });
  const result = {
    libtorch: libtorchVersion(),
    threads,
    rounds,
    words: lengths.reduce((sum, length) => sum + length),
    // The same on both sides, or they do not do the same work.
    loss: both('loss'),
    cellGradient: both('cellGradient'),
    wordGradient: both('wordGradient'),
    milliseconds: both('milliseconds'),
    processorMilliseconds: both('processorMilliseconds'),
    ratio: ratio('milliseconds'),
    // The same in processor time, which other programs on the machine disturb less.
    processorRatio: ratio('processorMilliseconds'),
  };
  process.stdout.write(`${JSON.stringify(result, null, words.includes('--json') ? 0 : 2)}\n`);
  return result;
}

/** Words a caption: most reports are short, some are long. */
function captionLengths(full) {
  return Array.from({ length: PICTURES }, (_, caption) => {
    if (full) return LONGEST;
    return 10 + ((caption * 37) % PICTURES) + (caption % 16 === 0 ? 40 : 0);
  });
}

/** The same numbers as in local_loss_peer.py. */
function localWork(threads, lengths) {
  setThreads(threads);
  manualSeed(0);
  const width = Math.max(...lengths);
  const cells = randn([PICTURES, DIMENSION, SIDE, SIDE]).mul(0.2).setRequiresGrad();
  const words = randn([PICTURES, width, DIMENSION]).mul(0.2).setRequiresGrad();
  const there = lengths.flatMap(length => Array.from({ length: width }, (_, word) => Number(word < length)));
  const mask = tensor(there, { shape: [PICTURES, width] });
  // The global part is left out of both sides; it takes a thousandth of the time.
  const unused = randn([PICTURES, 8]);
  const objective = objectives.get('gloria')(ObjectiveSettings.parse({ name: 'gloria' }));
  return {
    step() {
      const [started, before] = [performance.now(), process.cpuUsage()];
      const loss = scope(() => {
        cells.clearGrad();
        words.clearGrad();
        const { local } = objective.forward({
          images: { global: unused, cells },
          texts: { global: unused, words, mask },
        }).parts;
        local.backward();
        return local.item();
      });
      const { user, system } = process.cpuUsage(before);
      const milliseconds = performance.now() - started;
      const norm = value => scope(() => value.grad.norm().item());
      return {
        milliseconds,
        processorMilliseconds: (user + system) / 1000,
        loss,
        cellGradient: norm(cells),
        wordGradient: norm(words),
      };
    },
  };
}

/** The Python that has the libtorch the bridge was built against. */
function pythonOfTheBuild() {
  const { kind, libtorch } = JSON.parse(readFileSync(join(nativeFolder(), 'build.json'), 'utf8'));
  const beside = join(libtorch, '..', '..', '..', '..', 'bin', 'python');
  return kind !== 'debian' && existsSync(beside) ? beside : '/usr/bin/python3';
}

class Peer {
  constructor(python) {
    this.process = spawn(python, [join(FOLDER, 'local_loss_peer.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async ask(...words) {
    this.process.stdin.write(`${words.join(' ')}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the Python peer ended (it needs torch: on Debian, apt install python3-torch)');
    return JSON.parse(value);
  }

  close() {
    this.process.stdin.end();
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bench(process.argv.slice(2));
