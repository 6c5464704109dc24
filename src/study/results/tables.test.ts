import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleResults, HOSTILE } from '../study-page/testing/example.js';
import { hundredths, paperTables } from './paper-tables.js';
import type { StudyResults } from './results.js';
import { formatStudy, latex, latexTables, markdownTables } from './tables.js';

/** The example with other values for the arms of the first method on all tasks of the second family. */
function withValues(values: readonly number[]): StudyResults {
  const results = exampleResults();
  const grounding = results.families[1]!;
  const { convirt } = grounding.methods;
  const arms = Object.fromEntries(
    Object.entries(convirt!.arms).map(([name, arm], index) => [name, { ...arm, value: values[index]! }]),
  );
  const methods = { ...grounding.methods, convirt: { ...convirt!, arms } };
  return { ...results, families: [results.families[0]!, { ...grounding, methods }] };
}

const placesOf = (values: readonly number[]) =>
  paperTables(withValues(values))[1]!
    .rows.slice(0, 3)
    .map(({ cells }) => cells[0]!.place);

describe('tables of a study', () => {
  it('have a row for each method and arm, a column for each task, and their means', () => {
    const [zeroShot, grounding] = paperTables(exampleResults());
    expect(zeroShot!.columns).toEqual(['nih', 'rsna', undefined]);
    expect(grounding!.columns).toEqual(['boxes']);
    expect(zeroShot!.rows.map(({ method, arm }) => `${method} ${arm}`)).toEqual(
      ['convirt', 'gloria', undefined].flatMap(method =>
        ['real', 'control', 'synthetic'].map(arm => `${method} ${arm}`),
      ),
    );
    const { families } = exampleResults();
    const real = zeroShot!.rows[0]!;
    expect(real.cells[2]!.value).toBe(families[0]!.methods.convirt!.arms.real!.value);
    expect(real.cells[2]!.interval).toMatchObject({ low: families[0]!.methods.convirt!.arms.real!.low });
  });

  it('name the best and the second of each method, and those that look alike together', () => {
    expect(placesOf([0.6, 0.7, 0.5])).toEqual(['second', 'best', undefined]);
    expect(placesOf([0.70001, 0.7, 0.5])).toEqual(['best', 'best', 'second']);
    expect(placesOf([0.5, 0.5, 0.5])).toEqual([undefined, undefined, undefined]);
    expect(placesOf([Number.NaN, 0.7, 0.5])).toEqual([undefined, 'best', undefined]);
  });

  it('never name an arm best that another one exceeds', () => {
    const value = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(value, value, value), values => {
        const places = placesOf(values);
        const most = Math.max(...values);
        for (const [index, place] of places.entries()) {
          if (place === 'best') expect(hundredths(values[index]!)).toBe(hundredths(most));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('average seeds where results hold no estimate of a task, and give no interval of what is no interval', () => {
    const results = exampleResults({ seeds: [1, 2] });
    const without = results.families.map(family => ({ ...family, byTask: {} }));
    const cell = paperTables({ ...results, families: without })[0]!.rows[0]!.cells[0]!;
    const rows = results.scores.filter(
      ({ arm, method, task }) => arm === 'real' && method === 'convirt' && task === 'nih',
    );
    expect(cell.value).toBeCloseTo((rows[0]!.value + rows[1]!.value) / 2, 12);
    expect(cell.interval).toBeUndefined();
  });

  it('as Markdown are tables: as many cells in each row, whatever the names hold', () => {
    const text = markdownTables(exampleResults({ text: HOSTILE }));
    const blocks = text.split('\n\n').filter(block => block.startsWith('|'));
    expect(blocks).toHaveLength(3);
    for (const block of blocks) {
      const widths = block.split('\n').map(row => row.replaceAll('\\|', '').split('|').length);
      expect(new Set(widths).size).toBe(1);
    }
    expect(text).not.toContain('<script');
    const best = paperTables(exampleResults())[0]!.rows.find(({ cells }) => cells[0]!.place === 'best')!;
    expect(text).toContain(`**${hundredths(best.cells[0]!.value)}** [`);
  });

  it('as LaTeX escape what LaTeX would read, and have as many columns as they say', () => {
    expect(latex('50 % of_$#{~^\\} & <b> −1')).toBe(
      '50 \\% of\\_\\$\\#\\{\\textasciitilde{}\\textasciicircum{}\\textbackslash{}\\} \\& \\textless{}b\\textgreater{} $-$1',
    );
    const text = latexTables(exampleResults({ text: HOSTILE }));
    const tables = text.split('\\begin{tabular}').slice(1);
    expect(tables).toHaveLength(3);
    for (const table of tables) {
      const columns = /^\{([lr]+)\}/.exec(table)![1]!.length;
      const rows = table
        .split('\\end{tabular}')[0]!
        .split('\n')
        .filter(row => row.endsWith('\\\\'));
      for (const row of rows) expect(row.replaceAll('\\&', '').split('&')).toHaveLength(columns);
      expect(rows.length).toBeGreaterThan(1);
    }
    expect(text).toContain('\\textbf{');
    expect(text).toContain('\\underline{');
  });

  it('for a terminal have no line break or control character of a name in them', () => {
    const text = formatStudy(exampleResults({ text: 'a\u001b[31m\nb\u2028c' }));
    expect(text).not.toMatch(/[^\P{Cc}\n]|\u2028/u);
    expect(text.split('\n').filter(line => line.startsWith('b'))).toEqual([]);
    expect(text).toContain('control (control)');
    expect(text).toMatch(/\d\*/);
  });
});
