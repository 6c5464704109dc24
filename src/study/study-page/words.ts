import type { StudyResults } from '../results/results.js';

/** A whole number as people write it. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** A share of a whole. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)}\u00a0%`;
}

/** Names as in a sentence: `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Arm → the name that people read. An ablation has none but its own. */
export function armTitles({ families }: StudyResults): ReadonlyMap<string, string> {
  return new Map(
    families.flatMap(({ arms }) => Object.entries(arms).map(([name, { title }]) => [name, title] as const)),
  );
}
