import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addVerb, print, type Session } from './verb.js';

/** `synray generate` */
export function generateVerb(program: Command, session: Session): void {
  addVerb(
    program,
    'generate',
    'make a data set: plan, reports, pictures, curation; goes on where it stopped',
    ['generate recipes/reader.yaml --out runs/synthetic'],
  )
    .argument(
      '<recipe>',
      'YAML file with a `generate` part; its `image` part asks for 16 bits, attenuation, twins',
    )
    .requiredOption('--out <folder>', 'folder of the data set')
    .action(async (recipe, options) => {
      const { generate, readGenerateRecipe } = await import('../jobs/index.js');
      const progress = watchProgress('pairs', 'pairs');
      const result = await generate({
        recipe: await readGenerateRecipe(recipe),
        out: options.out,
        signal: session.signal,
        onProgress: progress.update,
      }).finally(progress.stop);
      print(session, options, {
        json: result,
        text: `${result.out}: ${result.pairs} pairs in ${result.seconds.toFixed(0)} s, ${result.setAside} set aside`,
      });
    });
}
