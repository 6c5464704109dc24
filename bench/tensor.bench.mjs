// What a call costs, and a training step of a ResNet-18, here and in Python on the same libtorch, in turns.
//   npm run bench tensor [-- --threads N] [--rounds N] [--python PYTHON] [--json]
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ResNet, resNetForms } from '../dist/models/index.js';
import {
  arange,
  call,
  F,
  Linear,
  libtorchVersion,
  liveTensors,
  manualSeed,
  nativeFolder,
  noGrad,
  ones,
  randn,
  SGD,
  scope,
  setThreads,
} from '../dist/tensor/index.js';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const BATCH = 16;
const SIDE = 128;
const STEPS = 2;
const ADDS = 100_000;

/** @param {string[]} words */
export default async function bench(words) {
  const option = name => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const threads = Number(option('--threads') ?? availableParallelism());
  const rounds = Number(option('--rounds') ?? 15);
  const peer = new Peer(option('--python') ?? pythonOfTheBuild());
  const work = trainingWork(threads);
  const { version } = await peer.ask('start', threads, BATCH, SIDE);
  if (!version.startsWith(libtorchVersion())) {
    process.stderr.write(`libtorch ${libtorchVersion()} here, ${version} in Python: not the same\n`);
  }

  const [oursFirst, peersFirst] = [work.steps(3), await peer.ask('steps', 3)];
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes each round, so that neither has the warmer machine.
    const turns = [
      async () => ({ add: addCost(), ...work.steps(STEPS) }),
      async () => ({
        add: (await peer.ask('adds', ADDS)).microseconds,
        ...(await peer.ask('steps', STEPS)),
      }),
    ];
    const [a, b] =
      round % 2 === 0 ? [await turns[0](), await turns[1]()] : [await turns[1](), await turns[0]()].reverse();
    pairs.push({ synray: a, python: b });
  }
  peer.close();

  const result = {
    libtorch: libtorchVersion(),
    threads,
    rounds,
    liveTensors: liveTensors(),
    lossAfter3Steps: { synray: oursFirst.loss, python: peersFirst.loss },
    addMicroseconds: medians(pairs, 'add'),
    stepMilliseconds: medians(pairs, 'milliseconds'),
    stepProcessorMilliseconds: medians(pairs, 'processorMilliseconds'),
    // Above 1: synray is faster. Each round is one pair, so that a slow spell of the machine hits both.
    stepRatio: median(pairs.map(({ synray, python }) => python.milliseconds / synray.milliseconds)),
    // The same in processor time, which other programs on the machine disturb less.
    stepProcessorRatio: median(
      pairs.map(({ synray, python }) => python.processorMilliseconds / synray.processorMilliseconds),
    ),
  };
  process.stdout.write(`${JSON.stringify(result, null, words.includes('--json') ? 0 : 2)}\n`);
}

/** A ResNet-18 with one channel, ten classes, SGD with momentum; the same numbers as in tensor_peer.py. */
function trainingWork(threads) {
  setThreads(threads);
  const body = new ResNet(resNetForms.resnet18());
  const head = new Linear(body.features, 10);
  const named = [
    ...body.namedParameters(),
    ...head.namedParameters().map(([name, value]) => [`fc.${name}`, value]),
  ];
  manualSeed(0);
  noGrad(() => {
    for (const [, parameter] of named.sort(([a], [b]) => (a < b ? -1 : 1))) {
      scope(() => parameter.copy_(randn(parameter.shape).mul(0.05)) && undefined);
    }
  });
  const pictures = randn([BATCH, 1, SIDE, SIDE]);
  const classes = call('aten::remainder.Scalar', arange(BATCH), 10);
  const optimiser = new SGD([...body.parameters(), ...head.parameters()], { lr: 0.01, momentum: 0.9 });
  const step = () =>
    scope(() => {
      optimiser.zeroGrad();
      const loss = F.crossEntropy(head.forward(body.forward(pictures).pooled), classes);
      loss.backward();
      optimiser.step();
      return loss.item();
    });
  return {
    steps(count) {
      const [started, before] = [performance.now(), process.cpuUsage()];
      let loss = 0;
      for (let done = 0; done < count; done++) loss = step();
      const { user, system } = process.cpuUsage(before);
      return {
        milliseconds: (performance.now() - started) / count,
        processorMilliseconds: (user + system) / 1000 / count,
        loss,
      };
    },
  };
}

/** Microseconds for one addition of 2 × 2 numbers, making and freeing the result included. */
function addCost() {
  const x = ones([2, 2]);
  const started = performance.now();
  for (let done = 0; done < ADDS; done += 1000) {
    scope(() => {
      for (let each = 0; each < 1000; each++) x.add(x);
    });
  }
  const cost = ((performance.now() - started) * 1000) / ADDS;
  x.dispose();
  return cost;
}

/** The Python that has the libtorch the bridge was built against. */
function pythonOfTheBuild() {
  const { kind, libtorch } = JSON.parse(readFileSync(join(nativeFolder(), 'build.json'), 'utf8'));
  const beside = join(libtorch, '..', '..', '..', '..', 'bin', 'python');
  return kind !== 'debian' && existsSync(beside) ? beside : '/usr/bin/python3';
}

class Peer {
  constructor(python) {
    this.process = spawn(python, [join(FOLDER, 'tensor_peer.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
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

function medians(pairs, measure) {
  const of = side => median(pairs.map(pair => pair[side][measure]));
  return { synray: of('synray'), python: of('python') };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
