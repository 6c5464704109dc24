import { Random, UsageError } from '../../base/index.js';
import { redraw } from '../../images/index.js';
import { cat, type Tensor, tensor } from '../../tensor/index.js';
import type { PretrainRecipe } from '../recipe.js';
import { Facts } from './agreement.js';
import { drawVariation, type Variation, varyChanges, varyPictures } from './augmentation.js';
import { choosePhrases, type Phrase, phraseTargets } from './phrases.js';
import type { CachedSample, PixelCache } from './pixel-cache.js';
import { type Draw, SampleOrder } from './sample-order.js';
import { nameOf, type Statement } from './statements.js';

/** The pairs of one step. */
export interface TrainingBatch {
  readonly ids: readonly string[];
  /** N texts, one a picture. */
  readonly texts: readonly string[];
  /** N × 1 × S × S, f32, varied and normalised. */
  readonly pictures: Tensor;
  /** N × N: 1 where a text is right for a picture. Left out when only its own is. */
  readonly matches?: Tensor;
  readonly grounding?: GroundingTargets;
}

/** What the grounded term asks for. */
export interface GroundingTargets {
  readonly phrases: readonly string[];
  /** N × P × h × w. */
  readonly target: Tensor;
  /** N × P. */
  readonly known: Tensor;
}

/** Where a sample lies: which cache, and its row, first change map and reading (if it has one) there. */
interface Place {
  readonly cache: PixelCache;
  readonly row: number;
  readonly firstChange: number;
  readonly reading: number;
}

/**
 * Share of pictures whose display is drawn anew, where that is asked for. Not all: burnt-in words and borders are in
 * stored displays only, and a display takes half as long to draw as a small model takes to learn from it.
 */
const REDRAWN = 0.5;

/** The pairs of one or more data sets, dealt out by step. Every batch is a function of recipe, data and step. */
export class TrainingData {
  readonly count: number;
  /** The caches' fingerprints: a run can only go on with the same data. */
  readonly fingerprint: string;
  readonly #recipe: PretrainRecipe;
  readonly #places: Place[] = [];
  readonly #order: SampleOrder;

  /** @throws UsageError when displays are to be redrawn and no cache has a reading. */
  constructor(
    readonly caches: readonly PixelCache[],
    recipe: PretrainRecipe,
  ) {
    for (const cache of caches) {
      let firstChange = 0;
      let reading = 0;
      cache.samples.forEach((sample, row) => {
        this.#places.push({ cache, row, firstChange, reading });
        firstChange += sample.regions.length;
        if (sample.redrawnAs !== undefined) reading++;
      });
    }
    if (recipe.augmentation.redraw && caches.every(cache => cache.readings === undefined)) {
      throw new UsageError({
        fault: 'augmentation.redraw is set and no sample stores what its detector read',
        mend: 'make the data with generate.image.attenuation: true, or leave redraw out',
      });
    }
    this.count = this.#places.length;
    this.fingerprint = caches.map(cache => cache.fingerprint).join(' ');
    this.#recipe = recipe;
    this.#order = new SampleOrder(this.count, recipe.training.seed);
  }

  /** Every sentence and bare name that training may show, for learning a vocabulary. */
  *texts(): Generator<string> {
    for (const { samples } of this.caches) {
      for (const { statements } of samples) {
        for (const { text, claims } of statements) {
          yield text;
          for (const claim of claims) yield nameOf(claim, true);
        }
      }
    }
  }

  /**
   * The pairs of a step. Makes tensors: call it inside a scope.
   * @param step - 0 for the first.
   * @param cells - h and w of the image encoder's map.
   */
  batch(step: number, cells: readonly [number, number]): TrainingBatch {
    const { training, text, augmentation, grounding, sharedTextPositive } = this.#recipe;
    const draws = Array.from({ length: training.batch }, (_, place) =>
      this.#order.at(step * training.batch + place),
    );
    const samples = draws.map(({ index }) => this.#sample(index));
    const random = (purpose: string, place: number) =>
      Random.of(training.seed, purpose, samples[place]!.id, draws[place]!.epoch);
    const spoken = samples.map((sample, place) =>
      chooseText(sample.statements, text.phraseShare, random('text', place)),
    );
    const variations = draws.map((_, place) => drawVariation(augmentation, random('picture', place)));
    const stored = this.#gather(draws);
    const shown = augmentation.redraw ? this.#redraw(stored, draws) : stored;
    const pixels = shown.to({ device: training.device });
    const matches = sharedTextPositive ? agreement(samples, spoken) : undefined;
    return {
      ids: samples.map(sample => sample.id),
      texts: spoken.map(statement => statement.text),
      pictures: varyPictures(pixels, variations),
      ...(matches === undefined ? {} : { matches: matches.to({ device: training.device }) }),
      ...(grounding.weight > 0 ? this.#ground(step, draws, samples, variations, cells) : {}),
    };
  }

  #sample(index: number): CachedSample {
    const { cache, row } = this.#places[index]!;
    return cache.samples[row]!;
  }

  /** N × S × S, u8, in the order of the draws. */
  #gather(draws: readonly Draw[]): Tensor {
    return gatherRows(
      draws.map(({ index }) => {
        const { cache, row } = this.#places[index]!;
        return { from: cache.pixels, row };
      }),
    );
  }

  /** The pictures with another display where their readings are stored, the same for the same epoch. */
  #redraw(stored: Tensor, draws: readonly Draw[]): Tensor {
    const { seed } = this.#recipe.training;
    const pixels = stored.toTypedArray() as Uint8Array;
    const size = stored.shape[1]!;
    draws.forEach(({ index, epoch }, place) => {
      const { cache, reading } = this.#places[index]!;
      const { id, redrawnAs } = this.#sample(index);
      if (redrawnAs === undefined || !Random.of(seed, 'redraw', id, epoch).chance(REDRAWN)) return;
      const bits = cache.readings!.select(0, reading).toTypedArray({ share: true });
      const values = new Uint16Array(bits.buffer, bits.byteOffset, bits.length);
      pixels.set(redraw(values, size, redrawnAs, seed, id, epoch), place * size * size);
    });
    return tensor(pixels, { shape: stored.shape });
  }

  #ground(
    step: number,
    draws: readonly Draw[],
    samples: readonly CachedSample[],
    variations: readonly Variation[],
    cells: readonly [number, number],
  ): { grounding?: GroundingTargets } {
    const { training, grounding } = this.#recipe;
    const phrases: Phrase[] = choosePhrases(samples, grounding, Random.of(training.seed, 'phrases', step));
    if (phrases.length === 0) return {};
    const owners: number[] = [];
    const rows: { from: Tensor; row: number }[] = [];
    draws.forEach(({ index }, place) => {
      const { cache, firstChange } = this.#places[index]!;
      samples[place]!.regions.forEach((_, region) => {
        owners.push(place);
        rows.push({ from: cache.changes!, row: firstChange + region });
      });
    });
    const changes =
      rows.length === 0
        ? new Float32Array(0)
        : varyChanges(
            gatherRows(rows),
            owners.map(place => variations[place]!),
            cells,
          ).toFloat32();
    const { target, known } = phraseTargets(samples, phrases, changes, cells[0] * cells[1]);
    const { device } = training;
    const shape = [samples.length, phrases.length];
    return {
      grounding: {
        phrases: phrases.map(phrase => phrase.text),
        target: tensor(target, { shape: [...shape, ...cells] }).to({ device }),
        known: tensor(known, { shape }).to({ device }),
      },
    };
  }
}

/** One sentence of the report (ConVIRT, section 3.1), or now and then the bare name of something it says. */
function chooseText(statements: readonly Statement[], phraseShare: number, random: Random): Statement {
  const bare = random.chance(phraseShare);
  const statement = random.pick(statements);
  const named = statement.claims.filter(claim => claim.state !== 'uncertain');
  if (!bare || named.length === 0) return statement;
  const { side, ...anySide } = random.pick(named);
  const claim = side !== undefined && random.chance(0.5) ? { ...anySide, side } : anySide;
  return { text: nameOf(claim, true), claims: [claim] };
}

/** N × N: 1 in row i, column j where text j is true of picture i; its own text always is. */
function agreement(samples: readonly CachedSample[], texts: readonly Statement[]): Tensor {
  const count = samples.length;
  const matches = new Float32Array(count * count);
  samples.forEach(({ statements }, row) => {
    const facts = new Facts(statements);
    texts.forEach((text, column) => {
      if (row === column || facts.allow(text)) matches[row * count + column] = 1;
    });
  });
  return tensor(matches, { shape: [count, count] });
}

/** Rows of one or more tensors as one, in order. Each tensor is read once, in the order of its file. */
function gatherRows(rows: readonly { from: Tensor; row: number }[]): Tensor {
  const sources = [...new Set(rows.map(({ from }) => from))];
  const order: number[] = [];
  const parts = sources.map(source => {
    const places = rows.flatMap(({ from }, place) => (from === source ? [place] : []));
    order.push(...places);
    return source.indexSelect(0, tensor(BigInt64Array.from(places, place => BigInt(rows[place]!.row))));
  });
  if (parts.length === 1) return parts[0]!;
  const back = new BigInt64Array(order.length);
  order.forEach((place, position) => {
    back[place] = BigInt(position);
  });
  return cat(parts, 0).indexSelect(0, tensor(back));
}
