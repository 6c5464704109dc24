// The lexicon tagger beside the people who coded Open-i: `npm run bench tagger`; how and why: docs/tagger.md.
// `-- --disagreements CONCEPT` prints the reports of the open half where they differ on a concept ("all": on any).
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Random } from '../dist/base/index.js';
import { importOpeni } from '../dist/data/index.js';
import { LexiconTagger } from '../dist/entities/index.js';
import { CODED, namesOf, namesRead } from './tagger/codes.mjs';
import { corrected, readJudged, shares, VERDICTS } from './tagger/judged.mjs';
import { printPlaces } from './tagger/places.mjs';

const SCORED = 20;
const ROUNDS = 3;
const RESAMPLES = 1000;

export default async function tagger(words = []) {
  const reports = await codedReports();
  const lexicon = new LexiconTagger();
  const started = performance.now();
  const tagged = await lexicon.tag(reports);
  const first = reports.length / ((performance.now() - started) / 1000);
  const cases = reports.map((report, index) => ({
    report,
    mentions: tagged[index],
    coded: namesOf(report.mesh),
    read: namesRead(tagged[index]),
  }));
  const asked = words.indexOf('--disagreements');
  if (asked >= 0) return printDisagreements(words[asked + 1] ?? 'all', cases);
  const rate = await speed(lexicon, reports);

  const names = scores(Object.keys(CODED), cases)
    .sort((a, b) => b.coded - a.coded)
    .map(({ name }) => name);
  const means = printScores(names, cases);
  const halves = printHalves(names.slice(0, SCORED), cases);
  const judged = printJudged(names.slice(0, SCORED), cases);
  printPlaces(cases);
  console.log(
    `\n${Math.round(rate)} reports/s on one core when warm (best of ${ROUNDS} rounds), ${Math.round(first)} in the first pass`,
  );
  return { reports: reports.length, ...means, halves, judged, reportsPerSecond: Math.round(rate) };
}

async function codedReports() {
  const data = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
  const reports = [];
  for await (const report of importOpeni(join(data, 'openi-reports/NLMCXR_reports.tgz'))) {
    // "No Indexing" is a report that nobody coded.
    if (report.mesh.length === 0 || report.mesh.includes('No Indexing')) continue;
    if (report.findings !== '' || report.impression !== '') reports.push(report);
  }
  return reports;
}

/** Half of the reports, by the hash of their id: rules are mended from this half, the other is only scored. */
function isOpen({ report }) {
  return createHash('sha256').update(report.id).digest()[0] % 2 === 0;
}

/** Of each name: by how many reports it is coded, read, and both. */
function scores(names, cases) {
  return names.map(name => {
    const coded = cases.filter(one => one.coded.has(name)).length;
    const read = cases.filter(one => one.read.has(name)).length;
    const both = cases.filter(one => one.coded.has(name) && one.read.has(name)).length;
    return {
      name,
      coded,
      read,
      both,
      precision: read === 0 ? 0 : both / read,
      recall: coded === 0 ? 0 : both / coded,
      f1: f1(both, coded, read),
    };
  });
}

function f1(both, coded, read) {
  return coded + read === 0 ? 0 : (2 * both) / (coded + read);
}

function meansOf(rows) {
  const sum = key => rows.reduce((total, row) => total + row[key], 0);
  return {
    micro: f1(sum('both'), sum('coded'), sum('read')),
    macro: sum('f1') / rows.length,
  };
}

function printScores(names, cases) {
  const rows = scores(names, cases);
  console.log(`${cases.length} coded reports of Open-i`);
  console.log(`${'concept'.padEnd(24)} coded  read  precision  recall      F1`);
  for (const [index, { name, coded, read, ...row }] of rows.entries()) {
    if (index === SCORED) console.log('\nless frequent, not in the means');
    const figures = `${fixed(row.precision).padStart(11)}${fixed(row.recall).padStart(8)}${fixed(row.f1).padStart(8)}`;
    console.log(`${name.padEnd(24)}${String(coded).padStart(6)}${String(read).padStart(6)}${figures}`);
  }
  const { micro, macro } = meansOf(rows.slice(0, SCORED));
  console.log(`\n${SCORED} most frequent: micro-F1 ${fixed(micro)}, macro-F1 ${fixed(macro)}`);
  return { micro, macro, concepts: rows };
}

function printHalves(names, cases) {
  const open = meansOf(scores(names, cases.filter(isOpen)));
  const closed = meansOf(
    scores(
      names,
      cases.filter(one => !isOpen(one)),
    ),
  );
  console.log(
    `  open half, from which rules were mended: micro-F1 ${fixed(open.micro)}, macro-F1 ${fixed(open.macro)}`,
  );
  console.log(`  closed half: micro-F1 ${fixed(closed.micro)}, macro-F1 ${fixed(closed.macro)}`);
  return { open, closed };
}

function disagreements({ report, coded, read }, names) {
  return names
    .filter(name => coded.has(name) !== read.has(name))
    .map(name => ({ key: `${report.id}\t${name}`, side: coded.has(name) ? 'coded' : 'read' }));
}

function countsOf(cases, names) {
  let both = 0;
  let read = 0;
  let coded = 0;
  for (const one of cases) {
    for (const name of names) {
      if (one.coded.has(name) && one.read.has(name)) both++;
      else if (one.read.has(name)) read++;
      else if (one.coded.has(name)) coded++;
    }
  }
  return { both, read, coded };
}

/** Whose the disagreements are, from reading all of the open half; what that makes of the closed one. */
function printJudged(names, cases) {
  const judged = readJudged();
  const rows = [...judged.values()];
  const now = new Map(
    cases.flatMap(one => disagreements(one, Object.keys(CODED))).map(({ key, side }) => [key, side]),
  );
  console.log(`\ndisagreements of the open half, ${rows.length} read one by one (bench/tagger/judged.tsv)`);
  console.log('verdict         only read  only coded  in all  of them mended since');
  for (const [verdict, meaning] of Object.entries(VERDICTS)) {
    const such = rows.filter(row => row.verdict === verdict);
    const of = side => such.filter(row => row.side === side).length;
    const mended = such.filter(row => now.get(`${row.report}\t${row.concept}`) !== row.side).length;
    console.log(
      `${verdict.padEnd(16)}${String(of('read')).padStart(9)}${String(of('coded')).padStart(12)}${String(such.length).padStart(8)}${String(mended).padStart(8)}  ${meaning}`,
    );
  }
  const unread = cases.filter(isOpen).flatMap(one => disagreements(one, Object.keys(CODED)));
  const unjudged = unread.filter(({ key, side }) => judged.get(key)?.side !== side).length;
  if (unjudged > 0) console.log(`${unjudged} more have come since and were not read`);

  const scored = rows.filter(({ concept }) => names.includes(concept));
  const share = shares(scored);
  const closed = cases.filter(one => !isOpen(one));
  const estimate = corrected(countsOf(closed, names), share);
  const interval = resampled(names, closed, scored);
  console.log(
    `closed half, ${names.length} most frequent, with these shares (the tagger's: ${percent(share.read)} of what it alone read, ${percent(share.coded)} of what the coders alone coded; ambiguous ones count as its own; shares as they were before it was mended):`,
  );
  for (const key of ['precision', 'recall', 'f1']) {
    const [low, high] = interval[key];
    console.log(`  ${key.padEnd(9)} ${fixed(estimate[key])}  95 % ${fixed(low)} to ${fixed(high)}`);
  }
  return { share, estimate, interval };
}

/** 95 % intervals: reports and judged disagreements drawn again with replacement. */
function resampled(names, closed, judged) {
  const random = Random.of(1, 'tagger bench', 'resample');
  const counts = closed.map(one => countsOf([one], names));
  const draws = { precision: [], recall: [], f1: [] };
  for (let round = 0; round < RESAMPLES; round++) {
    const sum = { both: 0, read: 0, coded: 0 };
    for (let draw = 0; draw < counts.length; draw++) {
      const one = random.pick(counts);
      for (const key of Object.keys(sum)) sum[key] += one[key];
    }
    const again = judged.map(() => random.pick(judged));
    for (const [key, value] of Object.entries(corrected(sum, shares(again)))) draws[key].push(value);
  }
  return Object.fromEntries(
    Object.entries(draws).map(([key, values]) => {
      values.sort((a, b) => a - b);
      return [key, [values[Math.floor(RESAMPLES * 0.025)], values[Math.floor(RESAMPLES * 0.975)]]];
    }),
  );
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

function printDisagreements(name, cases) {
  const names = name === 'all' ? Object.keys(CODED) : [name];
  for (const one of cases.filter(isOpen)) {
    const { report, mentions } = one;
    const differing = disagreements(one, names);
    if (differing.length === 0) continue;
    console.log(differing.map(({ key, side }) => `only ${side}: ${key.replace('\t', ' ')}`).join('; '));
    console.log(
      `  [${report.mesh.join(' | ')}]\n  FINDINGS ${report.findings}\n  IMPRESSION ${report.impression}`,
    );
    const present = mentions.filter(({ type }) => !type.startsWith('NON') && type !== 'ANATOMY');
    console.log(
      `  read: ${present.map(({ concept, polarity, text }) => `${concept} (${polarity}: ${text})`).join('; ')}\n`,
    );
  }
}

function fixed(value) {
  return value.toFixed(3);
}

function percent(value) {
  return `${Math.round(value * 100)} %`;
}
