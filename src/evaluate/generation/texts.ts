import type { ReportText } from '../../data/index.js';
import {
  type Bank,
  bankStatistics,
  type CorpusReport,
  extractEntities,
  type LongTail,
} from '../../entities/index.js';
import {
  compareStyles,
  type LengthSummary,
  StyleCounter,
  summariseLengths,
  type TextStyle,
  wordsOf,
} from '../../reports/index.js';
import { type CopiedTexts, measureCopiedTexts } from './copied-texts.js';

/** A report with whose it is, for the search of copies. */
export interface PatientReport extends ReportText {
  readonly id: string;
  readonly patient: string;
}

/** How one collection of reports is written. */
export interface TextFigures {
  readonly reports: number;
  readonly words: number;
  readonly differentWords: number;
  /** Words of a report. */
  readonly length: LengthSummary;
  /**
   * Different words, and different pairs of neighbouring words, over all of them (Li et al., 2016, arXiv 1510.03055), in
   * the first `distinctWords` words: the share falls with the length of a text, so both collections are cut alike.
   */
  readonly distinct1: number;
  readonly distinct2: number;
  /** Spread of the entities, other than anatomy and what is denied or normal. */
  readonly entities: LongTail;
}

/** Synthetic reports, beside real ones where there are any. */
export interface TextQuality {
  readonly synthetic: TextFigures;
  readonly distinctWords: number;
  readonly real?: TextFigures;
  readonly coverage?: {
    /** Share of the real reports' words, as often as they come up, that the synthetic ones use; and of the different ones. */
    readonly words: number;
    readonly differentWords: number;
  };
  /** Share of wanted entities (concept and type) that synthetic reports name. */
  readonly entities?: {
    /** A bank's file name, or `real reports`. */
    readonly of: string;
    readonly wanted: number;
    readonly covered: number;
    /** The same with each entity as often as it is said there. */
    readonly usesCovered: number;
  };
  /** Area between the distributions of report lengths, in mean lengths of the real ones: 0 alike. */
  readonly lengthDistance?: number;
  readonly copies?: CopiedTexts;
}

export interface TextOptions {
  /** Wanted entities; default those of the real reports. */
  readonly bank?: Bank | undefined;
  readonly bankName?: string | undefined;
  readonly seed: number;
  /** Share of real reports that may count as copies of other patients' reports. */
  readonly falseAlarms: number;
  readonly signal?: AbortSignal | undefined;
}

/** Measures the texts of samples. @returns undefined where no synthetic sample has one. */
export async function measureTexts(
  synthetic: readonly PatientReport[],
  real: readonly PatientReport[],
  options: TextOptions,
): Promise<TextQuality | undefined> {
  const { bank, bankName = 'bank', seed, falseAlarms, signal } = options;
  const own = synthetic.filter(isWritten);
  const others = real.filter(isWritten);
  if (own.length === 0) return undefined;
  const styles = [own, others].map(styleOf) as [TextStyle, TextStyle];
  const distinctWords = others.length === 0 ? styles[0].tokens : Math.min(styles[0].tokens, styles[1].tokens);
  const banks = await Promise.all(
    [own, others].map(reports => extractEntities(reports.map(corpusReport), { bank, signal })),
  );
  const figures = (reports: readonly PatientReport[], style: TextStyle, read: Bank): TextFigures => ({
    reports: style.reports,
    words: style.tokens,
    differentWords: style.words.size,
    length: summariseLengths(style.reportLengths),
    ...distinctOf(reports, distinctWords),
    entities: bankStatistics(presentOnly(read)).all,
  });
  const quality: TextQuality = { synthetic: figures(own, styles[0], banks[0]!), distinctWords };
  const wanted = bank ?? (others.length > 0 ? banks[1]! : undefined);
  const entities = wanted && {
    of: bank === undefined ? 'real reports' : bankName,
    ...entityCoverage(banks[0]!, wanted),
  };
  if (others.length === 0) return { ...quality, ...(entities === undefined ? {} : { entities }) };
  const comparison = compareStyles(...styles);
  return {
    ...quality,
    real: figures(others, styles[1], banks[1]!),
    coverage: {
      words: comparison.realCovered,
      differentWords: styles[1].words.size === 0 ? 0 : comparison.sharedWords / styles[1].words.size,
    },
    ...(entities === undefined ? {} : { entities }),
    lengthDistance: comparison.reportLengthDistance,
    copies: measureCopiedTexts(own, others, { seed, falseAlarms, signal }),
  };
}

function isWritten({ findings, impression }: ReportText): boolean {
  return findings.trim() !== '' || impression.trim() !== '';
}

function styleOf(reports: readonly ReportText[]): TextStyle {
  const counter = new StyleCounter();
  for (const report of reports) counter.add(report);
  return counter.style();
}

function corpusReport({ id, findings, impression }: PatientReport): CorpusReport {
  return { id, findings, impression };
}

/** What reports say is there: without anatomy and the types of what is denied or normal. */
function presentOnly(bank: Bank): Bank {
  return {
    ...bank,
    entities: bank.entities.filter(({ type }) => type === 'ABNORMALITY' || type === 'DISEASE'),
  };
}

function entityCoverage(own: Bank, wanted: Bank): { wanted: number; covered: number; usesCovered: number } {
  const named = new Set(own.entities.map(({ type, concept }) => `${type} ${concept}`));
  let covered = 0;
  let uses = 0;
  let usesCovered = 0;
  for (const { type, concept, count } of wanted.entities) {
    uses += count;
    if (!named.has(`${type} ${concept}`)) continue;
    covered++;
    usesCovered += count;
  }
  const { length } = wanted.entities;
  return {
    wanted: length,
    covered: length === 0 ? 0 : covered / length,
    usesCovered: uses === 0 ? 0 : usesCovered / uses,
  };
}

/** Different words and pairs in the first so many words of reports; pairs do not go over the end of a report. */
export function distinctOf(
  reports: readonly ReportText[],
  most: number,
): { distinct1: number; distinct2: number } {
  const words = new Set<string>();
  const pairs = new Set<string>();
  let wordCount = 0;
  let pairCount = 0;
  for (const { findings, impression } of reports) {
    let before: string | undefined;
    for (const word of wordsOf(`${findings}\n${impression}`)) {
      if (wordCount === most) break;
      wordCount++;
      words.add(word);
      if (before !== undefined) {
        pairCount++;
        pairs.add(`${before} ${word}`);
      }
      before = word;
    }
  }
  return {
    distinct1: wordCount === 0 ? 0 : words.size / wordCount,
    distinct2: pairCount === 0 ? 0 : pairs.size / pairCount,
  };
}
