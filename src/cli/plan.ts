import type { Command } from 'commander';
import { addVerb, listOf, print, type Session, wholeNumber } from './verb.js';

/** `synray plan` */
export function planVerb(program: Command, session: Session): void {
  addVerb(program, 'plan', 'draw what each report is to say, every entity equally often', [
    'plan --pairs 2000 --cap least --out runs/plan.parquet',
    'plan --bank runs/bank.json --pairs 200000 --k 9 --m 3 --cap least --out plan.parquet',
  ])
    .requiredOption('--pairs <n>', 'how many reports', wholeNumber(1))
    .requiredOption('--out <file>', 'plan to write (Parquet)')
    .option('--bank <file>', 'bank of entities (default: the one that ships with synray)')
    .option('--k <n>', 'entities a report that are not anatomy', wholeNumber(1))
    .option('--m <n>', 'anatomy entities a report', wholeNumber(0))
    .option(
      '--cap <n>',
      'most uses of one entity, or "least": the lowest that the bank allows (default: 15)',
      capOf,
    )
    .option('--mode <mode>', 'balanced or natural')
    .option('--concepts <names>', 'draw only these concepts', listOf)
    .option('--seed <n>', 'seed', wholeNumber(0))
    .action(async options => {
      const [{ loadBank }, { planToFile }] = await Promise.all([
        import('../entities/index.js'),
        import('../reports/index.js'),
      ]);
      const { json: _json, verbose: _verbose, bank: bankPath, out, ...settings } = options;
      const result = await planToFile({
        bank: await loadBank(bankPath),
        settings,
        out,
      });
      print(session, options, {
        json: result,
        text:
          `${out}: ${result.pairs} reports planned in ${result.seconds.toFixed(1)} s; ` +
          `most uses of an entity ${result.maxCount}, Gini ${result.gini.toFixed(3)}, broken rules ${result.violations}`,
      });
    });
}

function capOf(text: string): number | 'least' {
  return text === 'least' ? text : wholeNumber(1)(text);
}
