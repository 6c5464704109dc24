import { Module, type Tensor } from '../tensor/index.js';
import type { Rows } from './accumulation.js';
import type { GroundingTargets } from './data/training-batch.js';
import { pairsOf } from './encoding.js';
import { groundingFor } from './grounding.js';
import type { GroundingTerm } from './grounding-term.js';
import { type Objective, type ObjectiveLoss, objectives } from './objectives/index.js';
import type { PretrainRecipe } from './recipe.js';
import { TwinContrast } from './twins.js';

/** What the loss has to know of a batch besides the encoded rows. */
export interface LossBatch {
  /** As many as there are pairs. */
  readonly texts: { readonly length: number };
  readonly matches?: Tensor;
  readonly grounding?: GroundingTargets;
  readonly twins?: { readonly owners: readonly number[] };
}

/** What training makes smaller: the objective, and the terms that the recipe adds to it. */
export class TrainingLoss extends Module {
  readonly objective: Objective;
  readonly grounding: GroundingTerm | undefined;
  readonly twins: TwinContrast | undefined;
  readonly #recipe: PretrainRecipe;

  constructor(recipe: PretrainRecipe) {
    super();
    const { objective, grounding, twins } = recipe;
    this.#recipe = recipe;
    this.objective = objectives.get(objective.name)(objective);
    if (grounding.weight > 0) this.grounding = groundingFor(objective);
    if (twins.weight > 0) this.twins = new TwinContrast(twins.temperature);
  }

  /** Whether it looks at the cells of pictures. */
  get readsCells(): boolean {
    return this.objective.readsCells || this.grounding !== undefined;
  }

  /** @param rows - What the encoders made of {@link encoderInputs} of the batch. */
  forward(rows: Rows, batch: LossBatch): ObjectiveLoss {
    const { matches, grounding, twins } = batch;
    const count = batch.texts.length;
    const pairs = pairsOf(rows, [0, count], [0, count]);
    const loss = this.objective.forward(matches === undefined ? pairs : { ...pairs, matches });
    const parts = { ...loss.parts };
    let { total } = loss;
    const phrases = count + (grounding?.phrases.length ?? 0);
    if (this.grounding !== undefined && grounding !== undefined) {
      const { images, texts } = pairsOf(rows, [0, count], [count, phrases]);
      const { target, known } = grounding;
      const { global, words, mask } = texts;
      const term = this.grounding.forward({
        cells: images.cells,
        phrases: global,
        words,
        mask,
        target,
        known,
      });
      total = total.add(term.mul(this.#recipe.grounding.weight));
      parts.grounding = term;
    }
    if (this.twins !== undefined && twins !== undefined) {
      const { owners } = twins;
      const [named, denied] = [phrases + owners.length, phrases + 2 * owners.length];
      const term = this.twins.forward({
        images: pairs.images.global,
        twins: rows.images!.slice(0, count, count + owners.length),
        owners,
        texts: rows.texts!.slice(0, phrases, named),
        denials: rows.texts!.slice(0, named, denied),
      });
      total = total.add(term.mul(this.#recipe.twins.weight));
      parts.twins = term;
    }
    return { total, parts };
  }
}
