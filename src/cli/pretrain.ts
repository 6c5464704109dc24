import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addVerb, print, repeated, type Session, wholeNumber } from './verb.js';

/** `synray pretrain` */
export function pretrainVerb(program: Command, session: Session): void {
  addVerb(program, 'pretrain', 'train a vision-language model on pairs', [
    'pretrain recipes/convirt-small.yaml --data runs/synthetic --out runs/convirt',
    'pretrain recipes/convirt-small.yaml --data runs/synthetic --data runs/mine --out runs/mix --resume',
  ])
    .argument('<recipe>', 'YAML file with a `pretrain` part')
    .requiredOption('--data <dataset>', 'data set to train on (may be given again)', repeated)
    .requiredOption('--out <folder>', 'folder of the run')
    .option('--steps <n>', "training steps, instead of the recipe's", wholeNumber(1))
    .option('--seed <n>', "seed, instead of the recipe's", wholeNumber(0))
    .option('--resume', 'go on from the last checkpoint')
    .action(async (path, options) => {
      const { pretrain, readPretrainRecipe } = await import('../pretrain/index.js');
      const recipe = await readPretrainRecipe(path);
      const { steps = recipe.training.steps, seed = recipe.training.seed } = options;
      const progress = watchProgress('training', 'steps');
      const result = await pretrain({
        recipe: { ...recipe, training: { ...recipe.training, steps, seed } },
        data: options.data,
        out: options.out,
        resume: options.resume === true,
        signal: session.signal,
        onProgress: ({ step, steps, loss }) => progress.update(step, steps, `loss ${loss.toFixed(3)}`),
      }).finally(progress.stop);
      const where = result.finished ? result.model : `${options.out}, stopped (--resume goes on)`;
      print(session, options, {
        json: result,
        text:
          `${where}: ${result.steps} steps in ${result.seconds.toFixed(0)} s, ` +
          `${result.imagesPerSecond.toFixed(0)} images/s, loss ${result.loss.toFixed(3)}`,
      });
    });
}
