import type { Attributes } from '../../data/index.js';
import type { AttributeValues, KnownConcept, Lexicon } from './lexicon.js';
import { CONTRASTS } from './words.js';

/** A mention while its sentence is being read. Positions are words. */
export interface Draft {
  readonly concept: KnownConcept;
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  /** Words inside the span that still may say an attribute ("heart is [mildly] enlarged"). */
  readonly open: boolean;
}

/** An attribute phrase at words [start, end). */
export interface AttributePhrase {
  start: number;
  end: number;
  values: AttributeValues;
  used: boolean;
}

const PLACE_PREPOSITIONS = new Set([
  'in',
  'within',
  'at',
  'of',
  'on',
  'over',
  'along',
  'near',
  'involving',
  'from',
  'overlying',
  'throughout',
  'to',
  'into',
  'about',
  'for',
  'projecting',
  'adjacent',
  'above',
  'through',
  'beneath',
  'under',
]);
const BETWEEN = new Set([
  'the',
  'a',
  'an',
  'both',
  'its',
  'and',
  'or',
  'lung',
  'lungs',
  'to',
  'most',
  'in',
  'of',
  'patient',
  "'s",
  'aspect',
  'more',
]);
const BARRIERS = new Set([...CONTRASTS, '.']);
/** Between an attribute and the noun it stands before there is none of these. */
const NOT_BEFORE_NOUN = new Set([
  ',',
  'is',
  'are',
  'was',
  'were',
  'has',
  'have',
  'with',
  'and',
  'or',
  'in',
  'on',
  'at',
  'within',
  'than',
  'which',
  'no',
  'without',
  'appears',
  'noted',
  'seen',
  'from',
  'since',
  'compared',
  'along',
  'may',
  'to',
  'for',
  'there',
  'likely',
  'represents',
  'reflecting',
  'representing',
  'consistent',
]);

/** All attribute phrases of a sentence outside the words that other phrases have taken. */
export function findAttributes(
  words: readonly string[],
  taken: readonly boolean[],
  lexicon: Lexicon,
): AttributePhrase[] {
  const found: AttributePhrase[] = [];
  for (let start = 0; start < words.length; ) {
    const match = taken[start] ? undefined : lexicon.attributes.longest(words, start);
    if (match === undefined || taken.slice(start, match.end).includes(true)) {
      start++;
      continue;
    }
    const last = found.at(-1);
    const side = last?.values.side;
    // "Right lower lobe" is one place, and so is "right and left lower lobe".
    if (
      last !== undefined &&
      last.end === start &&
      side !== undefined &&
      last.values.site === undefined &&
      match.value.site !== undefined &&
      match.value.side === undefined
    ) {
      last.values = { ...last.values, ...match.value };
      last.end = match.end;
    } else {
      found.push({ start, end: match.end, values: { ...match.value }, used: false });
    }
    start = match.end;
  }
  return found;
}

/** Gives each attribute to the nearest mention of its clause that may have it. */
export function attachAttributes(
  words: readonly string[],
  phrases: readonly AttributePhrase[],
  drafts: readonly Draft[],
): void {
  for (const phrase of phrases) {
    const target = targetOf(words, phrase, phrases, drafts);
    if (target !== undefined) {
      give(target, phrase.values);
      phrase.used = true;
    }
  }
}

function targetOf(
  words: readonly string[],
  phrase: AttributePhrase,
  phrases: readonly AttributePhrase[],
  drafts: readonly Draft[],
): Draft | undefined {
  const inside = drafts.find(
    draft =>
      draft.open && draft.start <= phrase.start && phrase.end <= draft.end && fits(draft, phrase.values),
  );
  if (inside !== undefined) return inside;
  const following = nearestAfter(words, phrase, drafts);
  const preceding = nearestBefore(words, phrase, drafts);
  if (following === undefined) return preceding;
  if (preceding === undefined) return following;
  if (isPlace(phrase) && introduced(words, phrase, phrases)) return preceding;
  return standsBefore(words, phrase, following) ? following : preceding;
}

function isPlace(phrase: AttributePhrase): boolean {
  return phrase.values.side !== undefined || phrase.values.site !== undefined;
}

/** Whether a preposition leads to this place: "in the [right upper lobe]", and not on to a noun. */
function introduced(
  words: readonly string[],
  phrase: AttributePhrase,
  phrases: readonly AttributePhrase[],
): boolean {
  for (let at = phrase.start - 1; at >= 0; at--) {
    const word = words[at]!;
    if (PLACE_PREPOSITIONS.has(word)) return true;
    if (BETWEEN.has(word)) continue;
    if (!phrases.some(other => other !== phrase && other.start <= at && at < other.end)) return false;
  }
  return false;
}

function standsBefore(words: readonly string[], phrase: AttributePhrase, draft: Draft): boolean {
  for (let at = phrase.end; at < draft.start; at++) if (NOT_BEFORE_NOUN.has(words[at]!)) return false;
  return true;
}

function nearestAfter(
  words: readonly string[],
  phrase: AttributePhrase,
  drafts: readonly Draft[],
): Draft | undefined {
  let best: Draft | undefined;
  for (const draft of drafts) {
    if (draft.start < phrase.end || !fits(draft, phrase.values)) continue;
    if (best === undefined || draft.start < best.start) best = draft;
  }
  return best !== undefined && !barrier(words, phrase.end, best.start) ? best : undefined;
}

function nearestBefore(
  words: readonly string[],
  phrase: AttributePhrase,
  drafts: readonly Draft[],
): Draft | undefined {
  let best: Draft | undefined;
  for (const draft of drafts) {
    if (draft.end > phrase.start || !fits(draft, phrase.values)) continue;
    if (best === undefined || draft.end > best.end) best = draft;
  }
  return best !== undefined && !barrier(words, best.end, phrase.start) ? best : undefined;
}

function barrier(words: readonly string[], from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (BARRIERS.has(words[at]!)) return true;
  return false;
}

/** Whether the concept may have all, or for a place at least one, of the values, and has room for them. */
function fits(draft: Draft, values: AttributeValues): boolean {
  const { concept } = draft;
  if (concept.kind === 'anatomy' || concept.kind === 'normal') return false;
  if (values.severity !== undefined) return concept.severities.has(values.severity);
  if (values.extent !== undefined) return concept.extents.has(values.extent);
  if (values.change !== undefined) return true;
  const sideFits = values.side !== undefined && concept.sides.has(values.side);
  const siteFits = values.site !== undefined && concept.sites.has(values.site);
  return sideFits || siteFits;
}

function give(draft: Draft, values: AttributeValues): void {
  const { attributes, concept } = draft;
  // A second place is another place, unless it only adds the other side.
  if (values.site !== undefined && attributes.site !== undefined && values.site !== attributes.site) return;
  if (values.side !== undefined && concept.sides.has(values.side)) {
    attributes.side =
      attributes.side === undefined || attributes.side === values.side ? values.side : 'bilateral';
  }
  if (values.site !== undefined && concept.sites.has(values.site)) attributes.site = values.site;
  if (values.severity !== undefined) attributes.severity ??= values.severity;
  if (values.extent !== undefined) attributes.extent ??= values.extent;
  if (values.change !== undefined) attributes.change ??= values.change;
}
