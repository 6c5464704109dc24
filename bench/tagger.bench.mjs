// The lexicon tagger beside the people who coded Open-i: `npm run bench tagger`.
// `-- --disagreements CONCEPT` prints the reports where they differ on a concept.
import { join, resolve } from 'node:path';
import { importOpeni } from '../dist/data/index.js';
import { LexiconTagger } from '../dist/entities/index.js';
import { CODED, namesOf, namesRead } from './tagger-codes.mjs';

const SCORED = 20;
const ROUNDS = 3;

export default async function tagger(words = []) {
  const data = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
  const reports = [];
  for await (const report of importOpeni(join(data, 'openi-reports/NLMCXR_reports.tgz'))) {
    // "No Indexing" is a report that nobody coded.
    if (report.mesh.length === 0 || report.mesh.includes('No Indexing')) continue;
    if (report.findings !== '' || report.impression !== '') reports.push(report);
  }
  const lexicon = new LexiconTagger();
  const started = performance.now();
  const tagged = await lexicon.tag(reports);
  const first = reports.length / ((performance.now() - started) / 1000);
  const rate = await speed(lexicon, reports);

  const read = tagged.map(namesRead);
  const coded = reports.map(report => namesOf(report.mesh));
  const asked = words.indexOf('--disagreements');
  if (asked >= 0) return printDisagreements(words[asked + 1], reports, tagged, coded, read);

  const rows = Object.keys(CODED)
    .map(name => scoreOf(name, coded, read))
    .sort((a, b) => b.coded - a.coded);
  const scored = rows.slice(0, SCORED);
  const sum = key => scored.reduce((total, row) => total + row[key], 0);
  const micro = f1(sum('both'), sum('coded'), sum('read'));
  const macro = scored.reduce((total, row) => total + row.f1, 0) / scored.length;

  const lines = rows.map(
    (row, index) =>
      `${index === SCORED ? '\nless frequent, not in the means\n' : ''}${row.name.padEnd(24)}${String(row.coded).padStart(6)}${String(row.read).padStart(6)}${row.precision.toFixed(3).padStart(11)}${row.recall.toFixed(3).padStart(8)}${row.f1.toFixed(3).padStart(8)}`,
  );
  console.log(`${reports.length} coded reports of Open-i`);
  console.log(`${'concept'.padEnd(24)} coded  read  precision  recall      F1`);
  console.log(lines.join('\n'));
  console.log(`\n${SCORED} most frequent: micro-F1 ${micro.toFixed(3)}, macro-F1 ${macro.toFixed(3)}`);
  console.log(
    `${Math.round(rate)} reports/s on one core when warm (best of ${ROUNDS} rounds), ${Math.round(first)} in the first pass`,
  );
  return {
    reports: reports.length,
    micro,
    macro,
    reportsPerSecond: Math.round(rate),
    firstPass: Math.round(first),
    concepts: rows,
  };
}

function scoreOf(name, coded, read) {
  let both = 0;
  let codedCount = 0;
  let readCount = 0;
  for (const [index, names] of coded.entries()) {
    const isCoded = names.has(name);
    const isRead = read[index].has(name);
    if (isCoded) codedCount++;
    if (isRead) readCount++;
    if (isCoded && isRead) both++;
  }
  return {
    name,
    coded: codedCount,
    read: readCount,
    both,
    precision: readCount === 0 ? 0 : both / readCount,
    recall: codedCount === 0 ? 0 : both / codedCount,
    f1: f1(both, codedCount, readCount),
  };
}

function f1(both, coded, read) {
  return coded + read === 0 ? 0 : (2 * both) / (coded + read);
}

async function speed(lexicon, reports) {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await lexicon.tag(reports);
    best = Math.max(best, reports.length / ((performance.now() - started) / 1000));
  }
  return best;
}

function printDisagreements(name, reports, tagged, coded, read) {
  for (const [index, report] of reports.entries()) {
    const isCoded = coded[index].has(name);
    if (isCoded === read[index].has(name)) continue;
    console.log(
      `${isCoded ? 'CODED, NOT READ' : 'READ, NOT CODED'} ${report.id} [${report.mesh.join(' | ')}]`,
    );
    console.log(`  FINDINGS ${report.findings}\n  IMPRESSION ${report.impression}`);
    const present = tagged[index].filter(
      ({ type, polarity }) => !type.startsWith('NON') && type !== 'ANATOMY' && polarity !== 'negated',
    );
    console.log(
      `  read: ${present.map(({ concept, polarity, text }) => `${concept} (${polarity}: ${text})`).join('; ')}\n`,
    );
  }
}
