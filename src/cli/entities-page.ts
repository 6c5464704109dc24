import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addVerb, print, type Session } from './verb.js';

/** `synray entities page` */
export function entitiesPageVerb(group: Command, session: Session): void {
  addVerb(
    group,
    'page',
    'a page of the long tail of reports, beside the balance of a plan and the style of a writer',
    [
      'entities page NLMCXR_reports.tgz --plan plan.parquet --reports reports.parquet --out page.html',
      'entities page --plan plan.parquet --out page.html',
    ],
  )
    .argument(
      '[reports]',
      'reports of people, in any form that `entities extract` reads; without them the counts of the bank',
    )
    .requiredOption('--out <file>', 'page to write (HTML, nothing beside it is needed)')
    .option('--plan <file>', 'plan, from `synray plan`')
    .option('--reports <file>', 'written reports, from `synray reports`')
    .option('--bank <file>', 'bank of entities to know (default: the one that ships with synray)')
    .option('--format <name>', 'form of the reports of people (default: told from the source)')
    .option('--known-only', 'only what the bank knows, no noun phrases besides')
    .action(async (corpus, options) => {
      const [{ loadBank }, { writeCorpusPage }] = await Promise.all([
        import('../entities/index.js'),
        import('../study/corpus-page/index.js'),
      ]);
      const { out, plan, reports, format, knownOnly } = options;
      const bank = await loadBank(options.bank);
      let progress: ReturnType<typeof watchProgress> | undefined;
      let before = Number.POSITIVE_INFINITY;
      const result = await writeCorpusPage({
        corpus,
        plan,
        reports,
        bank,
        format,
        knownOnly,
        out,
        signal: session.signal,
        onProgress(read, { done, total, unit }) {
          // The written reports begin again.
          if (read < before) {
            progress?.stop();
            progress = watchProgress('reading', unit);
          }
          before = read;
          progress?.update(done, total, `(${read} reports)`);
        },
      }).finally(() => progress?.stop());
      const { entities, top50, gini } = result.corpus.longTail.all;
      print(session, options, {
        json: result,
        text: `${out}: ${entities} entities, the 50 most frequent take ${(100 * top50).toFixed(1)} % of uses, Gini ${gini.toFixed(2)}`,
      });
    });
}
