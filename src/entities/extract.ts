import { basename } from 'node:path';
import { writeFileAtomic } from '../base/index.js';
import type { EntityType, Mention, Position } from '../data/index.js';
import { type Bank, type BankEntity, defaultBank } from './bank/index.js';
import { type CorpusReport, readCorpus } from './corpora/index.js';
import { tagCorpus } from './read-reports.js';
import { unreadable } from './readable.js';
import { prepareOut, SetAside, setAsidePath } from './set-aside.js';
import { type LongTail, longTail } from './statistics.js';
import { type ReadCorpusOptions, taggerOf } from './tag-file.js';

export interface ExtractOptions extends ReadCorpusOptions {
  /** For the card of the bank. */
  readonly source?: string | undefined;
  /** Entities in fewer reports than this are left out. Default 1. */
  readonly least?: number | undefined;
}

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
 * with the number of different entities, not of reports. A noun phrase that no bank knew and that cannot be read back
 * as itself (see {@link unreadable}) is left out.
 */
export async function extractEntities(
  reports: AsyncIterable<CorpusReport> | Iterable<CorpusReport>,
  options: ExtractOptions = {},
): Promise<Bank> {
  const tallies = new Map<string, Tally>();
  let read = 0;
  for await (const { mentions } of tagCorpus(reports, taggerOf(options), options.signal)) {
    count(mentions, tallies);
    read++;
  }
  const known = new Map((options.bank ?? defaultBank()).entities.map(entity => [entity.concept, entity]));
  const entities = [...tallies.values()]
    .filter(tally => tally.reports >= (options.least ?? 1))
    .sort(byCount)
    .map(tally => entityOf(tally, known.get(tally.concept)));
  const bank: Bank = { version: 1, source: options.source ?? 'reports', reports: read, entities };
  const lost = unreadable(
    entities.filter(({ concept }) => !known.has(concept)),
    bank,
  );
  return { ...bank, entities: entities.filter(entity => !lost.has(entity)) };
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

function entityOf(tally: Tally, known: BankEntity | undefined): BankEntity {
  const variants = [...tally.variants]
    .map(([text, times]) => ({ text, count: times }))
    .sort((a, b) => b.count - a.count || a.text.localeCompare(b.text, 'en'))
    .slice(0, VARIANTS);
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
  /** Reports that could not be read, with `skipBad`. */
  readonly setAside: number;
  readonly longTail: Record<EntityType | 'all', LongTail>;
  readonly seconds: number;
}

/**
 * Reads a corpus (see {@link readCorpus}) and writes its bank. `out` appears when all is done.
 * @throws InputError naming the file and the line of the first report that cannot be read, unless `skipBad`.
 */
export async function extractFile(
  source: string,
  out: string,
  options: ExtractOptions = {},
): Promise<ExtractResult> {
  const started = performance.now();
  const { onProgress, skipBad = false } = options;
  await prepareOut(out);
  const setAside = new SetAside(setAsidePath(out), skipBad);
  let read = 0;
  async function* counted(): AsyncGenerator<CorpusReport> {
    const onPosition = onProgress && ((position: Position) => onProgress(read, position));
    for await (const report of readCorpus(source, { ...options, onBad: setAside.take, onPosition })) {
      read++;
      yield report;
    }
  }
  const bank = await setAside.around(async () => {
    const extracted = await extractEntities(counted(), { source: basename(source), ...options });
    await writeFileAtomic(out, `${JSON.stringify(extracted, null, 1)}\n`);
    return extracted;
  });
  return {
    out,
    reports: bank.reports,
    entities: bank.entities.length,
    setAside: setAside.count,
    longTail: bankStatistics(bank),
    seconds: (performance.now() - started) / 1000,
  };
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
