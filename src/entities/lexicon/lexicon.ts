import type { Change, Extent, Severity, Side, Site } from '../../data/index.js';
import {
  CHANGE_WORDS,
  EXTENT_WORDS,
  SEVERITY_WORDS,
  SIDE_WORDS,
  SIDED_SITES,
  SITE_WORDS,
  type Words,
} from '../attributes.js';
import type { Bank, BankEntity } from '../bank/index.js';
import { PREDICATES, SUBJECTS } from './frames.js';
import { PhraseTrie } from './trie.js';
import { inflections, phraseWords } from './words.js';

/** What the tagger knows of a concept, over all its types. */
export interface KnownConcept {
  readonly concept: string;
  readonly kind: BankEntity['kind'];
  readonly sides: ReadonlySet<Side>;
  readonly sites: ReadonlySet<Site>;
  readonly severities: ReadonlySet<Severity>;
  readonly extents: ReadonlySet<Extent>;
}

/** What a phrase may be; one phrase may be several of them. */
export interface Phrase {
  noun?: KnownConcept;
  /** Says this concept when it is denied. */
  denied?: KnownConcept;
  anatomy?: KnownConcept;
  subjects?: string[];
  predicates?: string[];
}

/** Values that an attribute phrase says. */
export interface AttributeValues {
  side?: Side;
  site?: Site;
  severity?: Severity;
  extent?: Extent;
  change?: Change;
}

export interface Lexicon {
  readonly phrases: PhraseTrie<Phrase>;
  readonly attributes: PhraseTrie<AttributeValues>;
  /** Concepts by subject, then predicate. */
  readonly frames: ReadonlyMap<string, ReadonlyMap<string, readonly KnownConcept[]>>;
}

/** Builds the tries of a bank: every synonym with its plural, frames, attribute words. */
export function lexiconOf(bank: Bank): Lexicon {
  const phrases = new PhraseTrie<Phrase>();
  const frames = new Map<string, Map<string, KnownConcept[]>>();
  const known = new Map<string, KnownConcept>();
  for (const entity of bank.entities) {
    if (known.has(entity.concept)) continue;
    const concept: KnownConcept = {
      concept: entity.concept,
      kind: entity.kind,
      sides: new Set(entity.sides),
      sites: new Set(entity.sites),
      severities: new Set(entity.severities),
      extents: new Set(entity.extents),
    };
    known.set(entity.concept, concept);
    const said = (phrase: Phrase) => (words: string[]) => phrases.add(words, phrase, merged);
    const noun = entity.kind === 'anatomy' ? { anatomy: concept } : { noun: concept };
    for (const synonym of [...entity.synonyms, ...entity.readings]) inflections(synonym).forEach(said(noun));
    for (const denied of entity.denied) inflections(denied).forEach(said({ denied: concept }));
    for (const { subject, predicate } of entity.frames) {
      const ofSubject = frames.get(subject) ?? new Map<string, KnownConcept[]>();
      frames.set(subject, ofSubject);
      ofSubject.set(predicate, [...(ofSubject.get(predicate) ?? []), concept]);
    }
  }
  for (const [subject, said] of Object.entries(SUBJECTS)) {
    for (const phrase of said) {
      for (const words of inflections(phrase)) phrases.add(words, { subjects: [subject] }, merged);
    }
  }
  for (const [predicate, said] of Object.entries(PREDICATES)) {
    for (const phrase of said) {
      for (const words of inflections(phrase)) phrases.add(words, { predicates: [predicate] }, merged);
    }
  }
  return { phrases, attributes: attributeTrie(), frames };
}

/** One phrase in two roles. For nouns the first concept of the bank wins. */
function merged(known: Phrase, added: Phrase): Phrase {
  const subjects = [...new Set([...(known.subjects ?? []), ...(added.subjects ?? [])])];
  const predicates = [...new Set([...(known.predicates ?? []), ...(added.predicates ?? [])])];
  return {
    ...added,
    ...known,
    ...(subjects.length > 0 ? { subjects } : {}),
    ...(predicates.length > 0 ? { predicates } : {}),
  };
}

function attributeTrie(): PhraseTrie<AttributeValues> {
  const trie = new PhraseTrie<AttributeValues>();
  const add = <K extends string>(words: Words<K>, values: (value: K) => AttributeValues) => {
    for (const value of Object.keys(words) as K[]) {
      for (const phrase of words[value]) trie.add(phraseWords(phrase), values(value));
    }
  };
  add(SIDE_WORDS, side => ({ side }));
  add(SITE_WORDS, site => ({ site }));
  add(SEVERITY_WORDS, severity => ({ severity }));
  add(EXTENT_WORDS, extent => ({ extent }));
  add(CHANGE_WORDS, change => ({ change }));
  for (const [word, values] of Object.entries(SIDED_SITES)) trie.add([word], values);
  return trie;
}
