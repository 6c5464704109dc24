import { Module } from '../tensor/index.js';
import type { Rows } from './accumulation.js';
import type { TrainingBatch } from './data/training-batch.js';
import { pairsOf } from './encoding.js';
import { Grounding } from './grounding.js';
import { type Objective, type ObjectiveLoss, objectives } from './objectives/index.js';
import type { PretrainRecipe } from './recipe.js';

/** What training makes smaller: the objective, and the terms that the recipe adds to it. */
export class TrainingLoss extends Module {
  readonly objective: Objective;
  readonly grounding: Grounding | undefined;
  readonly #recipe: PretrainRecipe;

  constructor(recipe: PretrainRecipe) {
    super();
    this.#recipe = recipe;
    this.objective = objectives.get(recipe.objective.name)(recipe.objective);
    if (recipe.grounding.weight > 0) this.grounding = new Grounding();
  }

  /** @param rows - The batch's pairs, encoded, and behind its texts the phrases. */
  forward(rows: Rows, batch: TrainingBatch): ObjectiveLoss {
    const { matches, grounding } = batch;
    const count = batch.texts.length;
    const pairs = pairsOf(rows, [0, count], [0, count]);
    const { total, parts } = this.objective.forward(matches === undefined ? pairs : { ...pairs, matches });
    if (this.grounding === undefined || grounding === undefined) return { total, parts };
    const grounded = this.grounding.forward({
      cells: pairs.images.cells,
      phrases: rows.texts!.slice(0, count, count + grounding.phrases.length),
      target: grounding.target,
      known: grounding.known,
    });
    return {
      total: total.add(grounded.mul(this.#recipe.grounding.weight)),
      parts: { ...parts, grounding: grounded },
    };
  }
}
