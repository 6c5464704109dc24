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
  /** The attributes at each further place: "in the right upper [and left lower] lobe". */
  readonly elsewhere: Attributes[];
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
    const match = taken[start]
      ? undefined
      : (lexicon.attributes.longest(words, start) ?? firstOfTwo(words, start, lexicon));
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

/** "Middle" in "middle and lower lobe": the noun that both share comes after the second. */
function firstOfTwo(
  words: readonly string[],
  start: number,
  lexicon: Lexicon,
): { value: AttributeValues; end: number } | undefined {
  const joint = words[start + 1];
  if (!LEVELS.has(words[start]!) || (joint !== 'and' && joint !== 'or' && joint !== '/')) return undefined;
  const second = lexicon.attributes.longest(
    words,
    words[start + 2] === 'left' || words[start + 2] === 'right' ? start + 3 : start + 2,
  );
  const part = second?.value.site?.split(' ').at(-1);
  if (part !== 'lobe' && part !== 'zone') return undefined;
  const first = lexicon.attributes.longest([words[start]!, part], 0);
  return first === undefined ? undefined : { value: first.value, end: start + 1 };
}

const LEVELS = new Set(['upper', 'middle', 'mid', 'lower']);

/** Gives each attribute to the nearest mention of its clause that may have it. */
export function attachAttributes(
  words: readonly string[],
  phrases: readonly AttributePhrase[],
  drafts: readonly Draft[],
): void {
  const placed = new Map<Draft, AttributePhrase>();
  for (const phrase of phrases) {
    const target = targetOf(words, phrase, phrases, drafts);
    if (target === undefined) continue;
    const before = placed.get(target);
    const { side, site } = phrase.values;
    const isOther =
      site !== undefined && target.attributes.site !== undefined && site !== target.attributes.site;
    if (isOther && before !== undefined && site !== 'peripheral' && target.attributes.site !== 'peripheral') {
      if (isJoined(words, before.end, phrase.start) && fits(target, { site })) {
        const fittingSide = side !== undefined && target.concept.sides.has(side) ? side : before.values.side;
        target.elsewhere.push({ site, ...(fittingSide === undefined ? {} : { side: fittingSide }) });
        placed.set(target, phrase);
      }
    } else {
      give(target, phrase.values);
      if (isPlace(phrase)) placed.set(target, phrase);
    }
    phrase.used = true;
  }
  // How much, and since when, is said of all places.
  for (const { attributes, elsewhere } of drafts) {
    for (const [index, place] of elsewhere.entries()) {
      const { side: _, site: __, ...rest } = attributes;
      elsewhere[index] = { ...rest, ...place };
    }
  }
}

/** Whether one place is joined to another with nothing else said between. */
function isJoined(words: readonly string[], from: number, to: number): boolean {
  const gap = words.slice(from, to);
  return (
    (gap.includes('and') || gap.includes('or') || gap.includes('/') || gap.includes(',')) &&
    gap.every(word => JOINING.has(word))
  );
}

const JOINING = new Set(['and', 'or', '/', ',', 'in', 'within', 'at', 'the', 'of', 'lung', 'also']);

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
  // "New or enlarging nodule": both are of what the second stands before.
  const joint = words[phrase.end];
  if (!isPlace(phrase) && (joint === 'or' || joint === 'and')) {
    const second = phrases.find(other => other.start === phrase.end + 1 && !isPlace(other));
    if (second !== undefined) return targetOf(words, second, phrases, drafts);
  }
  const following = nearestAfter(words, phrase, drafts);
  const preceding = nearestBefore(words, phrase, drafts);
  if (following === undefined) return preceding;
  // "Improved aeration with effusion": the adjective is not the effusion's.
  const passesWith = words.slice(phrase.end, following.start).includes('with');
  if (preceding === undefined) return passesWith && !isPlace(phrase) ? undefined : following;
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
  // A second place is another place, unless it only adds the other side; "peripheral" is none by itself.
  const isOther =
    values.site !== undefined && attributes.site !== undefined && values.site !== attributes.site;
  if (isOther && attributes.site !== 'peripheral') return;
  if (values.side !== undefined && concept.sides.has(values.side)) {
    attributes.side =
      attributes.side === undefined || attributes.side === values.side ? values.side : 'bilateral';
  }
  if (values.site !== undefined && concept.sites.has(values.site)) attributes.site = values.site;
  if (values.severity !== undefined) attributes.severity ??= values.severity;
  if (values.extent !== undefined) attributes.extent ??= values.extent;
  if (values.change !== undefined) attributes.change ??= values.change;
}
