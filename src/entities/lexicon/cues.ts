import type { Polarity } from '../../data/index.js';
import { CHANGE_WORDS } from '../attributes.js';
import { PhraseTrie } from './trie.js';
import { phraseWords } from './words.js';

/** A phrase that denies or doubts what stands before or after it. */
export interface Cue {
  readonly polarity: Polarity;
  /** Where the cue stands; `near` is after what it is said of, with no joint between. */
  readonly direction: 'before' | 'after' | 'both' | 'near';
}

/** All pairs of one word of each list: "not", "not been" with "seen", "found" … */
function joined(...lists: readonly (readonly string[])[]): string[] {
  return lists.reduce<string[]>(
    (phrases, list) => phrases.flatMap(phrase => list.map(word => `${phrase} ${word}`.trim())),
    [''],
  );
}

/** Words by which a reader says that a thing can be seen. */
const PERCEIVED = [
  'seen',
  'identified',
  'noted',
  'present',
  'evident',
  'demonstrated',
  'visualized',
  'appreciated',
  'detected',
  'found',
  'observed',
  'visible',
  'apparent',
  'recognized',
  'shown',
  'displayed',
];
const SURELY = ['', 'clearly', 'definitely', 'definitively', 'convincingly', 'readily'];
const WHOLLY = ['', 'entirely', 'completely', 'definitely', 'definitively'];

const CUES: Readonly<Partial<Record<`${Polarity} ${Cue['direction']}`, readonly string[]>>> = {
  // The cue stands before what it denies.
  'negated before': [
    'no',
    'not',
    'without',
    'w / o',
    'free of',
    'free from',
    'clear of',
    'cleared of',
    'devoid of',
    'absence of',
    'absent',
    'lack of',
    'lacks',
    'neither',
    'nor',
    'none',
    'never',
    'denies',
    'rather than',
    'instead of',
    'negative for',
    'neg for',
    'unremarkable for',
    'non visualization of',
    'removal of',
    'interval removal of',
    'exclusion of',
    'resolved',
    'rule out no',
    ...joined(['fails to', 'fail to', 'failed to'], ['show', 'demonstrate', 'reveal', 'identify']),
    ...joined(
      ['no', 'without'],
      ['evidence', 'sign', 'signs', 'findings', 'suggestion'],
      ['of', 'for', 'to suggest'],
    ),
    'not suggestive of',
  ],
  'negated after': [
    'no',
    'none',
    'absent',
    'is absent',
    'are absent',
    'resolved',
    'has resolved',
    'have resolved',
    'is excluded',
    'are excluded',
    'ruled out',
    'not clearly seen',
    ...joined(['not', 'not been'], SURELY, PERCEIVED),
    ...joined(['has been', 'have been', 'been', 'was', 'were'], ['removed']),
    'excluded',
  ],
  // "Pulmonary vascular engorgement is within normal limits".
  'negated near': [
    ...joined(
      ['is', 'are', 'appears', 'appear', 'remains', 'remain'],
      ['within'],
      ['normal limits', 'limits of normal'],
    ),
  ],
  'uncertain before': [
    'possible',
    'possibly',
    'may',
    'maybe',
    'might',
    'could',
    'perhaps',
    'conceivably',
    'potential',
    'potentially',
    'questionable',
    'equivocal',
    'equivocal for',
    'indeterminate for',
    'question',
    'question of',
    '?',
    'suspect',
    'suspected',
    'suggest',
    'suggests',
    'suggesting',
    'suggestive of',
    'suggestion of',
    'not inconsistent with',
    ...joined(['suspicious', 'suspicion', 'concern', 'concerning', 'worrisome'], ['for', 'of']),
    ...joined(['cannot', 'can not', "ca n't", 'could not', 'does not', 'do not'], WHOLLY, [
      'exclude',
      'rule out',
    ]),
    ...joined(
      ['not', 'difficult', 'impossible', 'not possible', 'not able'],
      ['', 'to'],
      ['exclude', 'rule out'],
    ),
    'exclude',
    'to exclude',
    'rule out',
    'to rule out',
    'r / o',
    'differential',
    'differential includes',
    'consider',
    'considered',
    'favored over',
    'less likely',
    'cannot be certain',
    ...joined(['raise', 'raises', 'raising'], ['the'], ['question', 'possibility'], ['of']),
    'possibility of',
    'can be seen with',
    'can be seen in',
    'evaluate for',
    ...joined(['correlate', 'correlation'], ['', 'clinically'], ['for', 'for xxxx of', 'for signs of']),
    'evaluation for',
    'to identify',
    'in detecting',
    'detection of',
    'if',
    // What was, or what is asked, is not what is seen.
    'history of',
    'h / o',
    'hx of',
    ...joined(
      ['indication', 'history', 'clinical history', 'clinical information', 'reason for exam'],
      [':'],
    ),
    ...joined(['reason for examination', 'reason for study', 'reason for the exam'], [':']),
  ],
  'uncertain after': [
    '?',
    'possible',
    'questionable',
    'suspected',
    'questioned',
    'doubtful',
    'unlikely',
    'less likely',
    ...joined(
      ['is', 'are'],
      ['possible', 'suspected', 'questioned', 'considered', 'questionable', 'doubtful', 'unlikely'],
    ),
    ...joined(['could', 'may', 'might'], ['be'], ['present', 'possible', 'considered']),
    'should be considered',
    ...joined(['may', 'might', 'could'], ['not be'], PERCEIVED),
    ...joined(['difficult', 'impossible', 'not possible'], ['to'], WHOLLY, ['exclude', 'rule out']),
    ...joined(
      ['is', 'are', 'remains'],
      ['a', 'another', 'also a', ''],
      ['consideration', 'considerations', 'possibility'],
    ),
    ...joined(['not', 'cannot be', 'can not be', "ca n't be", 'not be', 'is not', 'are not'], WHOLLY, [
      'excluded',
      'ruled out',
    ]),
    ...joined(['could'], ['have', 'give'], ['this appearance']),
  ],
  'uncertain both': ['versus', 'vs', 'v'],
  // Words that look like a cue and are none.
  'affirmed before': [
    'no doubt',
    'not only',
    'not necessarily',
    'with or without',
    'more likely',
    'no further',
    'no prior',
    'no comparison',
    'no previous',
    'not included',
    'not well',
    ...joined(['not well'], ['seen', 'visualized', 'evaluated', 'defined']),
    'no longer intubated',
    'nothing but',
    'not otherwise specified',
    ...joined(['strongly', 'highly'], ['suggestive of', 'suggests', 'suggest', 'suggesting']),
    ...joined(
      ['consistent', 'compatible', 'keeping'],
      ['with'],
      ['', 'the', 'known', 'a', 'patient', "patient 's", "the patient 's"],
      ['history of'],
    ),
  ],
};

/** Every cue. A phrase may be two: "absent" denies what stands before it at a statement's end, else what follows. */
export const cues = new PhraseTrie<readonly Cue[]>();
const add = (phrase: string, cue: Cue) =>
  cues.add(phraseWords(phrase), [cue], (known, added) =>
    known.some(other => other.direction === added[0]!.direction) ? known : [...known, ...added],
  );
for (const [key, phrases] of Object.entries(CUES)) {
  const [polarity, direction] = key.split(' ') as [Polarity, Cue['direction']];
  for (const phrase of phrases) add(phrase, { polarity, direction });
}
// What has resolved is not there; what has "nearly resolved" or "not cleared" is.
for (const [change, phrases] of Object.entries(CHANGE_WORDS)) {
  for (const phrase of phrases.filter(words => words.includes(' '))) {
    if (change !== 'resolved') add(phrase, { polarity: 'affirmed', direction: 'before' });
    else add(phrase, { polarity: 'negated', direction: phrase.endsWith(' of') ? 'before' : 'after' });
  }
}

/** Words that show a statement to be of something seen: "no effusion or nodule [is seen]". */
export const SEEN: ReadonlySet<string> = new Set([
  ...PERCEIVED,
  'suggested',
  'definite',
  'definitely',
  'definitively',
  'clearly',
  'convincingly',
  'readily',
  'currently',
  'otherwise',
]);
