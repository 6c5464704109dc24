/** A phrase such as "no significant change in" at words [start, end): it says no denial but that nothing changed. */
export interface Unchanged {
  readonly start: number;
  readonly end: number;
}

/** Words that may stand between "no" and "change". */
const DEGREES = new Set([
  'significant',
  'interval',
  'appreciable',
  'substantial',
  'definite',
  'major',
  'gross',
  'obvious',
  'acute',
  'marked',
  'other',
  'real',
  'suspicious',
  'great',
  'further',
  'large',
  'radiographic',
]);
const CHANGES = new Set([
  'change',
  'changes',
  'changed',
  'increase',
  'worsening',
  'improvement',
  'growth',
  'deterioration',
  'difference',
  'progression',
]);

/** The phrase that says, from this word on, that nothing has changed. */
export function unchangedAt(words: readonly string[], start: number): Unchanged | undefined {
  const first = words[start]!;
  if (first !== 'no' && first !== 'without' && first !== 'not') return undefined;
  let at = start + 1;
  while (at < words.length && (DEGREES.has(words[at]!) || words[at]!.endsWith('ly'))) at++;
  if (at >= words.length || !CHANGES.has(words[at]!)) return undefined;
  const next = words[at + 1];
  // "No acute changes" alone denies; "no change in the effusion" does not.
  if (first === 'no' && words[at] === 'changes' && words.slice(start, at).includes('acute')) return undefined;
  return { start, end: next === 'in' || next === 'of' || next === 'from' ? at + 2 : at + 1 };
}
