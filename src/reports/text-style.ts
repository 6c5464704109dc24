import { createHash } from 'node:crypto';
import type { ReportText } from '../data/index.js';

/** How often each length comes up; lengths in words. */
export type Lengths = ReadonlyMap<number, number>;

/** A point of the type-token curve: how many different words the first so many words hold. */
export interface VocabularyPoint {
  readonly tokens: number;
  readonly words: number;
}

/** What is counted of how reports are written. */
export interface TextStyle {
  readonly reports: number;
  /** Words in all, and how often each comes up. */
  readonly tokens: number;
  readonly words: ReadonlyMap<string, number>;
  readonly vocabularyCurve: readonly VocabularyPoint[];
  readonly sentenceLengths: Lengths;
  readonly reportLengths: Lengths;
  /** Reports whose text, findings and impression, was there before, letter for letter. */
  readonly duplicates: number;
}

/** What stands for something taken out of a report ("XXXX", "___"): no one's vocabulary. */
const TAKEN_OUT = /^x{3,}$/;
/** Two points of the type-token curve lie this factor apart. */
const CURVE_STEP = 1.25;

/** Words of a text in lower case. Numbers, marks and what was taken out are no words. */
export function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[a-z]+(?:['’-][a-z]+)*/g) ?? []).filter(word => !TAKEN_OUT.test(word));
}

/** Sentences of a text: up to a full stop, question or exclamation mark before a space, or a line's end. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.?!])\s+|\n+/)
    .map(sentence => sentence.trim())
    .filter(sentence => sentence !== '');
}

/** Counts how reports are written, one after the other. Memory grows with the vocabulary, and by 16 bytes a report. */
export class StyleCounter {
  readonly #words = new Map<string, number>();
  readonly #sentenceLengths = new Map<number, number>();
  readonly #reportLengths = new Map<number, number>();
  readonly #curve: VocabularyPoint[] = [];
  readonly #seen = new Set<bigint>();
  #reports = 0;
  #tokens = 0;
  #duplicates = 0;
  #nextPoint = 64;

  add({ findings, impression }: ReportText): void {
    let length = 0;
    for (const sentence of [findings, impression].flatMap(sentencesOf)) {
      const words = wordsOf(sentence);
      if (words.length === 0) continue;
      length += words.length;
      increase(this.#sentenceLengths, words.length);
      for (const word of words) {
        increase(this.#words, word);
        if (++this.#tokens < this.#nextPoint) continue;
        this.#curve.push({ tokens: this.#tokens, words: this.#words.size });
        this.#nextPoint = Math.ceil(this.#tokens * CURVE_STEP);
      }
    }
    this.#reports++;
    increase(this.#reportLengths, length);
    const digest = createHash('sha256').update(`${findings}\n\n${impression}`).digest().readBigUInt64LE();
    if (this.#seen.has(digest)) this.#duplicates++;
    else this.#seen.add(digest);
  }

  /** What was counted so far. */
  style(): TextStyle {
    const last = { tokens: this.#tokens, words: this.#words.size };
    const isNew = this.#tokens > 0 && this.#curve.at(-1)?.tokens !== this.#tokens;
    return {
      reports: this.#reports,
      tokens: this.#tokens,
      words: this.#words,
      vocabularyCurve: isNew ? [...this.#curve, last] : this.#curve,
      sentenceLengths: this.#sentenceLengths,
      reportLengths: this.#reportLengths,
      duplicates: this.#duplicates,
    };
  }
}

/** Mean and middle of a distribution of lengths, and the bounds between which nine of ten lie. */
export interface LengthSummary {
  readonly mean: number;
  readonly median: number;
  readonly p5: number;
  readonly p95: number;
}

export function summariseLengths(lengths: Lengths): LengthSummary {
  const sorted = [...lengths].sort(([one], [other]) => one - other);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  const quantile = (share: number) => {
    let passed = 0;
    for (const [length, count] of sorted) {
      passed += count;
      if (passed >= share * total) return length;
    }
    return 0;
  };
  const sum = sorted.reduce((all, [length, count]) => all + length * count, 0);
  return {
    mean: total === 0 ? 0 : sum / total,
    median: quantile(0.5),
    p5: quantile(0.05),
    p95: quantile(0.95),
  };
}

/** A word that one collection uses more than the other. */
export interface WordDifference {
  readonly word: string;
  /** Uses in 1,000 words. */
  readonly own: number;
  readonly real: number;
  /** Log-likelihood ratio G² of the two rates (Dunning, Computational Linguistics 19(1), 1993). */
  readonly surprise: number;
}

/** How far the writing of one collection is from that of another. */
export interface StyleComparison {
  /** Different words that both have. */
  readonly sharedWords: number;
  /** Share of the real collection's words, as often as they come up, that the own vocabulary has; and the other way round. */
  readonly realCovered: number;
  readonly ownCovered: number;
  /**
   * Area between the two distribution functions over the mean length of the real one, for sentences and reports: 0 alike,
   * 1 as far apart as a mean length.
   */
  readonly sentenceLengthDistance: number;
  readonly reportLengthDistance: number;
  /** Words that are written more, and less, than in the real collection; the most surprising first. */
  readonly overused: readonly WordDifference[];
  readonly underused: readonly WordDifference[];
}

/** Compares written reports with real ones. @param most - How many over- and underused words are listed. */
export function compareStyles(own: TextStyle, real: TextStyle, most = 15): StyleComparison {
  const vocabulary = new Set([...own.words.keys(), ...real.words.keys()]);
  const differences = [...vocabulary]
    .map(word => differenceOf(word, own, real))
    .sort((one, other) => other.surprise - one.surprise || (one.word < other.word ? -1 : 1));
  return {
    sharedWords: [...own.words.keys()].filter(word => real.words.has(word)).length,
    realCovered: coverage(real, own),
    ownCovered: coverage(own, real),
    sentenceLengthDistance: lengthDistance(own.sentenceLengths, real.sentenceLengths),
    reportLengthDistance: lengthDistance(own.reportLengths, real.reportLengths),
    overused: differences.filter(word => word.own > word.real).slice(0, most),
    underused: differences.filter(word => word.own < word.real).slice(0, most),
  };
}

function differenceOf(word: string, own: TextStyle, real: TextStyle): WordDifference {
  const ours = own.words.get(word) ?? 0;
  const theirs = real.words.get(word) ?? 0;
  const rate = (ours + theirs) / (own.tokens + real.tokens);
  const part = (count: number, tokens: number) =>
    count === 0 ? 0 : count * Math.log(count / (tokens * rate));
  return {
    word,
    own: own.tokens === 0 ? 0 : (1000 * ours) / own.tokens,
    real: real.tokens === 0 ? 0 : (1000 * theirs) / real.tokens,
    surprise: Math.max(0, 2 * (part(ours, own.tokens) + part(theirs, real.tokens))),
  };
}

function coverage(of: TextStyle, by: TextStyle): number {
  if (of.tokens === 0) return 0;
  let covered = 0;
  for (const [word, count] of of.words) if (by.words.has(word)) covered += count;
  return covered / of.tokens;
}

/** Wasserstein distance of two distributions of lengths, in mean lengths of the second. */
function lengthDistance(own: Lengths, real: Lengths): number {
  const longest = Math.max(0, ...own.keys(), ...real.keys());
  const totals = [own, real].map(lengths => [...lengths.values()].reduce((sum, count) => sum + count, 0));
  const mean = summariseLengths(real).mean;
  if (totals[0] === 0 || totals[1] === 0 || mean === 0) return 0;
  let area = 0;
  let ahead = 0;
  for (let length = 0; length < longest; length++) {
    ahead += (own.get(length) ?? 0) / totals[0]! - (real.get(length) ?? 0) / totals[1]!;
    area += Math.abs(ahead);
  }
  return area / mean;
}

function increase<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
