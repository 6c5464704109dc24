import type { Command } from 'commander';
import { addVerb, print, type Session } from './verb.js';

/** `synray study` */
export function studyVerb(program: Command, session: Session): void {
  addVerb(
    program,
    'study',
    'real, synthetic and mixed data against each other: data, models, scores, a page',
    [
      'study recipes/ward.yaml --out runs/ward',
      'study recipes/ward.yaml --dry-run',
      'study recipes/nih-mini.yaml --out runs/nih-mini --json',
      'study recipes/ward.yaml --out runs/ward --markdown',
    ],
  )
    .argument('<recipe>', 'YAML file of a study')
    .option('--out <folder>', 'folder of the study (default: runs/ and the name of the recipe)')
    .option(
      '--dry-run',
      'say what would be done, and what it would cost, from what this machine does in a minute',
    )
    .option('--markdown', 'print the tables as Markdown, for a README')
    .option('--latex', 'print the tables as LaTeX, for a paper')
    .action(async (recipe: string, options) => {
      const { study, studyAnswer } = await import('../study/index.js');
      const { out, dryRun, markdown, latex } = options;
      const form = markdown === true ? 'markdown' : latex === true ? 'latex' : 'terminal';
      const result = await study({ recipe, out, dryRun, signal: session.signal });
      print(session, options, studyAnswer(result, form));
    });
}
