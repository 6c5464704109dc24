// The steps of steps.mjs in full size on a GPU: ResNet-50 and BERT-base at 224 px in bf16, ConVIRT with 256 pairs and
// GLoRIA with 96, beside the same step in Python eager; samples a second and share of the GPU's peak.
//   npm run bench pretrain -- gpu [--only convirt|gloria] [--batch N] [--rounds N] [--python PYTHON] [--json]
// `--device cpu --batch 4 --rounds 1` only shows that it runs.
// Needs torch 2 with CUDA in the Python that the bridge was built against (docs/benchmarks.md says how). Both sides hold
// their model on the GPU at the same time; where its memory is short, --batch makes the batch smaller.
import { cudaAvailable, libtorchVersion } from '../../dist/tensor/index.js';
import { optionsIn } from '../peer.mjs';
import { compareSteps } from './steps.mjs';

const BERT_BASE = { hidden: 768, layers: 12, heads: 12, intermediate: 3072 };
const TRAINING = { steps: 1, learningRate: 2e-5, precision: 'bf16' };

/** As recipes/convirt.yaml and recipes/gloria.yaml, with fresh weights. */
const LARGE = {
  convirt: {
    vocabulary: 28_996,
    pieces: [8, 60],
    recipe: {
      objective: { name: 'convirt' },
      image: { size: 224, form: 'resnet50', channels: 3 },
      text: { ...BERT_BASE, frozenLayers: 6, maxTokens: 112, pooling: 'max' },
      projection: { hidden: 512, dimension: 512 },
      training: { ...TRAINING, batch: 256 },
    },
  },
  gloria: {
    vocabulary: 28_996,
    pieces: [14, 97],
    recipe: {
      objective: { name: 'gloria' },
      image: { size: 224, form: 'resnet50', channels: 3, localLayer: 'layer3' },
      text: { ...BERT_BASE, maxTokens: 97, pooling: 'words', lastLayers: 4 },
      projection: { dimension: 768, image: 'linear', text: 'none' },
      training: { ...TRAINING, batch: 96, clip: 0.25 },
    },
  },
};

/** @param {string[]} words */
export default async function bench(words) {
  const device = optionsIn(words).option('--device', 'cuda');
  if (device !== 'cpu' && !cudaAvailable()) {
    process.stderr.write(
      `libtorch ${libtorchVersion()} sees no GPU: nothing measured. docs/benchmarks.md says how to run this with one.\n`,
    );
    process.exitCode = 1;
    return;
  }
  // A GPU's convolutions of f32 numbers look at ten bits of each (TF32).
  await compareSteps(LARGE, words, { device, rounds: 15, warmUp: 8, agreement: 3e-2 });
}
