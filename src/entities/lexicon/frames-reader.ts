import type { KnownConcept, Lexicon, Phrase } from './lexicon.js';
import { CONTRASTS } from './words.js';

/** A phrase found at words [start, end). */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly phrase: Phrase;
}

/** A concept said by subject and predicate. */
export interface FrameMatch {
  readonly concept: KnownConcept;
  readonly subject: Found;
  readonly predicate: Found;
}

const COPULAS = new Set(
  'is are was were appears appear remains remain has have be demonstrate demonstrates show shows seems'.split(
    ' ',
  ),
);
/** Words that may stand between a predicate and the subject after it: prepositions, articles, places. */
const LINKS = new Set(
  'of in within throughout involving at along to the a an both left right bilateral thoracic mid lower upper size sized appearing xxxx visualized changes change seen noted multilevel mild moderate present posterior lateral anterior descending ascending superior inferior bilaterally stable several multiple some are affecting cardiac distal proximal central abdominal paratracheal mediastinal first is identified'.split(
    ' ',
  ),
);
const JOINTS = new Set([',', 'and', '/', '&']);
/** Words that may go on from a noun to a further adjective of its subject. */
const FURTHER = new Set(['and', '/', '&', 'with']);
const STOPS = new Set([...CONTRASTS, 'which', '(']);
const PREPOSITIONS = new Set(['of', 'in', 'for', 'within', 'on', 'along', 'to', 'with']);
const DEGREES = new Set(
  'minimal mild moderate severe slight marked scattered multiple several some chronic old'.split(' '),
);
/** How many words may stand between a subject and its predicate. */
const REACH = 14;
const REACH_BEFORE = 7;
/** Predicates of one axis exclude each other: a heart is normal or enlarged. */
const SIZES = new Set([
  'normal',
  'enlarged',
  'large',
  'widened',
  'engorged',
  'intact',
  'sharp',
  'blunted',
  'maintained',
  'midline',
]);

type Fitting = ReadonlyMap<string, readonly KnownConcept[]>;

/** Joins subjects with predicates of one sentence; see `frames.ts`. `nouns` are the findings said by a noun. */
export function readFrames(
  words: readonly string[],
  subjects: readonly Found[],
  predicates: readonly Found[],
  nouns: readonly Found[],
  lexicon: Lexicon,
): FrameMatch[] {
  const matches: FrameMatch[] = [];
  const owned = new Set<Found>();
  const inNoun = (subject: Found) =>
    nouns.find(noun => noun.start <= subject.start && subject.end <= noun.end);
  const add = (subject: Found, predicate: Found, fitting: Fitting) => {
    const concept = conceptOf(predicate, fitting);
    if (
      concept === undefined ||
      matches.some(match => match.concept === concept && match.predicate === predicate)
    )
      return;
    matches.push({ concept, subject, predicate });
  };
  const sayings = subjects.flatMap(subject =>
    (subject.phrase.subjects ?? []).flatMap(name => {
      const fitting = lexicon.frames.get(name);
      return fitting === undefined
        ? []
        : [
            {
              subject,
              fitting,
              found: before(
                words,
                subject,
                inNoun(subject) === undefined ? subjects : [],
                predicates,
                fitting,
              ),
            },
          ];
    }),
  );
  // "Atherosclerotic calcifications of the aorta" belongs to the aorta, whatever subject stands before it.
  for (const { subject, fitting, found } of sayings) {
    for (const predicate of found) {
      owned.add(predicate);
      add(subject, predicate, fitting);
    }
  }
  for (const { subject, fitting, found } of sayings) {
    const sized = found.some(predicate => isSize(predicate, fitting));
    for (const predicate of after(words, subject, subjects, predicates, fitting)) {
      if (owned.has(predicate) || (sized && isSize(predicate, fitting))) continue;
      // In "mediastinal shift, calcification" the adjective has its noun; "aortic ectasia and calcification" goes on.
      const noun = inNoun(subject);
      if (noun !== undefined && noun.phrase.noun === conceptOf(predicate, fitting)) continue;
      if (noun !== undefined && !continues(noun, fitting, words.slice(noun.end, predicate.start))) continue;
      if (found.length > 0 && lists(words.slice(subject.end, predicate.start))) continue;
      add(subject, predicate, fitting);
    }
  }
  return matches;
}

/** Whether a noun that the subject is part of is of that subject, and the predicate is joined to it. */
function continues(noun: Found, fitting: Fitting, gap: readonly string[]): boolean {
  const [joint = 'and', ...degrees] = gap;
  if (!FURTHER.has(joint) || !degrees.every(word => DEGREES.has(word))) return false;
  return [...fitting.values()].some(concepts => concepts.some(concept => concept === noun.phrase.noun));
}

function lists(gap: readonly string[]): boolean {
  return gap.includes(',') || gap.includes('or');
}

function conceptOf(predicate: Found, fitting: Fitting): KnownConcept | undefined {
  for (const name of predicate.phrase.predicates ?? []) {
    const concept = fitting.get(name)?.[0];
    if (concept !== undefined) return concept;
  }
  return undefined;
}

function isSize(predicate: Found, fitting: Fitting): boolean {
  return (predicate.phrase.predicates ?? []).some(name => SIZES.has(name) && fitting.has(name));
}

/**
 * The predicates that stand before a subject with nothing but links between: "enlargement of the heart",
 * "a tortuous, calcified aorta", "normal cardiac and mediastinal contours".
 */
function before(
  words: readonly string[],
  subject: Found,
  /** Those over which one adjective may reach. */
  subjects: readonly Found[],
  predicates: readonly Found[],
  fitting: Fitting,
): Found[] {
  const found: Found[] = [];
  let at = subject.start;
  let joined = false;
  let gap = 0;
  while (at > 0 && gap <= REACH_BEFORE) {
    const end = at;
    const predicate = predicates.find(
      candidate => candidate.end === end && conceptOf(candidate, fitting) !== undefined,
    );
    if (predicate !== undefined) {
      // In "heart is normal lungs are clear" the adjective belongs to what stands before its verb.
      if (predicative(words, predicate) && !PREPOSITIONS.has(words[predicate.end] ?? '')) break;
      // "Effusion and tortuosity and aorta": a joint right after a predicate starts something else.
      if (joined && found.length === 0 && JOINTS.has(words[predicate.end] ?? '')) break;
      // "Calcification, calcified aorta": the list of adjectives has ended.
      const concept = conceptOf(predicate, fitting);
      const known = found.some(other => conceptOf(other, fitting) === concept);
      // "Calcification, tortuosity of the aorta" lists two things; "tortuous, calcified aorta" is one.
      if (words[predicate.end] === ',' && words[found[0]?.end ?? -1] === 'of') break;
      if (known && JOINTS.has(words[predicate.end] ?? '')) break;
      if (!known) found.push(predicate);
      at = predicate.start;
      gap = 0;
      continue;
    }
    const word = words[at - 1]!;
    const other = subjects.find(candidate => candidate.end === end && candidate.end <= subject.start);
    if (JOINTS.has(word)) joined = true;
    else if (found.length > 0) {
      // Past the first predicate only a list of adjectives goes on.
      if (!word.endsWith('ly')) break;
    } else if (other !== undefined && joined) {
      at = other.start;
      gap++;
      continue;
    } else if (!LINKS.has(word) && !word.endsWith('ly')) break;
    at--;
    gap++;
  }
  return found;
}

function predicative(words: readonly string[], predicate: Found): boolean {
  for (let at = predicate.start - 1; at >= Math.max(0, predicate.start - 3); at--) {
    // "There are prominent markings" says that they are there, not how they are.
    if (COPULAS.has(words[at]!)) return words[at - 1] !== 'there';
    if (!words[at]!.endsWith('ly') && words[at] !== 'not' && words[at] !== 'and') return false;
  }
  return false;
}

/** "The heart is enlarged", "heart size and mediastinal contours are normal", "aorta is tortuous and calcified". */
function after(
  words: readonly string[],
  subject: Found,
  subjects: readonly Found[],
  predicates: readonly Found[],
  fitting: Fitting,
): Found[] {
  const limit = endOfStatement(words, subject, subjects);
  const found: Found[] = [];
  let sized = false;
  for (const predicate of predicates) {
    if (predicate.start < subject.end || predicate.start >= limit) continue;
    const concept = conceptOf(predicate, fitting);
    if (concept === undefined || found.some(other => conceptOf(other, fitting) === concept)) continue;
    if (isSize(predicate, fitting)) {
      if (sized) continue;
      sized = true;
    }
    found.push(predicate);
  }
  return found;
}

/** The word before which the statement about a subject ends. */
function endOfStatement(words: readonly string[], subject: Found, subjects: readonly Found[]): number {
  const reach = Math.min(words.length, subject.end + REACH);
  let verb = false;
  for (let at = subject.end; at < reach; at++) {
    const word = words[at]!;
    if (STOPS.has(word)) return at;
    if (COPULAS.has(word)) verb = true;
    // A new subject after the verb of this one starts another statement.
    if (verb && subjects.some(other => other.start === at) && !followsPreposition(words, at)) return at;
  }
  return reach;
}

function followsPreposition(words: readonly string[], at: number): boolean {
  const last = words[at - 1] === 'the' ? words[at - 2] : words[at - 1];
  return PREPOSITIONS.has(last ?? '') && last !== 'with';
}
