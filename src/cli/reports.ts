import type { Command } from 'commander';
import { addVerb, print, type Session, wholeNumber } from './verb.js';

/** `synray reports` */
export function reportsVerb(program: Command, session: Session): void {
  addVerb(program, 'reports', 'write the reports of a plan, and check them by reading them back', [
    'reports --plan runs/plan.parquet --out runs/reports.jsonl',
  ])
    .requiredOption('--plan <file>', 'plan made by `synray plan`')
    .requiredOption('--out <file>', 'JSON Lines to write')
    .option('--writer <name>', 'who writes', 'grammar')
    .option('--limit <n>', 'only the first so many', wholeNumber(1))
    .option('--seed <n>', 'seed', wholeNumber(0))
    .action(async options => {
      const { writeReportsToFile } = await import('../reports/index.js');
      const { plan, out, writer, limit, seed } = options;
      const result = await writeReportsToFile({ plan, out, writer, limit, seed, signal: session.signal });
      print(session, options, {
        json: result,
        text: `${out}: ${result.written} reports written, ${result.setAside} set aside`,
      });
    });
}
