// The grammar's reports beside real ones, with their speed and repeats: `npm run bench grammar`.
// `-- --read 10` prints reports to read; `-- --mode natural` plans what is as frequent as in the corpus.
import { join, resolve } from 'node:path';
import { importOpeni } from '../dist/data/index.js';
import { defaultBank, LexiconTagger } from '../dist/entities/index.js';
import { GrammarWriter, Planner, verifyReport } from '../dist/reports/index.js';
import { compareStyles, styleOf } from './text-style.mjs';

const REPORTS = 20_000;
/** Reports are asked of the writer in parts, as jobs do. */
const BATCH = 1000;

export default async function grammar(words = []) {
  const asked = name => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const bank = defaultBank();
  const writer = new GrammarWriter(bank);
  const tagger = new LexiconTagger(bank);
  const toRead = asked('--read');
  if (toRead !== undefined) {
    const plans = plansOf(bank, Number(toRead), asked('--mode') ?? 'balanced', Number(asked('--seed') ?? 5));
    for (const report of await writer.write(plans, 5, 0)) {
      console.log(`\n— ${report.writer}\nFINDINGS: ${report.findings}\nIMPRESSION: ${report.impression}`);
    }
    return { read: plans.length };
  }
  const real = styleOf(await realReports());
  const results = {};
  for (const mode of asked('--mode') === undefined ? ['balanced', 'natural'] : [asked('--mode')]) {
    const plans = plansOf(bank, REPORTS, mode, 1);
    await writer.write(plans.slice(0, BATCH), 0, 0);
    let started = performance.now();
    const reports = [];
    for (let from = 0; from < plans.length; from += BATCH) {
      reports.push(...(await writer.write(plans.slice(from, from + BATCH), 1, 0)));
    }
    const written = reports.length / ((performance.now() - started) / 1000);
    started = performance.now();
    const mentions = await tagger.tag(reports);
    const accepted = plans.filter((plan, index) => verifyReport(plan, mentions[index]).accepted).length;
    const both = reports.length / ((performance.now() - started) / 1000 + reports.length / written);
    const styles =
      Map.groupBy === undefined ? grouped(reports) : Map.groupBy(reports, ({ writer: name }) => name);
    const rows = [['all', reports], ...[...styles].sort(([one], [other]) => one.localeCompare(other))].map(
      ([name, own]) => ({
        name,
        ...compareStyles(styleOf(own), real),
        reports: own.length,
        duplicates: styleOf(own).duplicates,
      }),
    );
    print(mode, rows, { written, both, accepted, reports: reports.length });
    results[mode] = {
      reportsPerSecond: Math.round(written),
      withReadingBack: Math.round(both),
      accepted,
      rows,
    };
  }
  return results;
}

function plansOf(bank, pairs, mode, seed) {
  return [...new Planner(bank, { pairs, cap: 'least', mode, seed }).reports()];
}

async function realReports() {
  const data = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
  const reports = [];
  for await (const { findings, impression } of importOpeni(join(data, 'openi-reports/NLMCXR_reports.tgz'))) {
    if (findings !== '' || impression !== '') reports.push({ findings, impression });
  }
  return reports;
}

function grouped(reports) {
  const groups = new Map();
  for (const report of reports) groups.set(report.writer, [...(groups.get(report.writer) ?? []), report]);
  return groups;
}

function print(mode, rows, { written, both, accepted, reports }) {
  const [all] = rows;
  const spread = ({ mean, deviation }) => `${mean.toFixed(1)}±${deviation.toFixed(1)}`;
  console.log(`\n${mode} plan, ${reports} reports beside Open-i (in brackets)`);
  console.log(
    `${Math.round(written)} reports/s written, ${Math.round(both)} written and read back; ${accepted} accepted at first; ${(100 * all.duplicates).toFixed(2)} % exact duplicates`,
  );
  const columns = [
    ['style', 14, row => row.name.replace('grammar/', '')],
    ['reports', 8, row => String(row.reports)],
    ['words known', 12, row => `${(100 * row.known).toFixed(1)} %`],
    ['JSD words', 10, row => row.words.toFixed(3)],
    ['JSD pairs', 10, row => row.pairs.toFixed(3)],
    ['JSD openings', 13, row => row.openings.toFixed(3)],
    ['KS sentence', 12, row => row.sentenceKs.toFixed(3)],
    ['sentence', 11, row => spread(row.sentence)],
    ['findings', 12, row => spread(row.findings)],
    ['impression', 12, row => spread(row.impression)],
  ];
  const line = cells => cells.map((cell, index) => cell.padEnd(columns[index][1])).join('');
  console.log(line(columns.map(([title]) => title)));
  for (const row of rows) console.log(line(columns.map(([, , value]) => value(row))));
  const real = [
    '(Open-i)',
    '',
    '',
    '',
    '',
    '',
    '',
    spread(all.realSentence),
    spread(all.realFindings),
    spread(all.realImpression),
  ];
  console.log(line(real));
  console.log(`vocabulary ${all.vocabulary} words in ${all.tokens} (${all.realVocabulary})`);
}
