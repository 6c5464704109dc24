import type { Interval } from '../metrics/index.js';
import { alignColumns, points, withInterval } from '../tables/columns.js';
import type { PictureMean } from './alignment.js';
import type { Distances, Fidelity } from './fidelity.js';
import { PLANTED } from './planted-copies.js';
import type { SpacePrivacy } from './privacy.js';
import type { GenerationResult } from './result.js';
import type { TextFigures, TextQuality } from './texts.js';

/** A result as tables for a terminal. */
export function formatGeneration(result: GenerationResult): string {
  const { privacy, alignment, text } = result;
  return [
    `generation: ${result.data} (split ${result.split}, ${result.n} pictures of ${result.patients} patients) against`,
    `  ${result.real} (split ${result.realSplit}, ${result.realN} pictures of ${result.realPatients} patients)`,
    `95 % intervals by patient, ${result.rounds} bootstrap rounds, seed ${result.seed}`,
    '',
    ...formatFidelity(result.fidelity),
    ...(text === undefined ? [] : ['', ...formatText(text)]),
    ...(alignment === undefined ? [] : ['', ...formatAlignment(alignment)]),
    '',
    ...privacy.spaces.flatMap((space, at) => [...(at > 0 ? [''] : []), ...formatPrivacy(space)]),
    ...(result.notes.length > 0 ? ['', ...result.notes.map(note => `note: ${note}`)] : []),
  ].join('\n');
}

function formatFidelity({ features, dimension, k, ...parts }: Fidelity): string[] {
  const { intervals, kidSubsets } = parts;
  const row = (name: string, { n, ...of }: Distances) => [
    name,
    `${n[0]} : ${n[1]}`,
    figure(of.fid),
    of.fidExtrapolated === null ? '-' : figure(of.fidExtrapolated),
    figure(of.kid),
    points(of.precision),
    points(of.recall),
    points(of.density),
    points(of.coverage),
  ];
  const interval = (of: Interval | null) => (of === null ? '-' : `${figure(of.low)} to ${figure(of.high)}`);
  return [
    `fidelity and diversity in ${features} (${dimension} dimensions), k = ${k}`,
    ...alignColumns([
      ['', 'real : other', 'FID', 'FID at n → ∞', 'KID', 'precision', 'recall', 'density', 'coverage'],
      row('synthetic', parts.all),
      [
        '  95 %',
        '',
        interval(intervals.fid),
        '',
        interval(intervals.kid),
        interval(intervals.precision),
        interval(intervals.recall),
        interval(intervals.density),
        interval(intervals.coverage),
      ],
      row('synthetic, as many as the control', parts.alike),
      row('control: real against real', parts.control),
    ]),
    `KID over ${kidSubsets.count} subsets of ${kidSubsets.size}: ${figure(kidSubsets.mean)}, deviation ${figure(kidSubsets.deviation)}`,
  ];
}

function formatText({ synthetic, real, ...text }: TextQuality): string[] {
  const columns: [string, (of: TextFigures) => string][] = [
    ['reports', of => String(of.reports)],
    ['words', of => String(of.words)],
    ['different', of => String(of.differentWords)],
    ['words a report', of => `${of.length.median} (${of.length.p5} to ${of.length.p95})`],
    ['distinct-1', of => points(of.distinct1)],
    ['distinct-2', of => points(of.distinct2)],
    ['findings', of => String(of.entities.entities)],
    ['Gini', of => points(of.entities.gini)],
    ['top 50', of => points(of.entities.top50)],
  ];
  const row = (name: string, of: TextFigures) => [name, ...columns.map(([, show]) => show(of))];
  const { coverage, entities, copies } = text;
  return [
    `reports (distinct over the first ${text.distinctWords} words of each)`,
    ...alignColumns([
      ['', ...columns.map(([name]) => name)],
      row('synthetic', synthetic),
      ...(real === undefined ? [] : [row('real', real)]),
    ]),
    ...(coverage === undefined
      ? []
      : [
          `of the real vocabulary the synthetic reports use ${percent(coverage.words)} of the words as often as they come up, ${percent(coverage.differentWords)} of the different ones`,
        ]),
    ...(entities === undefined
      ? []
      : [
          `of ${entities.wanted} entities of ${entities.of} they name ${percent(entities.covered)}; weighted by use ${percent(entities.usesCovered)}`,
        ]),
    ...(copies === undefined
      ? []
      : [
          `five words in a row that stand in one real report: ${percent(copies.overlap)} (real reports in other patients': ${percent(copies.realOverlap)}); identical ${percent(copies.identical)} (${percent(copies.realIdentical)})`,
          copies.threshold < 1
            ? `above the overlap that ${percent(copies.falseAlarms)} of real reports exceed (${percent(copies.threshold)}): ${percent(copies.copied)}`
            : 'real reports repeat each other word for word so often that a copy cannot be told',
        ]),
  ];
}

function formatAlignment({
  synthetic,
  real,
  findings,
}: NonNullable<GenerationResult['alignment']>): string[] {
  const mean = (of: PictureMean) => withInterval(of.mean, of);
  const row = (name: string, of: typeof synthetic) => [
    name,
    String(of.n),
    mean(of.matched),
    mean(of.margin),
    mean(of.auc),
  ];
  const classes = Object.entries(findings.classes);
  return [
    'picture and report',
    ...alignColumns([
      ['', 'pairs', 'cosine', 'less that of others', 'AUC against others'],
      row('synthetic', synthetic),
      ...(real === undefined ? [] : [row('real', real)]),
    ]),
    ...(classes.length === 0
      ? []
      : [
          `zero-shot AUC of what the reports affirm: mean ${withInterval(findings.meanAuc, findings)}`,
          ...alignColumns(
            classes.map(([name, of]) => [`  ${name}`, withInterval(of.auc, of), `${of.positives} positives`]),
          ),
        ]),
  ];
}

function formatPrivacy(space: SpacePrivacy): string[] {
  const { threshold, copied, nearest, planted, samePatient, prompts } = space;
  return [
    `privacy in ${space.features}`,
    `  copies: ${copied.count} (${percent(copied.share)}${copied.interval === null ? '' : `, 95 % ${percent(copied.interval.low)} to ${percent(copied.interval.high)}`}) nearer to a training picture than ${figure(threshold.distance)}, as ${percent(threshold.falseAlarms)} of ${threshold.n} real pictures of other patients are`,
    `  nearest training picture: median ${figure(nearest.synthetic.median)}, least ${figure(nearest.synthetic.least)}; of real pictures of other patients ${figure(nearest.real.median)} and ${figure(nearest.real.least)}`,
    `  planted copies found (${space.plantedCount} each): ${PLANTED.map(how => `${how} ${percent(planted[how])}`).join(', ')}`,
    ...(samePatient === undefined
      ? ['  same patient: no real patient has two pictures']
      : [
          `  same patient, real pairs: AUC ${withInterval(samePatient.auc, samePatient)} (${samePatient.pairs} pairs of ${samePatient.patients} patients)`,
          `    at the best threshold of pairs (${percent(samePatient.found)} found, ${percent(samePatient.confused)} of others confused) ${percent(samePatient.taken.synthetic)} of synthetic pictures are taken for a training patient, of real pictures of other patients ${percent(samePatient.taken.realOfOthers)}`,
          `    at a threshold that ${percent(samePatient.strict.falseAlarms)} of those reach: ${percent(samePatient.strict.synthetic)} of synthetic pictures; real patients found again ${percent(samePatient.strict.foundAgain)}`,
        ]),
    ...(prompts === undefined
      ? []
      : [
          `  worst of each report: ${percent(prompts.copied)} of ${prompts.prompts} reports (${prompts.pictures.toFixed(1)} pictures each) have a copy, by chance ${percent(prompts.byChance)}; median of the nearest ${figure(prompts.medianWorst)}`,
        ]),
  ];
}

/** Four digits, whatever the size. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : '-';
}
