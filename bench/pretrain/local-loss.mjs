// GLoRIA's local loss, forward and backward, for all captions at once, beside the usual loop over captions in Python
// on the same libtorch, in turns.
//   npm run bench pretrain -- local-loss [--threads N] [--rounds N] [--full] [--python PYTHON] [--json]
// Batch 48, 19 × 19 cells and 768 dimensions as in the official settings; captions of 11 to 82 words (36 on average),
// or of 97 each with --full. Above 1, a ratio says that synray is faster.
import { availableParallelism } from 'node:os';
import { ObjectiveSettings, objectives } from '../../dist/pretrain/index.js';
import { libtorchVersion, manualSeed, randn, scope, setThreads, tensor } from '../../dist/tensor/index.js';
import { inTurns, medians, optionsIn, Peer, printResult, ratio, timed } from '../peer.mjs';

const PICTURES = 48;
const SIDE = 19;
const DIMENSION = 768;
const LONGEST = 97;

/** @param {string[]} words */
export default async function bench(words) {
  const { option, flag } = optionsIn(words);
  const threads = Number(option('--threads', availableParallelism()));
  const rounds = Number(option('--rounds', 3));
  const lengths = captionLengths(flag('--full'));
  const peer = new Peer(new URL('./local_loss_peer.py', import.meta.url), option('--python'));
  await peer.start(threads, PICTURES, SIDE, DIMENSION, ...lengths);
  const work = localWork(threads, lengths);
  work.step();
  const pairs = await inTurns(rounds, work.step, () => peer.ask('steps', 1));
  peer.close();

  const result = {
    libtorch: libtorchVersion(),
    threads,
    rounds,
    words: lengths.reduce((sum, length) => sum + length),
    // The same on both sides, or they do not do the same work.
    loss: medians(pairs, 'loss'),
    cellGradient: medians(pairs, 'cellGradient'),
    wordGradient: medians(pairs, 'wordGradient'),
    milliseconds: medians(pairs, 'milliseconds'),
    processorMilliseconds: medians(pairs, 'processorMilliseconds'),
    ratio: ratio(pairs, 'milliseconds'),
    // The same in processor time, which other programs on the machine disturb less.
    processorRatio: ratio(pairs, 'processorMilliseconds'),
  };
  printResult(result, words);
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
  const norm = value => scope(() => value.grad.norm().item());
  const forwardAndBackward = () =>
    scope(() => {
      cells.clearGrad();
      words.clearGrad();
      const { local } = objective.forward({
        images: { global: unused, cells },
        texts: { global: unused, words, mask },
      }).parts;
      local.backward();
      return local.item();
    });
  return {
    step: () => ({
      ...timed(1, forwardAndBackward),
      cellGradient: norm(cells),
      wordGradient: norm(words),
    }),
  };
}
