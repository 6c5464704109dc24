import { html } from 'hono/html';
import type { Html } from '../report/index.js';
import {
  hundredths,
  intervalText,
  type PaperTable,
  paperTables,
  type TableCell,
  type TableRow,
} from '../results/paper-tables.js';
import type { StudyResults } from '../results/results.js';

/** The scores as the paper lays them out: a row a method and arm, a column a task. */
export function scoreTables(results: StudyResults, taskTitles: Readonly<Record<string, string>>): Html {
  return html`<p>The highest number of a method is <b>bold</b>, the second <u>underlined</u>. That is an order, not a finding: whether arms differ is in
the intervals of their differences above.</p>
${paperTables(results).map(table => scoreTable(table, taskTitles))}`;
}

function scoreTable(
  { family, columns, rows }: PaperTable,
  taskTitles: Readonly<Record<string, string>>,
): Html {
  const methods = [...new Set(rows.map(({ method }) => method))];
  const head = columns.map(
    task => html`<th scope="col">${task === undefined ? 'mean' : (taskTitles[task] ?? task)}</th>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Scores of ${family.name}"><table class="scores">
<caption>${family.name}: ${family.metric} × 100, with 95 % intervals</caption>
<thead><tr><th scope="col">method</th><th scope="col" class="text">trained on</th>${head}</tr></thead>
${methods.map(method => {
  const group = rows.filter(row => row.method === method);
  return html`<tbody>${group.map((row, place) => bodyRow(row, place === 0 ? group.length : undefined))}</tbody>`;
})}</table></div>`;
}

/** @param rows - How many rows the method's name spans; undefined where it stands in a row before. */
function bodyRow({ method, title, control, cells }: TableRow, rows: number | undefined): Html {
  const name =
    rows === undefined ? '' : html`<th scope="rowgroup" rowspan="${rows}">${method ?? 'all methods'}</th>`;
  return html`<tr>${name}<th scope="row">${title}${control ? html` <small>control</small>` : ''}</th>${cells.map(scoreCell)}</tr>
`;
}

function scoreCell(cell: TableCell | undefined): Html {
  if (cell === undefined) return html`<td>–</td>`;
  const value = hundredths(cell.value);
  const marked =
    cell.place === 'best' ? html`<b>${value}</b>` : cell.place === 'second' ? html`<u>${value}</u>` : value;
  const interval = intervalText(cell.interval);
  return html`<td>${marked}${interval === '' ? '' : html` <small>${interval}</small>`}</td>`;
}
