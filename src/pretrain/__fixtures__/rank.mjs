// One rank of the tests of ranks-data-parallel: node rank.mjs ROLE, over the compiled code. Its place is in the
// environment; without one it is alone and takes the whole batch. The last line of stdout is its result, as JSON.
import { Random } from '../../../dist/base/index.js';
import { DataParallel } from '../../../dist/pretrain/ranks-data-parallel.js';
import { ranksOf } from '../../../dist/pretrain/ranks.js';
import { objectives } from '../../../dist/pretrain/objectives/index.js';
import * as T from '../../../dist/tensor/index.js';

const BATCH = 8;
const WORDS = 5;
const DIMENSION = 6;

/** A small model with all that the ranks must get right: convolution, batch norm, words, a temperature. */
class Model extends T.Module {
  constructor() {
    super();
    this.convolution = new T.Conv2d(1, 4, 3, { padding: 1, bias: false });
    this.norm = new T.BatchNorm2d(4);
    this.image = new T.Linear(4, DIMENSION);
    this.text = new T.Linear(3, DIMENSION);
    this.temperature = T.parameter(T.tensor([0.7]));
    this.onlyFirst = T.parameter(T.tensor([0.3]));
    this.unused = T.parameter(T.tensor([1, 2]));
  }

  encode(pictures, words, mask) {
    const map = this.norm.forward(this.convolution.forward(pictures)).relu();
    const cells = this.image.forward(map.permute([0, 2, 3, 1])).permute([0, 3, 1, 2]);
    const projected = this.text.forward(words);
    const weight = mask.unsqueeze(2);
    return {
      images: { global: cells.mean([2, 3]), cells },
      texts: { global: projected.mul(weight).sum(1).div(weight.sum(1)), words: projected, mask },
    };
  }
}

function values(name, shape) {
  const random = Random.of(7, name, 0);
  const count = shape.reduce((product, size) => product * size, 1);
  return T.tensor(Float32Array.from({ length: count }, () => random.uniform(-1, 1)), { shape });
}

/** The texts have 2 to 5 words, the longest in the second half: the ranks pad to different widths. */
function batch({ start, end }) {
  const lengths = Array.from({ length: BATCH }, (_, row) => (row < BATCH / 2 ? 2 + (row % 2) : 3 + (row % 3)));
  const width = Math.max(...lengths.slice(start, end));
  const mask = lengths.slice(start, end).flatMap(length => Array.from({ length: width }, (_, at) => +(at < length)));
  return {
    pictures: values('pictures', [BATCH, 1, 6, 6]).slice(0, start, end),
    words: values('words', [BATCH, WORDS, 3]).slice(0, start, end).slice(1, 0, width),
    mask: T.tensor(mask, { shape: [end - start, width] }),
  };
}

/** A term over words and cells of all pairs, so that their gathering counts. */
function local({ images, texts }, temperature) {
  const pooled = texts.words.mul(texts.mask.unsqueeze(2)).sum(1);
  return pooled.matmul(images.cells.amax([2, 3]).transpose(0, 1)).mul(temperature).logSoftmax(1).diagonal().mean().neg();
}

/** The pairs of all ranks. */
function together(parallel, { images, texts }) {
  const encoded = { images: images.global, cells: images.cells, texts: texts.global, words: texts.words, mask: texts.mask };
  const { rows } = parallel.whole(encoded, { texts: { length: images.global.shape[0] } });
  return {
    images: { global: rows.images, cells: rows.cells },
    texts: { global: rows.texts, words: rows.words, mask: rows.mask },
  };
}

const step = async (parallel, { bucketBytes } = {}) => {
  const model = new Model();
  for (const [name, weights] of model.namedParameters()) {
    // Ranks begin apart: what rank 0 has must reach the others.
    const own = values(`${parallel?.rank ?? 0} ${name}`, weights.shape);
    T.noGrad(() => weights.copy_(own.mul(0.5)));
  }
  await parallel?.takeFromFirst(model.stateDict());
  if (parallel) T.synchroniseBatchNorm(model, parallel.group);
  const objective = objectives.get('convirt')({ name: 'convirt', temperature: 0.1, lambda: 0.75 });
  parallel?.average(model.parameters(), bucketBytes);
  const losses = [];
  for (let repeat = 0; repeat < 2; repeat++) {
    const rows = batch(parallel?.share(BATCH) ?? { start: 0, end: BATCH });
    const own = model.encode(rows.pictures, rows.words, rows.mask);
    const pairs = parallel === undefined ? own : together(parallel, own);
    let loss = objective.forward(pairs).total.add(local(pairs, model.temperature));
    // A term of one rank's own: its share of the mean is a half.
    if (parallel === undefined) loss = loss.add(model.onlyFirst.mul(0.5).sum());
    else if (parallel.rank === 0) loss = loss.add(model.onlyFirst.sum());
    losses.push(loss.item());
    model.zeroGrad();
    if (parallel) parallel.backward(loss);
    else loss.backward();
  }
  const gradients = Object.fromEntries(
    model.namedParameters().map(([name, weights]) => [name, weights.grad?.toArray() ?? null]),
  );
  const running = Object.fromEntries(model.namedBuffers().map(([name, buffer]) => [name, buffer.toArray()]));
  return { losses, gradients, running };
};

const roles = {
  step: parallel => step(parallel),
  // Each parameter a bucket of its own.
  'small-buckets': parallel => step(parallel, { bucketBytes: 1 }),
  accumulate: async parallel => {
    const weights = T.parameter(T.tensor([1, 2, 3]));
    parallel.average([weights]);
    weights.mul(1 + parallel.rank).sum().backward();
    parallel.backward(weights.mul(10).sum());
    return weights.grad.toArray();
  },
  collectives: async parallel => {
    const sum = T.tensor([parallel.rank + 1, 10]);
    await parallel.group.allReduce([sum, T.tensor([1])], 'sum');
    const mean = T.tensor([parallel.rank], { dtype: 'f64' });
    parallel.group.allReduceSync([mean], 'mean');
    const gathered = parallel.group.allGatherSync([T.tensor([parallel.rank], { dtype: 'i64' })])[0];
    await parallel.barrier();
    return {
      sum: sum.toArray(),
      mean: mean.item(),
      gathered: gathered.map(each => each.item()),
      means: parallel.means({ grounding: parallel.rank * 2 }),
      stop: parallel.agree({ stop: parallel.rank === 1, broken: false }),
      broken: parallel.agree({ stop: false, broken: parallel.rank === 1 }),
      calm: parallel.agree({ stop: false, broken: false }),
      differ: await parallel.expectSame('the step', parallel.rank).catch(error => error.message),
    };
  },
  // While the others wait for it, timers and signals have their turn.
  'late-second': async parallel => {
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    if (parallel.rank === 1) await new Promise(resolve => setTimeout(resolve, 500));
    await parallel.barrier();
    clearInterval(timer);
    return { turns };
  },
  // Rank 1 ends in the middle, or hangs; rank 0 goes on and on.
  forever: async parallel => {
    process.stdout.write('ready\n');
    for (;;) {
      parallel.agree({ stop: false, broken: false });
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  },
};

try {
  const ranks = ranksOf();
  const parallel = ranks === undefined ? undefined : await DataParallel.start(ranks);
  const result = await roles[process.argv[2]](parallel);
  await parallel?.end();
  process.stdout.write(`${JSON.stringify(result)}\n`);
} catch (error) {
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exitCode = error.exitCode ?? 1;
}
