import { writeFileAtomic } from '../base/index.js';
import type { EntityType, Mention } from '../data/index.js';
import { type Bank, type BankEntity, defaultBank } from './bank/index.js';
import { type CorpusReport, readCorpus } from './corpus.js';
import { LexiconTagger } from './lexicon/tagger.js';
import { type LongTail, longTail } from './statistics.js';
import type { Tagger } from './tagger.js';

export interface ExtractOptions {
  /** Reads the reports; by default the lexicon with unknown noun phrases. */
  readonly tagger?: Tagger;
  /** For the card of the bank. */
  readonly source?: string;
  /** Entities in fewer reports than this are left out. Default 1. */
  readonly least?: number;
  readonly onProgress?: (reports: number) => void;
  readonly signal?: AbortSignal;
}

/** How many reports go to the tagger at once. */
const BATCH = 256;
/** How many ways to write an entity are kept. */
const VARIANTS = 10;

interface Tally {
  concept: string;
  type: EntityType;
  reports: number;
  variants: Map<string, number>;
}

/**
 * Reads the entities of a corpus and counts in how many reports each (concept, type) is said. Memory grows
 * with the number of different entities, not of reports.
 */
export async function extractEntities(
  reports: AsyncIterable<CorpusReport> | Iterable<CorpusReport>,
  options: ExtractOptions = {},
): Promise<Bank> {
  const { tagger = new LexiconTagger(defaultBank(), { unknown: true }), onProgress, signal } = options;
  const tallies = new Map<string, Tally>();
  let read = 0;
  let batch: CorpusReport[] = [];
  const flush = async () => {
    for (const mentions of await tagger.tag(batch)) count(mentions, tallies);
    read += batch.length;
    batch = [];
    onProgress?.(read);
  };
  for await (const report of reports) {
    signal?.throwIfAborted();
    batch.push(report);
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  const kept = [...tallies.values()].filter(tally => tally.reports >= (options.least ?? 1));
  return {
    version: 1,
    source: options.source ?? 'reports',
    reports: read,
    entities: kept.sort(byCount).map(entityOf),
  };
}

function count(mentions: readonly Mention[], tallies: Map<string, Tally>): void {
  const said = new Set<Tally>();
  for (const { concept, type, text } of mentions) {
    const key = `${type} ${concept}`;
    let tally = tallies.get(key);
    if (tally === undefined) {
      tally = { concept, type, reports: 0, variants: new Map() };
      tallies.set(key, tally);
    }
    const variant = text.toLowerCase().replace(/\s+/g, ' ');
    tally.variants.set(variant, (tally.variants.get(variant) ?? 0) + 1);
    said.add(tally);
  }
  for (const tally of said) tally.reports++;
}

function byCount(a: Tally, b: Tally): number {
  return (
    b.reports - a.reports || a.concept.localeCompare(b.concept, 'en') || a.type.localeCompare(b.type, 'en')
  );
}

function entityOf(tally: Tally): BankEntity {
  const variants = [...tally.variants]
    .map(([text, times]) => ({ text, count: times }))
    .sort((a, b) => b.count - a.count || a.text.localeCompare(b.text, 'en'))
    .slice(0, VARIANTS);
  const known = defaultBank().entities.find(entity => entity.concept === tally.concept);
  return {
    ...(known ?? unknownEntity(tally)),
    type: tally.type,
    variants,
    count: tally.reports,
  };
}

/** An entity that no bank describes: nothing is known of its places and degrees. */
function unknownEntity({ concept, type }: Tally): BankEntity {
  return {
    concept,
    type,
    kind: type === 'ANATOMY' ? 'anatomy' : type.endsWith('DISEASE') ? 'disease' : 'abnormality',
    synonyms: [concept],
    readings: [],
    denied: [],
    frames: [],
    sides: [],
    sites: [],
    severities: [],
    extents: [],
    labels: {},
    excludes: [],
    variants: [],
    count: 0,
  };
}

/** The long tail of each type of a bank, and of all together under `all`. */
export function bankStatistics(bank: Bank): Record<EntityType | 'all', LongTail> {
  const of = (type?: EntityType) =>
    longTail(
      bank.entities.filter(entity => type === undefined || entity.type === type).map(entity => entity.count),
    );
  return {
    all: of(),
    ABNORMALITY: of('ABNORMALITY'),
    'NON-ABNORMALITY': of('NON-ABNORMALITY'),
    DISEASE: of('DISEASE'),
    'NON-DISEASE': of('NON-DISEASE'),
    ANATOMY: of('ANATOMY'),
  };
}

/** What `synray entities extract` prints. */
export interface ExtractResult {
  readonly out: string;
  readonly reports: number;
  readonly entities: number;
  readonly longTail: Record<EntityType | 'all', LongTail>;
}

/** Reads a corpus (see {@link readCorpus}) and writes its bank. `out` appears when all is done. */
export async function extractFile(
  source: string,
  out: string,
  options: ExtractOptions = {},
): Promise<ExtractResult> {
  const bank = await extractEntities(readCorpus(source), { source, ...options });
  await writeFileAtomic(out, `${JSON.stringify(bank, null, 1)}\n`);
  return { out, reports: bank.reports, entities: bank.entities.length, longTail: bankStatistics(bank) };
}

/** The result as lines for people. */
export function formatExtraction(result: ExtractResult): string {
  const rows = Object.entries(result.longTail).map(
    ([type, { entities, uses, top50, gini, entropy }]) =>
      `${type.padEnd(16)}${String(entities).padStart(8)}${String(uses).padStart(9)}${top50.toFixed(2).padStart(8)}${gini.toFixed(2).padStart(7)}${entropy.toFixed(2).padStart(9)}`,
  );
  return [
    `${result.out}: ${result.entities} entities of ${result.reports} reports`,
    'type            entities     uses  top 50   Gini  entropy',
    ...rows,
  ].join('\n');
}
