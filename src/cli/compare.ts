import type { Command } from 'commander';
import { writeFileAtomic } from '../base/index.js';
import { addVerb, print, type Session, wholeNumber } from './verb.js';

/** `synray compare A B …`. */
export function compareVerb(program: Command, session: Session): void {
  addVerb(program, 'compare', 'compare models by their score files: paired bootstrap and DeLong', [
    'compare runs/synthetic/nih.json runs/real/nih.json',
    'compare runs/synthetic runs/real --task grounding',
    'compare runs/mix/nih.scores.parquet runs/real/nih.scores.parquet runs/synthetic/nih.scores.parquet --json',
  ])
    .argument(
      '<scores...>',
      'score files, results with scores beside them, or folders; all against the first',
    )
    .option('--task <name>', 'of folders with scores of several tasks, those of this one')
    .option('--seed <n>', 'seed of the bootstrap (default: 0)', wholeNumber(0))
    .option('--rounds <n>', 'bootstrap rounds (default: 1000)', wholeNumber(1))
    .option('--out <file>', 'write the comparison as JSON')
    .action(async (scores: string[], options) => {
      const { compareFiles, formatComparison } = await import('../evaluate/index.js');
      const { seed = 0, rounds = 1000, task, out } = options;
      const result = await compareFiles(scores, { seed, rounds, task });
      if (out !== undefined) await writeFileAtomic(out, `${JSON.stringify(result, null, 2)}\n`);
      print(session, options, { json: result, text: formatComparison(result) });
    });
}
