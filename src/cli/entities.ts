import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { watchProgress } from '../base/index.js';
import type { ReadCorpusOptions, ReportColumns } from '../entities/index.js';
import { entitiesPageVerb } from './entities-page.js';
import { addGroup, addVerb, print, type Session, wholeNumber } from './verb.js';

/** `synray entities extract|tag|page` */
export function entitiesVerb(program: Command, session: Session): void {
  const group = addGroup(
    program,
    'entities',
    'what reports speak of: findings, diseases, anatomy, and what is denied',
  );
  extractVerb(group, session);
  tagVerb(group, session);
  entitiesPageVerb(group, session);
}

function extractVerb(group: Command, session: Session): void {
  const verb = addVerb(group, 'extract', 'count the entities of reports and write a bank', [
    'entities extract NLMCXR_reports.tgz --out runs/bank.json',
    'entities extract mimic-cxr-reports.zip --out runs/bank.json --least 5 --skip-bad',
    'entities extract reports.csv --columns id=study,text=REPORT --out runs/bank.json',
  ]);
  addCorpusOptions(verb)
    .requiredOption('--out <file>', 'bank to write, for `synray plan --bank`')
    .option('--least <n>', 'leave out entities that fewer reports name (default: 1)', wholeNumber(1))
    .action(async (reports, options) => {
      const { extractFile, formatExtraction } = await import('../entities/index.js');
      const { least } = options;
      const result = await withCorpusOptions(session, options, corpus =>
        extractFile(reports, options.out, { ...corpus, least }),
      );
      print(session, options, { json: result, text: formatExtraction(result) });
    });
}

function tagVerb(group: Command, session: Session): void {
  const verb = addVerb(
    group,
    'tag',
    'read the entities of reports, with polarity, side, site and severity, as JSON Lines',
    [
      'entities tag reports.jsonl --out runs/tagged.jsonl',
      'entities tag files/p10 --out runs/tagged.jsonl --known-only --skip-bad',
    ],
  );
  addCorpusOptions(verb)
    .requiredOption('--out <file>', 'JSON Lines to write: {id, entities} a report')
    .addHelpText(
      'after',
      '\nAn entity is {text, type, concept, polarity, start, end, section, …}. start and end count characters (UTF-16 units)\n' +
        'in the text of its section, or in the whole text where a report came as one.',
    )
    .action(async (reports, options) => {
      const { tagFile } = await import('../entities/index.js');
      const result = await withCorpusOptions(session, options, corpus =>
        tagFile(reports, options.out, corpus),
      );
      const bad = result.setAside === 0 ? '' : `, ${result.setAside} set aside`;
      print(session, options, {
        json: result,
        text: `${options.out}: ${result.mentions} entities in ${result.reports} reports${bad}`,
      });
    });
}

/** What both verbs take. */
function addCorpusOptions(verb: Command): Command {
  return verb
    .argument('<reports>', 'reports: JSON Lines, CSV, TSV, Parquet, a folder or archive of files, a data set')
    .option(
      '--format <name>',
      'jsonl, table, openi, mimic-cxr, text or dataset (default: told from the source)',
    )
    .option(
      '--columns <role=name,…>',
      'columns that hold id, findings, impression or text, where their names do not tell',
      columnsOf,
    )
    .option('--bank <file>', 'bank of entities to know (default: the one that ships with synray)')
    .option('--known-only', 'only what the bank knows, no noun phrases besides')
    .option('--skip-bad', 'list reports that cannot be read in <out>.set-aside.jsonl, and go on')
    .addHelpText(
      'after',
      '\nWhole texts are split at their headings; only what is seen counts (FINDINGS, IMPRESSION, their synonyms, text under\n' +
        'no heading), not the history, technique, comparison, recommendation or a wet read.',
    );
}

/** Does `work` with the options of {@link addCorpusOptions}, and shows how far it is. */
async function withCorpusOptions<T>(
  session: Session,
  options: Record<'bank' | 'format', string | undefined> & {
    columns?: ReportColumns;
    knownOnly?: boolean;
    skipBad?: boolean;
  },
  work: (corpus: ReadCorpusOptions) => Promise<T>,
): Promise<T> {
  const { loadBank } = await import('../entities/index.js');
  const { format, columns, knownOnly, skipBad } = options;
  const bank = await loadBank(options.bank);
  let progress: ReturnType<typeof watchProgress> | undefined;
  const started = performance.now();
  return work({
    bank,
    format,
    columns,
    knownOnly,
    skipBad,
    signal: session.signal,
    onProgress(reports, { done, total, unit }) {
      progress ??= watchProgress('reading', unit);
      const rate = Math.round((1000 * reports) / (performance.now() - started));
      progress.update(done, total, `(${reports} reports, ${rate}/s)`);
    },
  }).finally(() => progress?.stop());
}

const ROLES = new Set(['id', 'findings', 'impression', 'text']);

/** Option value: `findings=FINDINGS,impression=Impression`, may be given again. */
function columnsOf(text: string, before: ReportColumns = {}): ReportColumns {
  const pairs = text.split(',').map(pair => {
    const [role = '', name = ''] = pair.split(/=(.*)/s).map(part => part.trim());
    if (!ROLES.has(role) || name === '') {
      throw new InvalidArgumentError('Give id=…, findings=…, impression=… or text=… with a column each.');
    }
    return [role, name] as const;
  });
  return { ...before, ...Object.fromEntries(pairs) };
}
