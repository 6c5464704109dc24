import type { Attributes, EntityType, Mention, Polarity, ReportText } from '../../data/index.js';
import { type Bank, defaultBank } from '../bank/index.js';
import type { Tagger } from '../tagger.js';
import { attachAttributes, type Draft, findAttributes } from './attribute-reader.js';
import { type Found, readFrames } from './frames-reader.js';
import { type KnownConcept, type Lexicon, lexiconOf, type Phrase } from './lexicon.js';
import { nounPhrases, singular } from './noun-phrases.js';
import { type PolarityReading, readPolarity } from './polarity.js';
import { type Sentence, sentencesOf } from './sentences.js';

/**
 * The embedded tagger: phrases of a bank, subject-predicate frames, negation and doubt by scope, attributes
 * by nearness. Reads some thousands of reports a second on one core.
 */
export class LexiconTagger implements Tagger {
  readonly name = 'lexicon';
  readonly #lexicon: Lexicon;

  readonly #unknown: boolean;

  /**
   * @param bank - The phrases it knows.
   * @param options.unknown - Also give noun phrases that the bank does not know, typed by their last word;
   *   their concept is the phrase itself in the singular.
   */
  constructor(bank: Bank = defaultBank(), options: { unknown?: boolean } = {}) {
    this.#lexicon = lexiconOf(bank);
    this.#unknown = options.unknown ?? false;
  }

  async tag(reports: readonly ReportText[]): Promise<Mention[][]> {
    return reports.map(report => this.read(report));
  }

  /** The mentions of one report, at once. */
  read(report: ReportText): Mention[] {
    return [
      ...this.readSection(report.findings, 'findings'),
      ...this.readSection(report.impression, 'impression'),
    ];
  }

  /** The mentions of one section, sorted by start. */
  readSection(text: string, section: Mention['section']): Mention[] {
    const mentions: Mention[] = [];
    for (const sentence of sentencesOf(text, this.#unknown)) {
      for (const { draft, polarity } of readSentence(sentence, this.#lexicon, this.#unknown)) {
        mentions.push(mentionOf(draft, polarity, sentence, text, section));
      }
    }
    return mentions.sort((a, b) => a.start - b.start || a.end - b.end);
  }
}

interface ReadDraft {
  draft: Draft;
  polarity: Polarity;
}

function readSentence(sentence: Sentence, lexicon: Lexicon, unknown: boolean): ReadDraft[] {
  const { words } = sentence;
  const reading = readPolarity(words);
  const found = findPhrases(words, lexicon, reading);
  const taken = new Array<boolean>(words.length).fill(false);
  const take = (start: number, end: number) => taken.fill(true, start, end);

  const frames = readFrames(words, found.subjects, found.predicates, found.nouns, lexicon);
  // A frame that uses a whole noun as its predicate says more: "calcification" of the aorta.
  const replaced = (noun: Found) =>
    frames.some(
      frame =>
        frame.predicate.start <= noun.start &&
        noun.end <= frame.predicate.end &&
        frame.concept !== noun.phrase.noun,
    );
  const nouns = found.nouns.filter(noun => !replaced(noun));
  const drafts: ReadDraft[] = [];
  for (const noun of nouns) {
    take(noun.start, noun.end);
    const concept = noun.phrase.noun ?? noun.phrase.denied!;
    drafts.push({
      draft: {
        concept,
        start: noun.start,
        end: noun.end,
        attributes: ownAttributes(words, noun, concept, lexicon),
        open: false,
      },
      polarity: reading.polarity[noun.end - 1]!,
    });
  }
  for (const { concept, subject, predicate } of frames) {
    if (nouns.some(noun => overlaps(noun, predicate) && !alsoSays(noun, concept))) continue;
    const polarity = reading.polarity[predicate.start]!;
    if (concept.kind === 'normal' && polarity === 'negated') continue;
    const start = Math.min(subject.start, predicate.start);
    const end = Math.max(subject.end, predicate.end);
    take(subject.start, subject.end);
    take(predicate.start, predicate.end);
    drafts.push({ draft: { concept, start, end, attributes: {}, open: true }, polarity });
  }
  const attributes = findAttributes(words, taken, lexicon);
  const spans = drafts.map(({ draft }) => draft);
  attachAttributes(words, attributes, spans);
  for (const still of reading.unchanged) {
    attachAttributes(words, [{ ...still, values: { change: 'unchanged' }, used: false }], spans);
  }
  for (const place of attributes) if (place.used) take(place.start, place.end);
  if (unknown) {
    for (const { start, end, kind } of nounPhrases(sentence, taken)) {
      if (knownInside(words, start, end, lexicon)) continue;
      take(start, end);
      const name = [...words.slice(start, end - 1), singular(words[end - 1]!)].join(' ');
      const concept = unknownConcept(name, kind);
      const polarity = kind === 'anatomy' ? 'affirmed' : reading.polarity[end - 1]!;
      drafts.push({ draft: { concept, start, end, attributes: {}, open: false }, polarity });
    }
  }
  for (const draft of anatomyOf(words, taken, lexicon)) drafts.push({ draft, polarity: 'affirmed' });
  return drafts;
}

/** What a noun says by itself: the site of "apical scarring", the extent of "diffuse osteopenia". */
function ownAttributes(
  words: readonly string[],
  noun: Found,
  concept: KnownConcept,
  lexicon: Lexicon,
): Attributes {
  const attributes: Attributes = {};
  if (noun.end - noun.start < 2) return attributes;
  for (let at = noun.start; at < noun.end; at++) {
    const values = lexicon.attributes.longest(words, at)?.value;
    if (values?.side !== undefined && concept.sides.has(values.side)) attributes.side ??= values.side;
    if (values?.site !== undefined && concept.sites.has(values.site)) attributes.site ??= values.site;
    if (values?.extent !== undefined && concept.extents.has(values.extent))
      attributes.extent ??= values.extent;
  }
  return attributes;
}

function overlaps(one: Found, other: Found): boolean {
  return one.start < other.end && other.start < one.end;
}

/** "Normal heart size and mediastinum": one adjective for the noun and for another subject. */
function alsoSays(noun: Found, concept: KnownConcept): boolean {
  return noun.phrase.noun?.kind === 'normal' && noun.phrase.noun !== concept;
}

interface Phrases {
  nouns: Found[];
  subjects: Found[];
  predicates: Found[];
}

/** Longest matches, left to right; nouns do not overlap, subjects and predicates are found on their own. */
function findPhrases(words: readonly string[], lexicon: Lexicon, reading: PolarityReading): Phrases {
  const found: Phrases = { nouns: [], subjects: [], predicates: [] };
  const { phrases } = lexicon;
  let nounEnd = 0;
  let subjectEnd = 0;
  let predicateEnd = 0;
  for (let start = 0; start < words.length; start++) {
    const denied = reading.polarity[start] === 'negated';
    const any = phrases.longest(words, start);
    if (any === undefined) continue;
    if (start >= nounEnd) {
      const match = phrases.longest(
        words,
        start,
        phrase => phrase.noun !== undefined || (denied && phrase.denied !== undefined),
      );
      if (match !== undefined) {
        const { noun } = match.value;
        if (noun !== undefined) found.nouns.push({ start, end: match.end, phrase: { noun } });
        else found.nouns.push(withCue(start, match.end, match.value, reading));
        nounEnd = match.end;
      }
    }
    if (start >= subjectEnd) {
      const match = phrases.longest(words, start, phrase => phrase.subjects !== undefined);
      if (match !== undefined) {
        found.subjects.push({ start, end: match.end, phrase: match.value });
        subjectEnd = match.end;
      }
    }
    if (start >= predicateEnd) {
      const match = phrases.longest(words, start, phrase => phrase.predicates !== undefined);
      // "Clear of effusion" denies the effusion and says no more.
      if (match !== undefined && !(words[match.end] === 'of' && words[match.end - 1] === 'clear')) {
        found.predicates.push({ start, end: match.end, phrase: match.value });
        predicateEnd = match.end;
      }
    }
  }
  return found;
}

/** "No acute disease" as a whole says that the chest is normal: the span takes in the cue. */
function withCue(start: number, end: number, phrase: Phrase, reading: PolarityReading): Found {
  const cue = reading.cue[start]!;
  return { start: cue >= 0 && start - cue <= 4 ? cue : start, end, phrase: { denied: phrase.denied! } };
}

/** Whether a whole noun phrase is a part of the body that the bank names. */
function knownInside(words: readonly string[], start: number, end: number, lexicon: Lexicon): boolean {
  const match = lexicon.phrases.longest(words, start, phrase => phrase.anatomy !== undefined);
  return match !== undefined && match.end >= end;
}

function unknownConcept(concept: string, kind: KnownConcept['kind']): KnownConcept {
  const none: ReadonlySet<never> = new Set();
  return { concept, kind, sides: none, sites: none, severities: none, extents: none };
}

/** Parts of the body that no finding, frame or place has taken. */
function anatomyOf(words: readonly string[], taken: readonly boolean[], lexicon: Lexicon): Draft[] {
  const drafts: Draft[] = [];
  for (let start = 0; start < words.length; ) {
    const match = taken[start]
      ? undefined
      : lexicon.phrases.longest(words, start, phrase => phrase.anatomy !== undefined);
    if (match === undefined || taken.slice(start, match.end).includes(true)) {
      start++;
      continue;
    }
    const concept = match.value.anatomy!;
    const attributes: Attributes = {};
    const side = start > 0 && !taken[start - 1] ? sideWord(words[start - 1]!) : undefined;
    if (side !== undefined && concept.sides.has(side)) attributes.side = side;
    drafts.push({ concept, start, end: match.end, attributes, open: false });
    start = match.end;
  }
  return drafts;
}

function sideWord(word: string): Attributes['side'] {
  if (word === 'left' || word === 'right') return word;
  return word === 'bilateral' || word === 'both' ? 'bilateral' : undefined;
}

function mentionOf(
  draft: Draft,
  polarity: Polarity,
  sentence: Sentence,
  text: string,
  section: Mention['section'],
): Mention {
  const { concept, attributes } = draft;
  const start = sentence.starts[draft.start]!;
  const end = sentence.ends[draft.end - 1]!;
  // What a report says is normal is affirmed, also where it is said by denying ("no acute disease").
  const said: Polarity =
    concept.kind === 'normal'
      ? polarity === 'uncertain'
        ? 'uncertain'
        : 'affirmed'
      : attributes.change === 'resolved'
        ? 'negated'
        : polarity;
  return {
    ...kept(attributes, said),
    section,
    start,
    end,
    text: text.slice(start, end),
    concept: concept.concept,
    type: typeOf(concept, said),
    polarity: said,
  };
}

/** Of a denied finding only the place is told: in "no large new effusion" nothing is large or new. */
function kept(attributes: Attributes, polarity: Polarity): Attributes {
  if (polarity !== 'negated') return attributes;
  const { side, site, change } = attributes;
  return {
    ...(side === undefined ? {} : { side }),
    ...(site === undefined ? {} : { site }),
    ...(change === 'resolved' ? { change } : {}),
  };
}

function typeOf(concept: KnownConcept, polarity: Polarity): EntityType {
  if (concept.kind === 'anatomy') return 'ANATOMY';
  if (concept.kind === 'normal') return 'NON-ABNORMALITY';
  const present = concept.kind === 'disease' ? 'DISEASE' : 'ABNORMALITY';
  return polarity === 'negated' ? `NON-${present}` : present;
}
