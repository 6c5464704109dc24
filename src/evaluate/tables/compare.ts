import type { ComparisonResult, CorrectedDifference } from '../scores/index.js';
import { alignColumns, points } from './columns.js';

/** A comparison as a table for a terminal. */
export function formatComparison(result: ComparisonResult): string {
  const { task, data, split, n, of, patients, rounds, seed, model, against } = result;
  const many = against.length > 1;
  const blocks = against.flatMap(({ model: other, share, measures, classes }) => {
    const withDeLong = Object.values(measures).some(({ deLongP }) => deLongP !== undefined);
    const header = [
      '',
      'first',
      'second',
      'difference',
      '95 %',
      'p',
      ...(many ? ['p, Holm'] : []),
      ...(withDeLong ? ['DeLong p', ...(many ? ['DeLong p, Holm'] : [])] : []),
    ];
    const row = (name: string, of: CorrectedDifference) => [
      name,
      points(of.first),
      points(of.second),
      signed(of.difference),
      Number.isNaN(of.low) ? '-' : `${signed(of.low)} to ${signed(of.high)}`,
      pValue(of.p),
      ...(many ? [pValue(of.holmP)] : []),
      ...(withDeLong ? [pValue(of.deLongP), ...(many ? [pValue(of.deLongHolmP)] : [])] : []),
    ];
    return [
      '',
      `first less ${other}${share === undefined ? '' : `, both trained on ${share} % of the labels`}`,
      ...alignColumns([
        header,
        ...Object.entries(measures).map(([name, compared]) => row(name, compared)),
        ...Object.entries(classes).map(([name, compared]) => row(name, compared)),
      ]),
    ];
  });
  return [
    `${task} on ${data}, split ${split}: ${n} ${of} of ${patients} patients; first: ${model}`,
    `paired bootstrap by patient, ${rounds} rounds, seed ${seed}${many ? `; p corrected after Holm for ${against.length} models` : ''}`,
    ...blocks,
  ].join('\n');
}

function signed(value: number): string {
  return value > 0 ? `+${points(value)}` : points(value);
}

function pValue(p: number | undefined): string {
  if (p === undefined || Number.isNaN(p)) return '-';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
