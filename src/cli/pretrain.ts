import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addVerb, print, repeated, type Session, wholeNumber } from './verb.js';

/** `synray pretrain` */
export function pretrainVerb(program: Command, session: Session): void {
  addVerb(program, 'pretrain', 'train a vision-language model on pairs', [
    'pretrain recipes/convirt-small.yaml --data runs/synthetic --out runs/convirt',
    'pretrain recipes/convirt-small.yaml --data runs/synthetic=1 --data runs/mine=2 --out runs/mix --resume',
    'pretrain recipes/convirt-small.yaml --data runs/mine --objective gloria --set training.batch=48 --out runs/gloria',
  ])
    .argument('<recipe>', 'YAML file with a `pretrain` part')
    .option(
      '--data <dataset[=weight]>',
      "data set to train on, instead of the recipe's (may be given again); the weight says how often its pairs " +
        'come up against those of others',
      repeated,
    )
    .requiredOption('--out <folder>', 'folder of the run')
    .option(
      '--objective <name>',
      "convirt, gloria, clip or siglip with its usual settings, instead of the recipe's",
    )
    .option('--set <key=value>', 'another value for a key of the recipe (may be given again)', repeated)
    .option('--steps <n>', "training steps, instead of the recipe's", wholeNumber(1))
    .option('--seed <n>', "seed, instead of the recipe's", wholeNumber(0))
    .option('--skip-bad', 'leave out samples and shards that cannot be read, and say which')
    .option('--resume', 'go on from the last checkpoint')
    .action(async (path, options) => {
      const { changeRecipe, dataSourceIn, pretrain, readPretrainRecipe, recipeChangeIn } = await import(
        '../pretrain/index.js'
      );
      const { objective, steps, seed, set = [] } = options;
      const recipe = changeRecipe(await readPretrainRecipe(path), [
        ...(objective === undefined ? [] : [{ key: 'objective', value: { name: objective } }]),
        ...set.map(recipeChangeIn),
        ...(steps === undefined ? [] : [{ key: 'training.steps', value: steps }]),
        ...(seed === undefined ? [] : [{ key: 'training.seed', value: seed }]),
      ]);
      const progress = watchProgress('training', 'steps');
      const result = await pretrain({
        recipe,
        ...(options.data === undefined ? {} : { data: options.data.map(dataSourceIn) }),
        out: options.out,
        skipBad: options.skipBad === true,
        resume: options.resume === true,
        signal: session.signal,
        onProgress: ({ step, steps, loss, imagesPerSecond }) =>
          progress.update(step, steps, `${imagesPerSecond.toFixed(0)} pictures/s, loss ${loss.toFixed(3)}`),
      }).finally(progress.stop);
      // One of several processes speaks for all.
      if (result.rank > 0) return;
      const where = result.finished ? result.model : `${options.out}, stopped (--resume goes on)`;
      const best =
        result.best === undefined
          ? ''
          : `, best validation loss ${result.best.loss.toFixed(3)} at step ${result.best.step}`;
      print(session, options, {
        json: result,
        text:
          `${where}: ${result.steps} steps in ${result.seconds.toFixed(0)} s, ` +
          `${result.imagesPerSecond.toFixed(0)} pictures/s, loss ${result.loss.toFixed(3)}${best}`,
      });
    });
}
