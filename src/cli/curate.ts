import type { Command } from 'commander';
import { addVerb, listOf, print, type Session } from './verb.js';

/** `synray curate` */
export function curateVerb(program: Command, session: Session): void {
  addVerb(program, 'curate', 'keep the good samples of a data set, and list the others with the reason', [
    'curate runs/mine --out runs/mine-clean',
  ])
    .argument('<dataset>', 'folder of a data set')
    .requiredOption('--out <folder>', 'folder of the curated data set')
    .option('--checks <names>', 'checks to make (default: all)', listOf)
    .action(async (dataset, options) => {
      const { curateDataset } = await import('../curation/index.js');
      const result = await curateDataset(dataset, options.out, {
        checks: options.checks,
        signal: session.signal,
      });
      print(session, options, {
        json: result,
        text: `${options.out}: ${result.kept} samples kept, ${result.rejected} refused`,
      });
    });
}
