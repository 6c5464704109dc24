import { alignColumns } from '../../evaluate/index.js';
import { differenceRows, hundredths, intervalText, paperTables } from './paper-tables.js';
import type { DifferenceResult, StudyResults } from './results.js';
import { inPoints } from './sentences.js';

/** The study for a terminal: means with intervals, then what was shown and what not. A star is the best of its method. */
export function formatStudy(results: StudyResults): string {
  const lines = paperTables(results).flatMap(({ family, columns, rows }) => {
    const head = ['method', 'arm', ...columns.map(task => task ?? 'mean')];
    const body = rows.map(({ method, arm, control, cells }) => [
      method ?? 'all',
      control ? `${arm} (control)` : arm,
      ...cells.map((cell, column) => {
        if (cell === undefined) return '–';
        const star = cell.place === 'best' ? '*' : '';
        const isLast = column === cells.length - 1;
        return [`${hundredths(cell.value)}${star}`, ...(isLast ? [intervalText(cell.interval)] : [])].join(
          ' ',
        );
      }),
    ]);
    return ['', `${family.name}, ${family.metric} × 100`, ...alignColumns([head, ...body].map(plain))];
  });
  return [results.title, ...lines, '', ...sentences(results)].map(printable).join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** One table a kind of task and one of the differences, for a README. */
export function markdownTables(results: StudyResults): string {
  const escaped = (text: string) =>
    printable(text).replace(/[\\`*_{}[\]|#~!&<>]/g, found => ENTITIES[found] ?? `\\${found}`);
  const table = (head: readonly string[], body: readonly (readonly string[])[], left: number) => {
    const rule = head.map((_, column) => (column < left ? '---' : '---:'));
    return [head, rule, ...body].map(row => `| ${row.join(' | ')} |`).join('\n');
  };
  const parts = paperTables(results).map(({ family, columns, rows }) => {
    const head = ['method', 'trained on', ...columns.map(task => escaped(task ?? 'mean'))];
    const body = rows.map(({ method, title, control, cells }) => [
      method === undefined ? 'all' : escaped(method),
      `${escaped(title)}${control ? ' (control)' : ''}`,
      ...cells.map(cell => {
        if (cell === undefined) return '–';
        const value = hundredths(cell.value);
        const interval = intervalText(cell.interval);
        return `${cell.place === 'best' ? `**${value}**` : value}${interval === '' ? '' : ` ${interval}`}`;
      }),
    ]);
    return `**${escaped(family.name)}**, ${escaped(family.metric)} × 100\n\n${table(head, body, 2)}`;
  });
  const differences = differenceRows(results);
  if (differences.length > 0) {
    const methods = differences[0]!.methods.map(({ method }) => method);
    const shown = methods.length > 1 ? methods : [];
    const head = ['tasks', 'difference', 'all', ...shown.map(escape), 'p'];
    const body = differences.map(({ family, all, methods }) => [
      escaped(family.name),
      escaped(`${all.first} − ${all.second}`),
      ...[all, ...(shown.length > 0 ? methods.map(({ difference }) => difference) : [])].map(inBrackets),
      all.p.toPrecision(2),
    ]);
    parts.push(`**Differences** in points\n\n${table(head, body, 2)}`);
  }
  const said = sentences(results).map(sentence => `- ${escaped(sentence)}`);
  return [...parts, ...(said.length > 0 ? [said.join('\n')] : []), note(results)].join('\n\n');
}

/** The same tables for a paper, in the form of the package booktabs. */
export function latexTables(results: StudyResults): string {
  const tables = paperTables(results).map(({ family, columns, rows }, index) => {
    const head = ['Method', 'Trained on', ...columns.map(task => latex(task ?? 'Mean'))];
    const body = rows.map(({ method, title, control, cells }, row) => {
      const isNewMethod = row > 0 && rows[row - 1]!.method !== method;
      const texts = cells.map(cell => {
        if (cell === undefined) return '--';
        const value = latex(hundredths(cell.value));
        const command = cell.place === 'best' ? 'textbf' : 'underline';
        const ranked = cell.place === undefined ? value : `\\${command}{${value}}`;
        const interval = intervalText(cell.interval);
        return interval === '' ? ranked : `${ranked} {\\scriptsize ${latex(interval)}}`;
      });
      const names = [latex(method ?? 'All'), `${latex(title)}${control ? ' (control)' : ''}`];
      return `${isNewMethod ? '\\midrule\n' : ''}${[...names, ...texts].join(' & ')} \\\\`;
    });
    const caption = `${family.name}: ${family.metric} × 100. Bold: best of its method; underlined: second. ${note(results)}`;
    return latexTable({ caption, label: `study-${index + 1}`, columns: head, left: 2, body });
  });
  const differences = differenceRows(results).map(({ family, all, methods }) =>
    [
      latex(family.name),
      latex(`${all.first} − ${all.second}`),
      ...[all, ...methods.map(({ difference }) => difference)].map(each => latex(inBrackets(each))),
    ].join(' & '),
  );
  if (differences.length > 0) {
    const methods = differenceRows(results)[0]!.methods.map(({ method }) => latex(method));
    tables.push(
      latexTable({
        caption: `Differences in points. ${note(results)}`,
        label: 'study-differences',
        columns: ['Tasks', 'Difference', 'All', ...methods],
        left: 2,
        body: differences.map(line => `${line} \\\\`),
      }),
    );
  }
  return ['% needs \\usepackage{booktabs}', ...tables].join('\n\n');
}

interface LatexTable {
  readonly caption: string;
  readonly label: string;
  readonly columns: readonly string[];
  /** How many columns are texts. */
  readonly left: number;
  readonly body: readonly string[];
}

function latexTable({ caption, label, columns, left, body }: LatexTable): string {
  const form = columns.map((_, column) => (column < left ? 'l' : 'r')).join('');
  return [
    '\\begin{table}',
    '\\centering',
    `\\caption{${latex(caption)}}`,
    `\\label{tab:${label}}`,
    `\\begin{tabular}{${form}}`,
    '\\toprule',
    `${columns.join(' & ')} \\\\`,
    '\\midrule',
    ...body,
    '\\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
  ].join('\n');
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
  '−': '$-$',
  '×': '$\\times$',
  '–': '--',
  // Within a table a bracket after \\ would be read as an option.
  '[': '{[}',
  ']': '{]}',
};

/** Text that LaTeX prints as it is. */
export function latex(text: string): string {
  return printable(text).replace(/[\\{}~^<>|"−×–[\]]|[&%$#_]/g, found => LATEX[found] ?? `\\${found}`);
}

function inBrackets(difference: DifferenceResult | undefined): string {
  if (difference === undefined) return '–';
  const { value, low, high } = difference;
  return `${inPoints(value)} [${inPoints(low)}, ${inPoints(high)}]`;
}

/** What was shown of every difference and ablation. */
function sentences({ families, ablations }: StudyResults): string[] {
  return [
    ...families.flatMap(({ family, differences }) =>
      Object.values(differences).map(({ sentence }) => `${family.name}: ${sentence}`),
    ),
    ...Object.values(ablations).map(({ question, sentence }) => `${question} ${sentence}`),
  ];
}

export function note({ seeds, steps, rounds, synray }: StudyResults): string {
  const trainings = seeds.length === 1 ? 'one training' : `the mean of ${seeds.length} trainings`;
  const over = seeds.length === 1 ? 'patients' : 'patients and trainings';
  return (
    `Each number is ${trainings} of ${steps.toLocaleString('en')} steps; brackets hold the 95 % interval over ${over}, ` +
    `from ${rounds.toLocaleString('en')} bootstrap rounds; synray ${synray}.`
  );
}

function plain(row: readonly string[]): string[] {
  return row.map(printable);
}

/** Without line breaks and other characters that are not printed. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
