import type { Command } from 'commander';
import { addVerb, print, repeated, type Session, wholeNumber } from './verb.js';

/** `synray quickstart` */
export function quickstartVerb(program: Command, session: Session): void {
  addVerb(program, 'quickstart', 'the whole way, small, from nothing: reports, X-rays, a model, its scores', [
    'quickstart --out runs/quickstart',
    'quickstart --out runs/qs --real runs/nih --json',
  ])
    .option('--out <folder>', 'folder of the run', 'runs/quickstart')
    .option('--recipe <file>', 'settings (default: recipes/quickstart.yaml of the package)')
    .option('--pairs <n>', 'pairs to train on', wholeNumber(16))
    .option('--steps <n>', 'training steps', wholeNumber(1))
    .option('--seed <n>', 'seed of everything', wholeNumber(0))
    .option('--real <dataset>', 'also score on this data set of real pictures (may be given again)', repeated)
    .action(async options => {
      const { formatQuickstart, quickstart } = await import('../study/index.js');
      const result = await quickstart({ ...options, signal: session.signal });
      print(session, options, { json: result, text: formatQuickstart(result) });
    });
}
