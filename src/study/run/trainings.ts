import { join } from 'node:path';
import type { PretrainRecipe } from '../../pretrain/index.js';
import type { Study, StudyArm } from '../recipe/index.js';

/** One model of a study. */
export interface Training {
  readonly arm: StudyArm;
  readonly method: string;
  readonly seed: number;
  /** `synthetic/convirt/1`: its folder, and its name in results. */
  readonly name: string;
  readonly recipe: PretrainRecipe;
}

/** All models of a study. Arms come one after the other within a seed, so that a study that is stopped can be read. */
export function trainingsOf(study: Study): Training[] {
  const seeds = [...new Set(study.arms.flatMap(arm => arm.seeds))];
  return seeds.flatMap(seed =>
    study.arms
      .filter(arm => arm.seeds.includes(seed))
      .flatMap(arm =>
        Object.entries(arm.methods).map(([method, settings]): Training => {
          const training = { ...settings.training, steps: arm.steps, seed };
          return {
            arm,
            method,
            seed,
            name: join(arm.name, method, String(seed)),
            recipe: { ...settings, training },
          };
        }),
      ),
  );
}
