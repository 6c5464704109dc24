import { cat, fromTypedArray, randn, type Tensor, tensor } from '../../tensor/index.js';
import type { PretrainRecipe } from '../recipe.js';
import { varyChanges, varyPictures } from './augmentation.js';
import type { AssembledBatch, AssembledGrounding } from './batch-assembler.js';
import { CHANGE_CELLS } from './change-map.js';
import { phraseTargets } from './phrases.js';

/** The pairs of one step: of this rank, where there are several. */
export interface TrainingBatch {
  readonly ids: readonly string[];
  /** N texts, one a picture. */
  readonly texts: readonly string[];
  /** N × 1 × S × S, f32, varied and normalised. */
  readonly pictures: Tensor;
  /** G × G over the pairs of all ranks in order: 1 where a text is right for a picture. Left out when only its own is. */
  readonly matches?: Tensor;
  readonly grounding?: GroundingTargets;
  readonly twins?: TwinPictures;
}

/** What the grounded term asks for. */
export interface GroundingTargets {
  /** P phrases, the same on every rank. */
  readonly phrases: readonly string[];
  /** N × P × h × w. */
  readonly target: Tensor;
  /** N × P. */
  readonly known: Tensor;
}

/** Pictures of patients of the batch without one of their findings. */
export interface TwinPictures {
  /** M × 1 × S × S, f32, varied as the pictures whose twins they are, down to the noise. */
  readonly pictures: Tensor;
  /** For each twin the row of its picture in the batch. */
  readonly owners: readonly number[];
  /** For each twin words for the finding that it lacks. */
  readonly texts: readonly string[];
  /** For each twin words that deny that finding: true of the twin, not of the picture. */
  readonly denials: readonly string[];
}

/**
 * Makes tensors of a batch and varies its pictures on the recipe's device. Call it inside a scope. Noise comes from
 * the device's generator; it is drawn for the pictures of all ranks, so that each gets what it would get alone.
 * @param cells - h and w of the image encoder's map.
 */
export function finishBatch(
  assembled: AssembledBatch,
  recipe: PretrainRecipe,
  cells: readonly [number, number],
): TrainingBatch {
  const { ids, texts, matches, grounding, twins, variations } = assembled;
  const { device } = recipe.training;
  const { size } = recipe.image;
  const count = ids.length;
  const load = (pixels: Uint8Array, rows: number) =>
    fromTypedArray(pixels, [rows, size, size]).to({ device });
  const own = load(assembled.pixels, count);
  const owners = twins?.owners ?? [];
  const pixels = twins === undefined ? own : cat([own, load(twins.pixels, owners.length)], 0);
  const varied = varyPictures(pixels, [...variations, ...owners.map(owner => variations[owner]!)], () =>
    noiseFor(assembled, size, device),
  );
  const gathered = count * assembled.part.worldSize;
  return {
    ids,
    texts,
    pictures: twins === undefined ? varied : varied.slice(0, 0, count),
    ...(matches === undefined
      ? {}
      : { matches: tensor(matches, { shape: [gathered, gathered] }).to({ device }) }),
    ...(grounding === undefined ? {} : { grounding: ground(grounding, assembled, cells, device) }),
    ...(twins === undefined ? {} : { twins: { ...twins, pictures: varied.slice(0, count) } }),
  };
}

/** Normal draws for the pictures of this rank and their twins, which have those of their owners. */
function noiseFor({ ids, part, twins }: AssembledBatch, size: number, device: string): Tensor {
  const count = ids.length;
  const all = randn([count * part.worldSize, 1, size, size], { device });
  if (part.worldSize === 1 && twins === undefined) return all;
  const first = part.rank * count;
  const rows = [...Array(count).keys(), ...(twins?.owners ?? [])].map(row => BigInt(first + row));
  return all.indexSelect(0, tensor(BigInt64Array.from(rows)).to({ device }));
}

function ground(
  { phrases, links, changes, owners }: AssembledGrounding,
  { ids, variations }: AssembledBatch,
  cells: readonly [number, number],
  device: string,
): GroundingTargets {
  const regions = owners.length;
  const maps =
    regions === 0
      ? undefined
      : varyChanges(
          fromTypedArray(changes, [regions, CHANGE_CELLS, CHANGE_CELLS]).to({ device }),
          owners.map(owner => variations[owner]!),
          cells,
        ).reshape([regions, cells[0] * cells[1]]);
  const { target, known } = phraseTargets(links, maps, cells[0] * cells[1], device);
  const shape = [ids.length, phrases.length];
  return {
    phrases,
    target: target.reshape([...shape, ...cells]),
    known: known.reshape(shape),
  };
}
