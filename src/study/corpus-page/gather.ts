import type { EntityType, Position } from '../../data/index.js';
import {
  type Bank,
  bankStatistics,
  defaultBank,
  extractEntities,
  type LongTail,
  longTail,
  type ReadCorpusOptions,
  readCorpus,
} from '../../entities/index.js';
import {
  compareStyles,
  countPlan,
  countUses,
  type EntityUses,
  type LengthSummary,
  type StyleComparison,
  StyleCounter,
  summariseLengths,
  type TextStyle,
} from '../../reports/index.js';

export interface CorpusPageOptions
  extends Pick<ReadCorpusOptions, 'bank' | 'format' | 'columns' | 'knownOnly' | 'signal'> {
  /** Reports of people, see `readCorpus`; without them the counts of the bank stand for a corpus. */
  readonly corpus?: string | undefined;
  /** A plan, from `synray plan`. */
  readonly plan?: string | undefined;
  /** Reports that were written, from `synray reports`, or any other corpus. */
  readonly reports?: string | undefined;
  /** Told of the corpus, and after it of the written reports: how many are read, and how far its source is. */
  readonly onProgress?: ((reports: number, position: Position) => void) | undefined;
}

/** Types as the page shows them. */
export const TYPES: readonly EntityType[] = [
  'ABNORMALITY',
  'DISEASE',
  'NON-ABNORMALITY',
  'NON-DISEASE',
  'ANATOMY',
];

/** Entities of one source, with the reports that say them, and how unevenly. */
export interface Tail {
  readonly source: string;
  readonly reports: number;
  readonly entities: readonly EntityUses[];
  readonly longTail: Readonly<Record<EntityType | 'all', LongTail>>;
}

/** How one collection of reports is written. */
export interface NamedStyle {
  readonly source: string;
  readonly style: TextStyle;
}

/** All that the page shows. */
export interface CorpusPageData {
  readonly corpus: Tail;
  /** The corpus is the bank's own counts, and not of reports that were read. */
  readonly fromBank: boolean;
  readonly plan?: Tail | undefined;
  readonly real?: NamedStyle | undefined;
  readonly written?: NamedStyle | undefined;
  readonly comparison?: StyleComparison | undefined;
}

/** Counts what the page shows. Memory grows with entities and words, and by a few bytes a report. */
export async function gatherCorpusPage(options: CorpusPageOptions): Promise<CorpusPageData> {
  const { corpus, plan, reports } = options;
  // What is missing is told before the long work.
  const planned = plan === undefined ? undefined : await tailOfPlan(plan, options.bank ?? defaultBank());
  const real = corpus === undefined ? undefined : await readReal(corpus, options);
  const written = reports === undefined ? undefined : await styleOf(reports, options);
  return {
    corpus: tailOfBank(real?.bank ?? options.bank ?? defaultBank()),
    fromBank: real === undefined,
    plan: planned,
    real: real?.style,
    written,
    comparison:
      real === undefined || written === undefined
        ? undefined
        : compareStyles(written.style, real.style.style),
  };
}

async function readReal(
  source: string,
  options: CorpusPageOptions,
): Promise<{ bank: Bank; style: NamedStyle }> {
  const { format, columns, signal, onProgress } = options;
  const counter = new StyleCounter();
  let read = 0;
  async function* counted() {
    const onPosition = (position: Position) => onProgress?.(read, position);
    for await (const report of readCorpus(source, { format, columns, onPosition })) {
      counter.add(report);
      read++;
      yield report;
    }
  }
  const bank = await extractEntities(counted(), {
    source,
    bank: options.bank,
    knownOnly: options.knownOnly,
    signal,
  });
  return { bank, style: { source, style: counter.style() } };
}

async function styleOf(source: string, { signal, onProgress }: CorpusPageOptions): Promise<NamedStyle> {
  const counter = new StyleCounter();
  let read = 0;
  const onPosition = (position: Position) => onProgress?.(read, position);
  for await (const report of readCorpus(source, { onPosition })) {
    signal?.throwIfAborted();
    counter.add(report);
    read++;
  }
  return { source, style: counter.style() };
}

function tailOfBank(bank: Bank): Tail {
  return {
    source: bank.source,
    reports: bank.reports,
    entities: bank.entities.map(({ concept, type, count }) => ({ concept, type, count })),
    longTail: bankStatistics(bank),
  };
}

/** The uses of a plan. Entities that it never uses count too, where it is a plan of this bank and draws their type at all. */
async function tailOfPlan(path: string, bank: Bank): Promise<Tail> {
  const used = await countUses(path);
  const known = new Set(used.map(({ concept, type }) => `${type} ${concept}`));
  const drawn = new Set(used.map(({ type }) => type));
  const ofBank = new Set(bank.entities.map(({ concept, type }) => `${type} ${concept}`));
  const isFromBank = [...known].every(name => ofBank.has(name));
  const unused = isFromBank
    ? bank.entities
        .filter(({ concept, type }) => drawn.has(type) && !known.has(`${type} ${concept}`))
        .map(({ concept, type }) => ({ concept, type, count: 0 }))
    : [];
  const entities = [...used, ...unused];
  const of = (type?: EntityType) =>
    longTail(entities.filter(entity => type === undefined || entity.type === type).map(({ count }) => count));
  return {
    source: path,
    reports: await countPlan(path),
    entities,
    longTail: {
      all: of(),
      ABNORMALITY: of('ABNORMALITY'),
      'NON-ABNORMALITY': of('NON-ABNORMALITY'),
      DISEASE: of('DISEASE'),
      'NON-DISEASE': of('NON-DISEASE'),
      ANATOMY: of('ANATOMY'),
    },
  };
}

/** A style in a few numbers, for `--json`. */
export interface StyleSummary {
  readonly source: string;
  readonly reports: number;
  readonly words: number;
  readonly vocabulary: number;
  /** Share of reports whose text was there before. */
  readonly duplicates: number;
  readonly sentenceLength: LengthSummary;
  readonly reportLength: LengthSummary;
}

export function summariseStyle({ source, style }: NamedStyle): StyleSummary {
  return {
    source,
    reports: style.reports,
    words: style.tokens,
    vocabulary: style.words.size,
    duplicates: style.reports === 0 ? 0 : style.duplicates / style.reports,
    sentenceLength: summariseLengths(style.sentenceLengths),
    reportLength: summariseLengths(style.reportLengths),
  };
}
