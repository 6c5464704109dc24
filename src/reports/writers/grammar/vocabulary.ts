import type { Attributes, EntityType, Mention, PlannedEntity, Side } from '../../../data/index.js';
import { type Bank, type BankEntity, LexiconTagger } from '../../../entities/index.js';
import { articleOf, type Noun, parseNoun, pluralOf } from './noun.js';
import { NOUNS, type NounEntry, type Nouns, type Region, regionOf } from './nouns/index.js';
import { Weighted } from './weighted.js';

/** How one concept is said, in words that are read back as it. */
export interface Lexeme {
  readonly region: Region;
  readonly degrees: NounEntry['degrees'];
  readonly present: Weighted<Noun>;
  readonly denied: Weighted<Noun>;
  /** Those that may stand in a list: in "no calcification, tortuosity of the aorta" both are read of the aorta. */
  readonly listed: Weighted<Noun>;
  /** Can be focal, patchy or diffuse. */
  readonly spread: boolean;
  /** Lies in the lung's tissue, so that one may say "in the left lung". */
  readonly inLung: boolean;
}

/** Sentences remembered at a time, with whether they say what they should. */
const REMEMBERED = 50_000;
/** How many of a bank's own words for a concept are tried. */
const CANDIDATES = 12;

/**
 * The words for the entities of a bank. Each noun is read by the tagger of the same bank when its concept is first
 * used, and left out if it is not read as that concept and nothing else: so concepts that the grammar has no
 * nouns for, from the bank of any corpus, are said in the bank's words.
 */
export class Vocabulary {
  readonly #entities = new Map<string, BankEntity>();
  readonly #tagger: LexiconTagger;
  readonly #lexemes = new Map<string, Lexeme>();
  readonly #said = new Map<string, boolean>();
  readonly #fitting = new Map<string, readonly string[]>();

  constructor(bank: Bank) {
    for (const entity of bank.entities) {
      const known = this.#entities.get(entity.concept);
      this.#entities.set(entity.concept, known === undefined ? entity : joined(known, entity));
    }
    this.#tagger = new LexiconTagger(bank);
  }

  /** Whether the bank counts this as a normal statement. */
  isNormal(concept: string): boolean {
    return this.#entities.get(concept)?.kind === 'normal';
  }

  lexeme(concept: string): Lexeme {
    let lexeme = this.#lexemes.get(concept);
    if (lexeme === undefined) {
      lexeme = this.#lexemeOf(concept);
      this.#lexemes.set(concept, lexeme);
    }
    return lexeme;
  }

  /**
   * Whether a sentence is read as just these entities.
   * @param free - Allows parts of the body besides, as a heading names one.
   */
  says(sentence: string, entities: readonly PlannedEntity[], free = false): boolean {
    const wanted = new Set(entities.filter(({ type }) => !free || type !== 'ANATOMY').map(keyOf));
    const memory = `${sentence}\n${[...wanted].join('\n')}`;
    const known = this.#said.get(memory);
    if (known !== undefined) return known;
    const read = this.#tagger
      .readSection(sentence, 'findings')
      .filter(({ type }) => !free || type !== 'ANATOMY')
      .map(keyOfMention);
    const right = new Set(read).size === wanted.size && read.every(key => wanted.has(key));
    if (this.#said.size >= REMEMBERED) this.#said.clear();
    this.#said.set(memory, right);
    return right;
  }

  /**
   * Those of some modifiers that are read with this noun as the attributes they stand for.
   * @param phrase - Sets a modifier before or after the noun.
   * @param key - Names noun, attributes and place of the modifier.
   */
  fitting(
    key: string,
    modifiers: () => readonly string[],
    entity: PlannedEntity,
    phrase: (modifier: string) => string,
  ): readonly string[] {
    let fit = this.#fitting.get(key);
    if (fit === undefined) {
      fit = modifiers().filter(modifier => this.#reads(`There is ${phrase(modifier)}.`, entity));
      if (this.#fitting.size >= REMEMBERED) this.#fitting.clear();
      this.#fitting.set(key, fit);
    }
    return fit;
  }

  #reads(sentence: string, entity: PlannedEntity): boolean {
    const read = this.#tagger.readSection(sentence, 'findings');
    return read.length === 1 && keyOfMention(read[0]!) === keyOf(entity);
  }

  #lexemeOf(concept: string): Lexeme {
    const entry = NOUNS.get(concept);
    const entity = this.#entities.get(concept);
    const own = entry?.nouns ?? {};
    const present =
      this.#vetted(concept, own, false) ?? this.#vetted(concept, nounsOf(concept, entity), false);
    const denied =
      this.#vetted(concept, entry?.denied ?? own, true) ??
      this.#vetted(concept, nounsOf(concept, entity), true);
    const any = present ?? denied ?? new Weighted([[parseNoun(concept), 1]]);
    return {
      region: regionOf(concept),
      degrees: entry?.degrees,
      present: present ?? any,
      denied: denied ?? any,
      listed: denied?.filter(({ one }) => !/ (of|in|at|on) /.test(one)) ?? denied ?? any,
      spread: (entity?.extents.length ?? 0) > 0,
      inLung: entity?.sites.includes('lower lobe') ?? false,
    };
  }

  /** The nouns that are read as the concept; undefined if none is. */
  #vetted(concept: string, nouns: Nouns, denied: boolean): Weighted<Noun> | undefined {
    const kind = this.#entities.get(concept)?.kind === 'disease' ? 'DISEASE' : 'ABNORMALITY';
    const type: EntityType = denied ? `NON-${kind}` : kind;
    const reads = (words: string, side?: Side) =>
      this.#reads(`There is ${denied ? 'no ' : ''}${words}.`, {
        concept,
        type,
        ...(side === undefined ? {} : { side }),
      });
    const vetted = Object.entries(nouns).flatMap(([text, weight]): [Noun, number][] => {
      const noun = parseNoun(text);
      if (!reads(noun.one)) return [];
      const many = noun.many !== undefined && reads(noun.many) ? noun.many : undefined;
      const sided = noun.sided !== undefined && reads(noun.sided.replace('{side}', 'left'), 'left');
      return [[{ ...noun, many, sided: sided ? noun.sided : undefined }, weight]];
    });
    return vetted.length === 0 ? undefined : new Weighted(vetted);
  }
}

/** Present and denied entities of a concept bring their words together. */
function joined(one: BankEntity, other: BankEntity): BankEntity {
  return {
    ...one,
    synonyms: [...new Set([...one.synonyms, ...other.synonyms])],
    variants: [...one.variants, ...other.variants],
    sites: [...new Set([...one.sites, ...other.sites])],
    extents: [...new Set([...one.extents, ...other.extents])],
  };
}

/** A bank's own words for a concept: its name first, then what its source writes, most frequent first. */
function nounsOf(concept: string, entity: BankEntity | undefined): Nouns {
  const nouns: Record<string, number> = { [nounFrom(concept)]: 1 };
  const variants = [...(entity?.variants ?? [])].sort((one, other) => other.count - one.count);
  for (const { text, count } of variants.slice(0, CANDIDATES)) nouns[nounFrom(text.toLowerCase())] ??= count;
  for (const synonym of (entity?.synonyms ?? []).slice(0, CANDIDATES)) nouns[nounFrom(synonym)] ??= 1;
  return nouns;
}

/** Endings of heads that cannot be counted. */
const MASS =
  /(osis|itis|ectasis|pathy|disease|failure|hypertension|pneumonia|edema|thickening|loss|cancer|injury|aspiration|hemorrhage|syndrome|infection|pleurisy|empyema|thorax|achalasia|oma|fibrosis|calcification|degeneration|hardware|material|fat|air|gas|fluid|tissue|crowding|cuffing|stranding|swelling|widening|narrowing|enlargement|elevation|prominence|nodularity|tortuosity|haziness|haze|fullness|distention|dilatation|dilation|spurring|emphysema|megaly|ectomy|plasty|ostomy|pathology|malignancy)$/;

function nounFrom(concept: string): string {
  const head = concept.split(/ (?:of|in|under|at|on|with|to) /)[0]!;
  if (MASS.test(head)) return concept;
  if (/[^siu]s$/.test(head)) return `+${concept}`;
  const plural = `${pluralOf(head)}${concept.slice(head.length)}`;
  return `${articleOf(concept)} ${concept}|${plural}`;
}

const keyOf = (entity: PlannedEntity): string =>
  entity.type === 'ANATOMY'
    ? `${entity.concept}|ANATOMY`
    : `${entity.concept}|${entity.type}|${attributesOf(entity)}`;

function keyOfMention(mention: Mention): string {
  const uncertain = mention.polarity === 'uncertain' ? '?' : '';
  return `${keyOf(mention)}${uncertain}`;
}

const attributesOf = ({ side, site, severity, extent, change }: Attributes): string =>
  `${side ?? ''}|${site ?? ''}|${severity ?? ''}|${extent ?? ''}|${change ?? ''}`;
