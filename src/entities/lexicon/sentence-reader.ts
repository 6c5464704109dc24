import type { Attributes, Polarity } from '../../data/index.js';
import { attachAttributes, type Draft, findAttributes } from './attribute-reader.js';
import { type Found, type FrameMatch, readFrames } from './frames-reader.js';
import type { KnownConcept, Lexicon } from './lexicon.js';
import { nounPhrases, singular } from './noun-phrases.js';
import { findPhrases } from './phrase-finder.js';
import { PAST, type PolarityReading, readPolarity } from './polarity.js';
import type { Sentence } from './sentences.js';
import { sharePlaces } from './shared-places.js';

/** What a sentence says of one concept, and whether it affirms it. */
export interface ReadDraft {
  readonly draft: Draft;
  readonly polarity: Polarity;
}

/** Reads the entities of one sentence; with `unknown` also noun phrases that the lexicon does not know. */
export function readSentence(sentence: Sentence, lexicon: Lexicon, unknown: boolean): ReadDraft[] {
  const { words } = sentence;
  const reading = readPolarity(words);
  const found = findPhrases(words, lexicon, reading);
  const frames = readFrames(words, found.subjects, found.predicates, found.nouns, lexicon);
  const nouns = found.nouns.filter(noun => !frames.some(frame => replaces(frame, noun)));
  const taken = new Array<boolean>(words.length).fill(false);
  const take = ({ start, end }: { start: number; end: number }) => taken.fill(true, start, end);

  const said: ReadDraft[] = [];
  for (const noun of nouns) {
    take(noun);
    said.push(draftOfNoun(words, noun, reading, lexicon));
  }
  for (const frame of frames) {
    const { concept, subject, predicate } = frame;
    if (nouns.some(noun => overlaps(noun, predicate) && !alsoSays(noun, concept))) continue;
    if (concept.kind === 'normal' && reading.polarity[predicate.start] === 'negated') continue;
    take(subject);
    take(predicate);
    said.push(draftOfFrame(words, frame, reading));
  }
  const drafts = withoutExcepted(said, reading);

  reading.unchanged.forEach(take);
  const attributes = findAttributes(words, taken, lexicon);
  const spans = drafts.map(({ draft }) => draft);
  attachAttributes(words, attributes, spans);
  sharePlaces(words, spans);
  for (const still of reading.unchanged) {
    attachAttributes(words, [{ ...still, values: { change: 'unchanged' }, used: false }], spans);
  }
  for (const place of attributes) if (place.used) take(place);
  if (unknown) {
    for (const phrase of nounPhrases(sentence, taken)) {
      const { start, end, kind } = phrase;
      if (knownInside(words, start, end, lexicon)) continue;
      take(phrase);
      const name = [...words.slice(start, end - 1), singular(words[end - 1]!)].join(' ');
      const polarity = kind === 'anatomy' ? 'affirmed' : reading.polarity[end - 1]!;
      const draft = {
        concept: unknownConcept(name, kind),
        start,
        end,
        attributes: {},
        open: false,
        elsewhere: [],
      };
      drafts.push({ draft, polarity });
    }
  }
  for (const draft of anatomyOf(words, taken, lexicon)) drafts.push({ draft, polarity: 'affirmed' });
  return drafts;
}

/** A frame that uses a whole noun as its predicate says more: "calcification" of the aorta. */
function replaces({ predicate, concept }: FrameMatch, noun: Found): boolean {
  return predicate.start <= noun.start && noun.end <= predicate.end && concept !== noun.phrase.noun;
}

function draftOfNoun(
  words: readonly string[],
  noun: Found,
  reading: PolarityReading,
  lexicon: Lexicon,
): ReadDraft {
  const concept = noun.phrase.noun ?? noun.phrase.denied!;
  const polarity = reading.polarity[noun.end - 1]!;
  const cue = words[reading.cue[noun.end - 1]!] ?? '';
  // A history of pneumonia is past; of a bypass it is not.
  const lasts = polarity === 'uncertain' && PAST.has(cue) && concept.lasting;
  return {
    draft: {
      concept,
      start: noun.start,
      end: noun.end,
      attributes: ownAttributes(words, noun, concept, lexicon),
      open: false,
      elsewhere: [],
    },
    polarity: lasts ? 'affirmed' : polarity,
  };
}

function draftOfFrame(
  words: readonly string[],
  { concept, subject, predicate }: FrameMatch,
  reading: PolarityReading,
): ReadDraft {
  const attributes: Attributes = {};
  if (words.slice(predicate.start, predicate.end).includes('borderline') && concept.severities.has('minimal'))
    attributes.severity = 'minimal';
  const start = Math.min(subject.start, predicate.start);
  const end = Math.max(subject.end, predicate.end);
  return {
    draft: { concept, start, end, attributes, open: true, elsewhere: [] },
    polarity: reading.polarity[predicate.start]!,
  };
}

/** "Clear except for a nodule", "no abnormality other than a nodule": what is excepted makes it not normal. */
function withoutExcepted(said: readonly ReadDraft[], { exceptions }: PolarityReading): ReadDraft[] {
  return said.filter(
    ({ draft: { concept, end } }) =>
      concept.kind !== 'normal' || !exceptions.some(at => end <= at && at - end <= EXCEPTED),
  );
}

/** How many words stand at most between a normal statement and its exception: "is seen", "is identified". */
const EXCEPTED = 3;

/** What a noun says by itself: the site of "apical scarring", the extent of "diffuse osteopenia". */
function ownAttributes(
  words: readonly string[],
  noun: Found,
  concept: KnownConcept,
  lexicon: Lexicon,
): Attributes {
  const attributes: Attributes = {};
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

/** Whether a whole noun phrase is a part of the body that the bank names. */
function knownInside(words: readonly string[], start: number, end: number, lexicon: Lexicon): boolean {
  const match = lexicon.phrases.longest(words, start, phrase => phrase.anatomy !== undefined);
  return match !== undefined && match.end >= end;
}

function unknownConcept(concept: string, kind: KnownConcept['kind']): KnownConcept {
  const none: ReadonlySet<never> = new Set();
  return { concept, kind, lasting: false, sides: none, sites: none, severities: none, extents: none };
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
    drafts.push({ concept, start, end: match.end, attributes, open: false, elsewhere: [] });
    start = match.end;
  }
  return drafts;
}

function sideWord(word: string): Attributes['side'] {
  if (word === 'left' || word === 'right') return word;
  return word === 'bilateral' || word === 'both' ? 'bilateral' : undefined;
}
