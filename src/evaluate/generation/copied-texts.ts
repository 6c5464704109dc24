import { Random } from '../../base/index.js';
import { wordsOf } from '../../reports/index.js';
import { patientNumbers } from '../scores/index.js';
import type { PatientReport } from './texts.js';

/** How much of synthetic reports stands word for word in one real report. */
export interface CopiedTexts {
  /** Share of synthetic reports with the very words of a real one. */
  readonly identical: number;
  /** Mean over reports of the greatest share of their stretches of five words that one real report holds. */
  readonly overlap: number;
  /** The same of real reports with reports of other patients: how much reports repeat each other anyway. */
  readonly realOverlap: number;
  readonly realIdentical: number;
  /** The overlap that only so many real reports exceed, and the share of synthetic ones above it. */
  readonly threshold: number;
  readonly falseAlarms: number;
  readonly copied: number;
}

export interface CopiedTextOptions {
  readonly seed: number;
  readonly falseAlarms: number;
  readonly signal?: AbortSignal | undefined;
}

/** Words of a stretch. */
const STRETCH = 5;
/** Real reports that are held against the others. */
const CONTROL = 2000;

/** Looks for each synthetic report in the real ones, and for real ones in those of other patients. */
export function measureCopiedTexts(
  synthetic: readonly PatientReport[],
  real: readonly PatientReport[],
  { seed, falseAlarms, signal }: CopiedTextOptions,
): CopiedTexts {
  const { numbers } = patientNumbers(real);
  const index = new StretchIndex(real, numbers);
  const overlaps = (reports: readonly PatientReport[], patientOf: (place: number) => number | undefined) =>
    reports.map((report, place) => {
      if (place % 256 === 0) signal?.throwIfAborted();
      return index.overlap(report, patientOf(place));
    });
  const own = overlaps(synthetic, () => undefined);
  const places = Random.of(seed, 'texts')
    .shuffle(real.map((_, place) => place))
    .slice(0, CONTROL);
  const others = overlaps(
    places.map(place => real[place]!),
    place => numbers[places[place]!],
  );
  const sorted = others.map(({ share }) => share).sort((a, b) => b - a);
  const threshold = sorted[Math.floor(falseAlarms * sorted.length)] ?? 1;
  const share = (found: readonly Overlap[], is: (overlap: Overlap) => boolean) =>
    found.filter(is).length / found.length;
  const average = (found: readonly Overlap[]) =>
    found.reduce((sum, each) => sum + each.share, 0) / found.length;
  return {
    identical: share(own, ({ identical }) => identical),
    overlap: average(own),
    realOverlap: average(others),
    realIdentical: share(others, ({ identical }) => identical),
    threshold,
    falseAlarms: share(others, each => each.share > threshold),
    copied: share(own, each => each.share > threshold),
  };
}

interface Overlap {
  /** Greatest share of the report's stretches in one other report. */
  readonly share: number;
  readonly identical: boolean;
}

/** Which reports hold a stretch of words. */
class StretchIndex {
  readonly #patients: Int32Array;
  /** Stretch → reports that hold it, each once. */
  readonly #holders = new Map<number, number[]>();
  /** The words of a report → patients whose reports have just these; -1 for several patients. */
  readonly #wholes = new Map<number, number>();
  readonly #counts: Int32Array;

  constructor(reports: readonly PatientReport[], patients: Int32Array) {
    this.#patients = patients;
    this.#counts = new Int32Array(reports.length);
    for (const [place, report] of reports.entries()) {
      const words = wordsOf(`${report.findings}\n${report.impression}`);
      for (const stretch of stretchesOf(words)) {
        const holders = this.#holders.get(stretch);
        if (holders === undefined) this.#holders.set(stretch, [place]);
        else holders.push(place);
      }
      const whole = hashOf(words, 0, words.length);
      const known = this.#wholes.get(whole);
      const patient = patients[place]!;
      this.#wholes.set(whole, known === undefined || known === patient ? patient : -1);
    }
  }

  /** @param patient - Reports of this patient do not count. */
  overlap(report: PatientReport, patient: number | undefined): Overlap {
    const words = wordsOf(`${report.findings}\n${report.impression}`);
    const stretches = stretchesOf(words);
    const touched: number[] = [];
    let most = 0;
    for (const stretch of stretches) {
      for (const holder of this.#holders.get(stretch) ?? []) {
        if (this.#patients[holder] === patient) continue;
        if (this.#counts[holder] === 0) touched.push(holder);
        most = Math.max(most, ++this.#counts[holder]!);
      }
    }
    for (const holder of touched) this.#counts[holder] = 0;
    const whole = this.#wholes.get(hashOf(words, 0, words.length));
    return {
      share: stretches.size === 0 ? 0 : most / stretches.size,
      identical: words.length > 0 && whole !== undefined && whole !== patient,
    };
  }
}

/** The stretches of a report, each once, as numbers. A shorter report is one stretch. */
function stretchesOf(words: readonly string[]): Set<number> {
  const found = new Set<number>();
  if (words.length === 0) return found;
  const last = Math.max(0, words.length - STRETCH);
  for (let start = 0; start <= last; start++) {
    found.add(hashOf(words, start, Math.min(words.length, start + STRETCH)));
  }
  return found;
}

/** 53 bits of a hash (FNV-1a, twice with different starts): equal for equal words, else different but by rare chance. */
function hashOf(words: readonly string[], start: number, end: number): number {
  let one = 0x811c9dc5;
  let other = 0x2f0b4a27;
  for (let at = start; at < end; at++) {
    const word = words[at]!;
    for (let place = 0; place <= word.length; place++) {
      const code = place < word.length ? word.charCodeAt(place) : 32;
      one = Math.imul(one ^ code, 0x01000193);
      other = Math.imul(other ^ code, 0x01000193) + 0x9e3779b9;
    }
  }
  return (one >>> 0) * 0x200000 + ((other >>> 0) & 0x1fffff);
}
