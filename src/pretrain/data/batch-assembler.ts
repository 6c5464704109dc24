import { Random, UsageError } from '../../base/index.js';
import { redraw } from '../../images/index.js';
import type { PretrainRecipe } from '../recipe.js';
import { Facts } from './agreement.js';
import { drawVariation, type Variation } from './augmentation.js';
import type { PixelCache, StoredSample } from './cache-files.js';
import { CHANGE_CELLS } from './change-map.js';
import { Mixture } from './mixture.js';
import { choosePhrases, linkPhrases, type PhraseLinks } from './phrases.js';
import { SampleOrder } from './sample-order.js';
import { type Statement, saysSide } from './statements.js';
import { chooseText } from './text-choice.js';
import { chooseTwin } from './twin-choice.js';

/**
 * Which part of a step's pairs is wanted: of `worldSize` ranks that each take `training.batch` pairs a step, in
 * order, those of `rank`.
 */
export interface BatchPart {
  readonly rank: number;
  readonly worldSize: number;
}

/** The part of one process that trains alone. */
export const WHOLE: BatchPart = { rank: 0, worldSize: 1 };

/** A cache to train on. */
export interface WeightedCache {
  readonly cache: PixelCache;
  /** Against those of the other data sets; by the number of samples where none has one. */
  readonly weight?: number | undefined;
}

/** The pairs of a step before they become tensors: plain memory, to be handed from thread to thread. */
export interface AssembledBatch {
  readonly step: number;
  readonly part: BatchPart;
  readonly ids: readonly string[];
  readonly texts: readonly string[];
  /** N × S × S. */
  readonly pixels: Uint8Array;
  readonly variations: readonly Variation[];
  /** G × G of all ranks' pairs together: 1 where a text is right for a picture. */
  readonly matches?: Float32Array | undefined;
  readonly grounding?: AssembledGrounding | undefined;
  readonly twins?: AssembledTwins | undefined;
}

export interface AssembledGrounding {
  readonly phrases: readonly string[];
  readonly links: PhraseLinks;
  /** R × 32 × 32: the change maps of all regions. */
  readonly changes: Uint8Array;
  /** For each region the row of its picture. */
  readonly owners: readonly number[];
}

export interface AssembledTwins {
  /** M × S × S. */
  readonly pixels: Uint8Array;
  /** For each twin the row of its picture. */
  readonly owners: readonly number[];
  /** For each twin words for the finding that it lacks. */
  readonly texts: readonly string[];
  /** For each twin words that deny that finding. */
  readonly denials: readonly string[];
}

/** One pair as drawn. */
interface Drawn {
  readonly cache: PixelCache;
  readonly row: number;
  readonly epoch: number;
  readonly sample: StoredSample;
}

/**
 * Share of pictures whose display is drawn anew, where that is asked for. Not all: burnt-in words and borders are in
 * stored displays only, and a display takes half as long to draw as a small model takes to learn from it.
 */
const REDRAWN = 0.5;

/** Draws the pairs of steps and reads them. Every batch is a function of recipe, data and step. */
export class BatchAssembler {
  readonly #recipe: PretrainRecipe;
  readonly #sources: readonly WeightedCache[];
  readonly #mixture: Mixture;
  readonly #orders: readonly SampleOrder[];

  /** @throws UsageError when the recipe asks for readings or twins and no cache has any. */
  constructor(sources: readonly WeightedCache[], recipe: PretrainRecipe) {
    const { seed } = recipe.training;
    refuseMissing(sources, recipe);
    this.#recipe = recipe;
    this.#sources = sources;
    this.#mixture = new Mixture(weightsOf(sources), seed);
    this.#orders = sources.map(({ cache }, source) => new SampleOrder(cache.count, seed, source));
  }

  /** @param step - 0 for the first. */
  assemble(step: number, part: BatchPart = WHOLE): AssembledBatch {
    const { training, text, augmentation, grounding, twins, sharedTextPositive } = this.#recipe;
    const { batch, seed } = training;
    // What is chosen over the whole batch must be the same on every rank: all ranks' texts are read on each.
    const together = sharedTextPositive || grounding.weight > 0;
    const [from, count] = together ? [0, batch * part.worldSize] : [batch * part.rank, batch];
    const first = step * batch * part.worldSize + from;
    const all = Array.from({ length: count }, (_, place) => this.#draw(first + place));
    const start = together ? batch * part.rank : 0;
    const own = all.slice(start, start + batch);

    const random = (purpose: string, { sample, epoch }: Drawn) => Random.of(seed, purpose, sample.id, epoch);
    const speak = (drawn: Drawn) => chooseText(drawn.sample, text, random('text', drawn));
    const spoken = (sharedTextPositive ? all : own).map(speak);
    const variations = own.map(drawn => {
      const mayMirror = augmentation.flip > 0 && !drawn.sample.statements.some(saysSide);
      return drawVariation(augmentation, random('picture', drawn), mayMirror);
    });
    const redrawn = own.map(
      drawn =>
        augmentation.redraw &&
        drawn.sample.redrawnAs !== undefined &&
        random('redraw', drawn).chance(REDRAWN),
    );
    const ownSpoken = sharedTextPositive ? spoken.slice(start, start + batch) : spoken;
    return {
      step,
      part,
      ids: own.map(({ sample }) => sample.id),
      texts: ownSpoken.map(statement => statement.text),
      pixels: this.#pictures(own, redrawn),
      variations,
      matches: sharedTextPositive ? agreement(all, spoken) : undefined,
      grounding: grounding.weight > 0 ? this.#ground(step, all, own) : undefined,
      twins: twins.weight > 0 ? this.#twins(own, redrawn, variations, random) : undefined,
    };
  }

  #draw(turn: number): Drawn {
    const { source, position } = this.#mixture.at(turn);
    const { cache } = this.#sources[source]!;
    const { index, epoch } = this.#orders[source]!.at(position);
    return { cache, row: index, epoch, sample: cache.sample(index) };
  }

  /** N × S × S; the same display for the same epoch. */
  #pictures(own: readonly Drawn[], redrawn: readonly boolean[]): Uint8Array {
    const { size } = this.#recipe.image;
    const { seed } = this.#recipe.training;
    const pixels = new Uint8Array(own.length * size * size);
    own.forEach(({ cache, row, epoch, sample }, place) => {
      const picture = pixels.subarray(place * size * size, (place + 1) * size * size);
      if (redrawn[place] !== true) cache.readPixels(row, picture);
      else picture.set(redraw(cache.reading(sample), size, sample.redrawnAs!, seed, sample.id, epoch));
    });
    return pixels;
  }

  #ground(step: number, all: readonly Drawn[], own: readonly Drawn[]): AssembledGrounding | undefined {
    const { training, grounding } = this.#recipe;
    const random = Random.of(training.seed, 'phrases', step);
    const phrases = choosePhrases(
      all.map(({ sample }) => sample),
      grounding,
      random,
    );
    if (phrases.length === 0) return undefined;
    const owners = own.flatMap(({ sample }, place) => sample.regions.map(() => place));
    const changes = new Uint8Array(owners.length * CHANGE_BYTES);
    let at = 0;
    for (const { cache, sample } of own) {
      const end = at + sample.regions.length * CHANGE_BYTES;
      cache.readChanges(sample, changes.subarray(at, end));
      at = end;
    }
    const links = linkPhrases(
      own.map(({ sample }) => sample),
      phrases,
    );
    return { phrases: phrases.map(phrase => phrase.text), links, changes, owners };
  }

  /**
   * Twins of pictures as stored: beside a display that was drawn anew, the display would tell a picture from its
   * twin.
   */
  #twins(
    own: readonly Drawn[],
    redrawn: readonly boolean[],
    variations: readonly Variation[],
    random: (purpose: string, drawn: Drawn) => Random,
  ): AssembledTwins | undefined {
    const { size } = this.#recipe.image;
    const chosen = own.flatMap((drawn, owner) => {
      const { cache, sample } = drawn;
      if (redrawn[owner] === true || !sample.regions.some(({ twin }) => twin)) return [];
      const draws = random('twin', drawn);
      if (!draws.chance(this.#recipe.twins.share)) return [];
      const changes = new Uint8Array(sample.regions.length * CHANGE_BYTES);
      cache.readChanges(sample, changes);
      const choice = chooseTwin(sample, changes, variations[owner]!, draws);
      return choice === undefined ? [] : [{ cache, sample, owner, ...choice }];
    });
    if (chosen.length === 0) return undefined;
    const pixels = new Uint8Array(chosen.length * size * size);
    chosen.forEach(({ cache, sample, region }, place) => {
      cache.readTwin(sample, region, pixels.subarray(place * size * size, (place + 1) * size * size));
    });
    return {
      pixels,
      owners: chosen.map(({ owner }) => owner),
      texts: chosen.map(({ text }) => text),
      denials: chosen.map(({ denial }) => denial),
    };
  }
}

const CHANGE_BYTES = CHANGE_CELLS * CHANGE_CELLS;

/** The memory of a batch that can be handed over instead of copied. */
export function memoryOf({ pixels, matches, grounding, twins }: AssembledBatch): ArrayBufferLike[] {
  const parts = [pixels, matches, grounding?.changes, twins?.pixels];
  return parts.flatMap(part => (part === undefined ? [] : [part.buffer]));
}

function weightsOf(sources: readonly WeightedCache[]): number[] {
  const bySize = sources.every(({ weight }) => weight === undefined);
  return sources.map(({ cache, weight }) => (bySize ? cache.count : (weight ?? 1)));
}

function refuseMissing(sources: readonly WeightedCache[], recipe: PretrainRecipe): void {
  const heads = sources.map(({ cache }) => cache.head);
  if (recipe.augmentation.redraw && heads.every(({ readings }) => readings === 0)) {
    throw new UsageError({
      fault: 'augmentation.redraw is set and no sample stores what its detector read',
      mend: 'make the data with generate.image.attenuation: true, or leave redraw out',
    });
  }
  if (recipe.twins.weight > 0 && heads.every(({ twins }) => twins === 0)) {
    throw new UsageError({
      fault: 'twins.weight is set and no sample stores a twin',
      mend: 'make the data with generate.image.twins: true, or leave twins out',
    });
  }
}

/** G × G: 1 in row i, column j where text j is true of picture i; its own text always is. */
function agreement(drawn: readonly Drawn[], texts: readonly Statement[]): Float32Array {
  const count = drawn.length;
  const matches = new Float32Array(count * count);
  drawn.forEach(({ sample }, row) => {
    const facts = new Facts(sample.statements);
    texts.forEach((text, column) => {
      if (row === column || facts.allow(text)) matches[row * count + column] = 1;
    });
  });
  return matches;
}
