import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addVerb, print, repeated, type Session } from './verb.js';

/** `synray pretrain` */
export function pretrainVerb(program: Command, session: Session): void {
  addVerb(program, 'pretrain', 'train a vision-language model on pairs', [
    'pretrain recipes/convirt-small.yaml --data runs/synthetic --out runs/convirt',
    'pretrain recipes/convirt-small.yaml --data runs/synthetic --data runs/mine --out runs/mix --resume',
  ])
    .argument('<recipe>', 'YAML file with a `pretrain` part')
    .requiredOption('--data <dataset>', 'data set to train on (may be given again)', repeated)
    .requiredOption('--out <folder>', 'folder of the run')
    .option('--resume', 'go on from the last checkpoint')
    .action(async (recipe, options) => {
      const { pretrain, readPretrainRecipe } = await import('../pretrain/index.js');
      const progress = watchProgress('training', 'steps');
      const result = await pretrain({
        recipe: await readPretrainRecipe(recipe),
        data: options.data,
        out: options.out,
        resume: options.resume === true,
        signal: session.signal,
        onProgress: ({ step, steps, loss }) => progress.update(step, steps, `loss ${loss.toFixed(3)}`),
      }).finally(progress.stop);
      print(session, options, {
        json: result,
        text:
          `${result.finished ? result.model : `stopped; --resume goes on. ${options.out}`}: ${result.steps} steps in ${result.seconds.toFixed(0)} s, ` +
          `${result.imagesPerSecond.toFixed(0)} images/s, loss ${result.loss.toFixed(3)}`,
      });
    });
}
