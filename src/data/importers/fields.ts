import type { Sample, View } from '../records/index.js';

/** The view as tables spell it: `PA`, `ap`, `AP Supine`, `LATERAL`, `LL`. Null for what is none of ours. */
export function viewOf(text: string): View | null {
  const words = text
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
  if (/^(l|ll|rl|lat|lateral|left lateral|right lateral)$/.test(words)) return 'lateral';
  if (words === 'pa' || words.startsWith('pa ')) return 'PA';
  if (words === 'ap' || words.startsWith('ap ')) return words.includes('supine') ? 'AP supine' : 'AP';
  return null;
}

/** `M`, `m`, `male`, `F` …; null for anything else. */
export function sexOf(text: string): Sample['sex'] {
  const word = text.trim().toLowerCase();
  if (word === 'm' || word === 'male') return 'M';
  if (word === 'f' || word === 'female') return 'F';
  return null;
}

/** Years from `60`, `060Y` (DICOM's age string) or `18M`; null for what no person is. */
export function ageOf(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([YMWD]?)\s*$/i.exec(text);
  if (match === null) return null;
  const perYear = { Y: 1, M: 12, W: 52, D: 365 }[match[2]!.toUpperCase()] ?? 1;
  const years = Math.floor(Number(match[1]) / perYear);
  return years <= 120 ? years : null;
}

/** A split's name as files may bear it. */
export function splitOf(text: string): string {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
  return { valid: 'validation', val: 'validation', validate: 'validation', dev: 'validation' }[name] ?? name;
}
