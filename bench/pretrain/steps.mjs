// A training step of ConVIRT and of GLoRIA (global and local), with synray's own modules, beside the same step as it is
// usually written in Python on the same libtorch, in turns. Forward, backward, clipping and AdamW; no augmentation.
//   npm run bench pretrain -- steps [--only convirt|gloria] [--threads N] [--rounds N] [--batch N] [--form FORM]
//     [--python PYTHON] [--json]
// Before anything is timed, both sides take two steps from the same weights, without dropout: their losses and the norm
// of their gradients must agree, or it is not the same step.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../dist/base/index.js';
import { buildModel } from '../../dist/pretrain/build-model.js';
import { useChannelsLast } from '../../dist/pretrain/channels-last.js';
import { encodePart } from '../../dist/pretrain/encoding.js';
import { PretrainRecipe } from '../../dist/pretrain/recipe.js';
import { TrainingLoss } from '../../dist/pretrain/training-loss.js';
import { peakFlops, stepFlops } from '../../dist/pretrain/utilisation.js';
import {
  AdamW,
  autocast,
  clipGradNorm,
  libtorchVersion,
  manualSeed,
  randn,
  scope,
  setThreads,
  tensor,
  writeSafetensors,
} from '../../dist/tensor/index.js';
import { inTurns, medians, optionsIn, Peer, printResult, ratio, round, timed } from '../peer.mjs';

/** What the steps are of: `pretrain` recipes of small models, with pieces in a text, least and most. */
const SMALL = {
  convirt: {
    vocabulary: 2000,
    pieces: [8, 30],
    recipe: {
      objective: { name: 'convirt' },
      image: { size: 128, form: 'slim' },
      text: { hidden: 128, layers: 2, heads: 4, maxTokens: 64 },
      training: { steps: 1, batch: 32, learningRate: 1e-4 },
    },
  },
  gloria: {
    vocabulary: 2000,
    pieces: [14, 97],
    recipe: {
      objective: { name: 'gloria' },
      image: { size: 128, form: 'resnet18', localLayer: 'layer3' },
      text: { hidden: 128, layers: 2, heads: 4, maxTokens: 97, pooling: 'words', lastLayers: 2 },
      projection: { dimension: 128, image: 'linear', text: 'none' },
      training: { steps: 1, batch: 32, learningRate: 1e-4 },
    },
  },
};

/** Most pairs of the steps that are only compared. */
const CHECKED = 32;

/** @param {string[]} words */
export default function bench(words) {
  return compareSteps(SMALL, words, { device: 'cpu', rounds: 9, warmUp: 2, agreement: 1e-4 });
}

/**
 * @param studies By name, as `SMALL`.
 * @param defaults.agreement Greatest relative difference of the first loss and of the gradients' norm.
 */
export async function compareSteps(studies, words, { device, rounds, warmUp, agreement }) {
  const { option } = optionsIn(words);
  const threads = Number(option('--threads', availableParallelism()));
  const only = option('--only');
  setThreads(threads);
  const result = { libtorch: libtorchVersion(), threads };
  for (const [name, study] of Object.entries(studies)) {
    if (only !== undefined && only !== name) continue;
    const folder = mkdtempSync(join(tmpdir(), 'synray-steps-'));
    try {
      const settings = { threads, folder, rounds: Number(option('--rounds', rounds)), warmUp, agreement };
      const python = option('--python');
      const changed = changeStudy(study, { device, batch: option('--batch'), form: option('--form') });
      result[name] = await compare(changed, { ...settings, python });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  printResult(result, words);
}

function changeStudy({ recipe, ...study }, { device, batch, form }) {
  const training = { ...recipe.training, device, batch: Number(batch ?? recipe.training.batch) };
  const image = form === undefined ? recipe.image : { ...recipe.image, form };
  return { ...study, recipe: { ...recipe, training, image } };
}

async function compare(study, { threads, folder, rounds, warmUp, agreement, python }) {
  const peer = new Peer(new URL('./steps_peer.py', import.meta.url), python);
  /** Both sides with the same weights and the same batch. */
  const begin = async (dropout, training) => {
    const text = { ...study.recipe.text, dropout };
    const recipe = PretrainRecipe.parse({ ...study.recipe, text, training });
    const work = await trainingWork(recipe, study, join(folder, 'weights.safetensors'));
    await peer.start({ threads, ...work.described });
    return work;
  };

  // In bf16 the same step differs from itself in another order of sums; and f32 takes more memory.
  const { training: asTimed } = study.recipe;
  const check = await begin(0, { ...asTimed, precision: 'f32', batch: Math.min(asTimed.batch, CHECKED) });
  const first = { synray: check.steps(1), python: await peer.ask('steps', 1) };
  const second = { synray: check.steps(1), python: await peer.ask('steps', 1) };
  check.dispose();
  const differences = {
    loss: difference(first, 'loss'),
    gradientNorm: difference(first, 'gradientNorm'),
    secondLoss: difference(second, 'loss'),
  };
  if (!(Math.max(differences.loss, differences.gradientNorm) <= agreement)) {
    peer.close();
    throw new Error(`not the same step on both sides: ${JSON.stringify({ first, differences })}`);
  }

  const work = await begin(study.recipe.text.dropout ?? 0.1, asTimed);
  work.steps(warmUp);
  await peer.ask('steps', warmUp);
  const pairs = await inTurns(
    rounds,
    () => work.steps(1),
    () => peer.ask('steps', 1),
  );
  peer.close();
  const { training, image } = work.recipe;
  const milliseconds = medians(pairs, 'milliseconds');
  const peak = await peakFlops(folder, training);
  const perSide = measure =>
    Object.fromEntries(Object.entries(milliseconds).map(([side, each]) => [side, measure(each / 1000)]));
  const result = {
    form: image.form,
    batch: training.batch,
    precision: training.precision,
    rounds,
    relativeDifference: differences,
    milliseconds,
    samplesPerSecond: perSide(seconds => round(training.batch / seconds, 1)),
    // Of what this machine can do in large products, measured here.
    shareOfPeak: perSide(seconds => round(work.flops / seconds / peak, 3)),
    ratio: ratio(pairs, 'milliseconds'),
    // The same in processor time, which other programs on the machine disturb less.
    processorRatio: ratio(pairs, 'processorMilliseconds'),
  };
  work.dispose();
  return result;
}

function difference({ synray, python }, measure) {
  return Number((Math.abs(synray[measure] - python[measure]) / Math.abs(python[measure])).toPrecision(2));
}

/** The trainer's step with one batch again and again. Writes weights and batch to `file` for the other side. */
async function trainingWork(recipe, { vocabulary, pieces }, file) {
  const { training, image, objective } = recipe;
  const { device, precision } = training;
  // Of a tokenizer the model needs no more than its size.
  const model = await buildModel(recipe, { vocabularySize: vocabulary });
  const lossOf = new TrainingLoss(recipe).to({ device });
  const pictures = randn([training.batch, 1, image.size, image.size]);
  const tokens = makeTokens(training.batch, vocabulary, pieces);
  const shape = [tokens.rows, tokens.columns];
  const whole = values => scope(() => tensor(values, { shape }).to({ dtype: 'i64' }));
  const batch = [
    ['pictures', pictures],
    ['ids', whole(tokens.ids)],
    ['mask', tensor(Float32Array.from(tokens.mask), { shape })],
    ['words', whole(tokens.words)],
  ];
  await writeSafetensors(file, new Map([...model.stateDict(), ...batch]));

  model.to({ device }).train();
  const channelsLast = device.startsWith('cuda');
  if (channelsLast) useChannelsLast(model);
  const inputs = { pictures: pictures.to({ device }), tokens };
  const parameters = [...model.parameters(), ...lossOf.parameters()];
  const optimiser = new AdamW(
    [
      {
        params: parameters.filter(each => each.ndim > 1),
        settings: { weightDecay: training.weightDecay },
      },
      { params: parameters.filter(each => each.ndim <= 1), settings: { weightDecay: 0 } },
    ],
    { lr: training.learningRate },
  );
  const inPrecision = work => (precision === 'bf16' ? autocast({ device, dtype: 'bf16' }, work) : work());
  const pairs = { texts: { length: training.batch } };
  let gradientNorm = Number.NaN;
  const step = () =>
    scope(() => {
      optimiser.zeroGrad();
      const { total } = inPrecision(() =>
        lossOf.forward(encodePart(model, inputs, { device, cells: lossOf.readsCells }), pairs),
      );
      total.backward();
      gradientNorm = clipGradNorm(parameters, training.clip);
      optimiser.step();
      return total.item();
    });
  manualSeed(0);
  return {
    recipe,
    described: { file, config: model.config, objective, training, channelsLast },
    flops: stepFlops(model.config, image.size, inputs),
    steps: count => ({ ...timed(count, step), gradientNorm }),
    dispose() {
      model.dispose();
      lossOf.dispose();
      inputs.pictures.dispose();
      for (const [, each] of batch) each.dispose();
    },
  };
}

/** Texts of so many pieces, marks included; every fourth word has two pieces. */
function makeTokens(rows, vocabulary, [least, most]) {
  const lengths = Array.from({ length: rows }, (_, row) => least + ((row * 37) % (most - least + 1)));
  const columns = Math.max(...lengths);
  const ids = new Int32Array(rows * columns);
  const mask = new Uint8Array(rows * columns);
  const words = new Int32Array(rows * columns).fill(-1);
  for (const [row, length] of lengths.entries()) {
    const random = Random.of('bench', row);
    for (let place = 0; place < length; place++) {
      const at = row * columns + place;
      mask[at] = 1;
      ids[at] = 5 + random.integer(vocabulary - 5);
      if (place > 0 && place < length - 1) words[at] = place - 1 - Math.floor(place / 5);
    }
  }
  const wordColumns = words.reduce((highest, word) => Math.max(highest, word + 1), 1);
  return { ids, mask, words, rows, columns, wordColumns };
}
