import type { Command } from 'commander';
import { addVerb, print, repeated, type Session, wholeNumber } from './verb.js';

/** `synray quickstart` */
export function quickstartVerb(program: Command, session: Session): void {
  addVerb(
    program,
    'quickstart',
    'real, synthetic and mixed pairs against each other, small, from nothing: data, models, scores, a page',
    ['quickstart --out runs/quickstart', 'quickstart --out runs/qs --real runs/nih --json'],
  )
    .option('--out <folder>', 'folder of the run', 'runs/quickstart')
    .option('--recipe <file>', 'a study (default: recipes/quickstart.yaml of the package)')
    .option('--pairs <n>', 'synthetic pairs to train on', wholeNumber(16))
    .option('--patients <n>', 'patients of each simulated hospital', wholeNumber(8))
    .option('--steps <n>', 'training steps of every model', wholeNumber(1))
    .option('--seed <n>', 'seed of the trainings', wholeNumber(0))
    .option(
      '--real <dataset>',
      'let every model read this data set of real pictures as well (may be given again)',
      repeated,
    )
    .action(async options => {
      const { quickstart, studyAnswer } = await import('../study/index.js');
      const result = await quickstart({ ...options, signal: session.signal });
      print(session, options, studyAnswer(result, 'terminal'));
    });
}
