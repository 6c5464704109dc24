// What a call costs, and a training step of a ResNet-18, here and in Python on the same libtorch, in turns.
//   npm run bench tensor [-- --threads N] [--rounds N] [--python PYTHON] [--json]
import { availableParallelism } from 'node:os';
import { ResNet, resNetForms } from '../dist/models/index.js';
import {
  arange,
  call,
  F,
  Linear,
  libtorchVersion,
  liveTensors,
  manualSeed,
  noGrad,
  ones,
  randn,
  SGD,
  scope,
  setThreads,
} from '../dist/tensor/index.js';
import { inTurns, medians, optionsIn, Peer, printResult, ratio, timed } from './peer.mjs';

const BATCH = 16;
const SIDE = 128;
const STEPS = 2;
const ADDS = 100_000;

/** @param {string[]} words */
export default async function bench(words) {
  const { option } = optionsIn(words);
  const threads = Number(option('--threads', availableParallelism()));
  const rounds = Number(option('--rounds', 15));
  const peer = new Peer(new URL('./tensor_peer.py', import.meta.url), option('--python'));
  const work = trainingWork(threads);
  await peer.start(threads, BATCH, SIDE);

  const [oursFirst, peersFirst] = [work.steps(3), await peer.ask('steps', 3)];
  const pairs = await inTurns(
    rounds,
    async () => ({ add: addCost(), ...work.steps(STEPS) }),
    async () => ({
      add: (await peer.ask('adds', ADDS)).microseconds,
      ...(await peer.ask('steps', STEPS)),
    }),
  );
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
    stepRatio: ratio(pairs, 'milliseconds'),
    // The same in processor time, which other programs on the machine disturb less.
    stepProcessorRatio: ratio(pairs, 'processorMilliseconds'),
  };
  printResult(result, words);
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
  return { steps: count => timed(count, step) };
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
