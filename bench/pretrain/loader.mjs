// From the same pictures to ready batches: synray's loader beside a PyTorch DataLoader with Pillow and two workers.
//   node bench/pretrain/loader.mjs [--pictures 512] [--stored 256] [--size 128] [--epochs 4] [--python PYTHON] [--json]
// Both go through all pictures once an epoch, in turns: PNG files there; here the cache, which is decoded once, when a
// data set is first used (`firstUse`, shown apart and also as if it were part of each epoch). Ready means: a tensor of
// pictures, turned, cropped, varied in grey and normalised, with a sentence each; blur and noise are off on both sides.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Random } from '../../dist/base/index.js';
import { DatasetWriter, encodePng } from '../../dist/data/index.js';
import { TrainingData } from '../../dist/pretrain/data/training-data.js';
import { PretrainRecipe } from '../../dist/pretrain/recipe.js';
import { scope } from '../../dist/tensor/index.js';

const BATCH = 64;
const words = process.argv.slice(2);
const option = (name, otherwise) => (words.includes(name) ? words[words.indexOf(name) + 1] : otherwise);
const pictures = Number(option('--pictures', 512));
const stored = Number(option('--stored', 256));
const size = Number(option('--size', 128));
const epochs = Number(option('--epochs', 4));
const python = option('--python', 'python3');

const folder = join(tmpdir(), `synray-loader-bench-${process.pid}`);
async function main() {
  try {
    await write();
    const recipe = PretrainRecipe.parse({
      objective: { name: 'convirt' },
      image: { size },
      augmentation: { blur: 0, noise: 0 },
      training: { steps: 1, batch: BATCH },
    });
    const opening = performance.now();
    const data = await TrainingData.open({ data: [join(folder, 'data')], recipe, fallback: folder });
    const firstUse = (performance.now() - opening) / 1000;
    const peer = new Peer();
    const steps = Math.floor(pictures / BATCH);
    const epoch = async first => {
      const started = performance.now();
      for (let step = first; step < first + steps; step++) {
        const assembled = await data.load(step);
        scope(() => data.finish(assembled, [4, 4]).ids.length);
      }
      return (steps * BATCH) / ((performance.now() - started) / 1000);
    };
    // One epoch each to start the threads and workers and to warm the disk.
    await epoch(0);
    await peer.epoch();
    const rounds = [];
    const before = process.cpuUsage();
    for (let round = 1; round <= epochs; round++)
      rounds.push({ synray: await epoch(round * steps), python: await peer.epoch() });
    const { user, system } = process.cpuUsage(before);
    const processor = {
      synray: (user + system) / 1000 / (epochs * steps * BATCH),
      python: (1000 * (await peer.end())) / ((epochs + 1) * steps * BATCH),
    };
    await data.close();
    const synray = median(rounds.map(each => each.synray));
    const peers = median(rounds.map(each => each.python));
    const result = {
      pictures,
      stored,
      size,
      batch: BATCH,
      samplesPerSecond: { synray: Math.round(synray), python: Math.round(peers) },
      ratio: round2(median(rounds.map(each => each.synray / each.python))),
      // Other programs on the machine disturb this less.
      processorMilliseconds: { synray: round2(processor.synray), python: round2(processor.python) },
      processorRatio: round2(processor.python / processor.synray),
      firstUse: { seconds: round2(firstUse), picturesPerSecond: Math.round(pictures / firstUse) },
      ratioOverTenEpochsWithFirstUse: round2((10 * pictures) / peers / (firstUse + (10 * pictures) / synray)),
    };
    process.stdout.write(`${JSON.stringify(result, null, words.includes('--json') ? 0 : 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same pictures as a data set and as PNG files: smooth shapes with noise, as chest pictures are to a PNG. */
async function write() {
  mkdirSync(join(folder, 'png'), { recursive: true });
  const writer = await DatasetWriter.create(join(folder, 'data'), '0'.repeat(64));
  const texts = [];
  for (let index = 0; index < pictures; index++) {
    const random = Random.of('bench', index);
    const [x, y, radius] = [random.next(), random.next(), random.uniform(0.1, 0.4)];
    const pixels = Uint8Array.from({ length: stored * stored }, (_, at) => {
      const [column, row] = [(at % stored) / stored, Math.floor(at / stored) / stored];
      const shape = 150 / (1 + ((column - x) ** 2 + (row - y) ** 2) / radius ** 2);
      return shape + 30 * row + random.integer(12);
    });
    const bytes = await encodePng(pixels, stored, stored);
    const id = `bench-${String(index).padStart(6, '0')}`;
    const sentences = ['The heart is of normal size.', `There are ${index} shadows.`, 'No pneumothorax.'];
    texts.push(sentences);
    writeFileSync(join(folder, 'png', `${id}.png`), bytes);
    await writer.add('train', {
      id,
      image: { bytes, path: `${id}.png` },
      findings: sentences.join(' '),
      impression: '',
      labels: [],
      patient: id,
      view: 'PA',
      sex: null,
      age: null,
      mentions: [],
      regions: [],
      verdicts: [],
      source: 'bench',
    });
  }
  writeFileSync(join(folder, 'png', 'texts.json'), JSON.stringify(texts));
  const provenance = { producer: 'bench', version: '0', description: 'Bench.' };
  await writer.finish({ name: 'bench', settings: {}, provenance });
}

/** loader_peer.py in a process. */
class Peer {
  #process;
  #lines;

  constructor() {
    const script = fileURLToPath(new URL('./loader_peer.py', import.meta.url));
    const words = [script, join(folder, 'png'), String(size), String(BATCH)];
    this.#process = spawn(python, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Samples a second of one epoch. */
  async epoch() {
    const { samples, seconds } = await this.#ask('epoch');
    return samples / seconds;
  }

  /** Ends it. @returns Processor seconds of all epochs. */
  async end() {
    const { seconds } = await this.#ask('end');
    this.#process.stdin.end();
    return seconds;
  }

  async #ask(request) {
    this.#process.stdin.write(`${request}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${python} ended: does it have torch and Pillow? (--python)`);
    return JSON.parse(value);
  }
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

function round2(value) {
  return Math.round(value * 100) / 100;
}

await main();
