import type { Change, Extent, Severity, Side, Site } from '../../data/index.js';
import {
  CHANGE_WORDS,
  EXTENT_WORDS,
  PLACE_READINGS,
  SEVERITY_WORDS,
  SIDE_WORDS,
  SIDED_SITES,
  SITE_WORDS,
  type Words,
} from '../attributes.js';
import type { Bank, BankEntity } from '../bank/index.js';
import { cues } from './cues.js';
import { PREDICATES, SUBJECTS } from './frames.js';
import { Spelling } from './spelling.js';
import { PhraseTrie } from './trie.js';
import { inflections, phraseWords } from './words.js';

/** What the tagger knows of a concept, over all its types. */
export interface KnownConcept {
  readonly concept: string;
  readonly kind: BankEntity['kind'];
  /** What stays once it is there, such as the trace of an operation: the bank has no denial of it. */
  readonly lasting: boolean;
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
  readonly spelling: Spelling;
  /** Concepts by subject, then predicate. */
  readonly frames: ReadonlyMap<string, ReadonlyMap<string, readonly KnownConcept[]>>;
}

/** Builds the tries of a bank: every synonym with its plural, frames, attribute words. */
export function lexiconOf(bank: Bank): Lexicon {
  const phrases = new PhraseTrie<Phrase>();
  const frames = new Map<string, Map<string, KnownConcept[]>>();
  const known = new Map<string, KnownConcept>();
  const deniable = new Set(bank.entities.filter(isDenial).map(({ concept }) => concept));
  const right = new Set<string>();
  const findings: string[] = [];
  const add = (phrase: string, role: Phrase) => {
    for (const words of inflections(phrase)) {
      phrases.add(words, role, merged);
      for (const word of words) right.add(word);
      if (role.noun !== undefined) findings.push(...words);
    }
  };
  for (const entity of bank.entities) {
    if (known.has(entity.concept)) continue;
    const concept: KnownConcept = {
      concept: entity.concept,
      kind: entity.kind,
      lasting: !deniable.has(entity.concept),
      sides: new Set(entity.sides),
      sites: new Set(entity.sites),
      severities: new Set(entity.severities),
      extents: new Set(entity.extents),
    };
    known.set(entity.concept, concept);
    const role = entity.kind === 'anatomy' ? { anatomy: concept } : { noun: concept };
    for (const synonym of [...entity.synonyms, ...entity.readings]) add(synonym, role);
    for (const denied of entity.denied) add(denied, { denied: concept });
    for (const { subject, predicate } of entity.frames) {
      const ofSubject = frames.get(subject) ?? new Map<string, KnownConcept[]>();
      frames.set(subject, ofSubject);
      ofSubject.set(predicate, [...(ofSubject.get(predicate) ?? []), concept]);
    }
  }
  for (const [subject, said] of Object.entries(SUBJECTS)) {
    for (const phrase of said) add(phrase, { subjects: [subject] });
  }
  for (const [predicate, said] of Object.entries(PREDICATES)) {
    for (const phrase of said) add(phrase, { predicates: [predicate] });
  }
  const attributes = attributeTrie();
  for (const word of [...attributes.words(), ...cues.words()]) right.add(word);
  return { phrases, attributes, frames, spelling: new Spelling(right, findings) };
}

function isDenial({ type }: BankEntity): boolean {
  return type === 'NON-ABNORMALITY' || type === 'NON-DISEASE';
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
  for (const [phrase, values] of Object.entries({ ...SIDED_SITES, ...PLACE_READINGS })) {
    trie.add(phraseWords(phrase), values);
  }
  return trie;
}
