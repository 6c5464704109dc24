import { COLOURS } from '../report/index.js';

/** Dashes beside colours, so that lines are told apart without them. */
const DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [10, 4],
  [1, 3],
];

/** The encodings by which the lines of a chart are told apart. */
export function seriesEncoding(names: readonly string[]) {
  const of = <T>(values: readonly T[]) => names.map((_, place) => values[place % values.length]!);
  const legend = {
    columns: Math.min(names.length, 2),
    symbolType: 'stroke',
    labelLimit: 140,
  } as const;
  return {
    color: {
      field: 'series',
      type: 'nominal',
      title: null,
      legend,
      scale: { domain: [...names], range: of(COLOURS) },
    },
    strokeDash: {
      field: 'series',
      type: 'nominal',
      title: null,
      legend,
      scale: { domain: [...names], range: of(DASHES).map(dash => [...dash]) },
    },
  } as const;
}
