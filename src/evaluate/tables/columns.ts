/** Columns of text side by side: the first to the left, the others to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  return rows.map(row =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** Three decimals. */
export function points(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(3);
}

/** A value with its interval: `0.612 (0.581 to 0.640)`. */
export function withInterval(value: number, { low, high }: { low: number; high: number }): string {
  return `${points(value)} (${points(low)} to ${points(high)})`;
}
