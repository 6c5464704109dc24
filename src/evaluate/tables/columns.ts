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
  return Number.isNaN(low) ? points(value) : `${points(value)} (${points(low)} to ${points(high)})`;
}

/** What a vocabulary lacks, one line for all classes that lack the same. */
export function fallbackLines(fallbacks: Readonly<Record<string, string>> | undefined): string[] {
  const classesOf = new Map<string, string[]>();
  for (const [name, lack] of Object.entries(fallbacks ?? {})) {
    classesOf.set(lack, [...(classesOf.get(lack) ?? []), name]);
  }
  return [...classesOf].map(([lack, names]) => `the vocabulary has ${lack} (${names.join(', ')})`);
}
