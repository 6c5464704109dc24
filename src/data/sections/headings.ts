/**
 * What a section of a report is for.
 * - `findings`, `impression`: what is read. A merged section ("FINDINGS AND IMPRESSION") is findings.
 * - `addendum`: what was added later.
 * - `context`: examination, indication, history, technique, comparison: what was asked and done, not seen.
 * - `preliminary`: a first reading ("WET READ") that the final report replaces.
 * - `closing`: recommendation, notification, signatures.
 * - `view`: the view and what is seen in it ("PA AND LATERAL VIEWS OF THE CHEST:").
 * - `banner`: the title of the report itself ("FINAL REPORT").
 */
export type HeadingKind =
  | 'findings'
  | 'impression'
  | 'addendum'
  | 'context'
  | 'preliminary'
  | 'closing'
  | 'view'
  | 'banner';

const EXAM = '(?:exam|examination|examinations|study|studies|procedure|procedures|test)';
const FINDINGS =
  '(?:(?:chest|radiographic|radiologic|radiological|imaging|x-?ray|pertinent|cxr|chest x-?ray) )?(?:findings?|finidngs?|findngs?|fidnings?)';
const IMPRESSION =
  '(?:(?:final|diagnostic|radiographic|radiological?|overall) )?(?:impressions?|impresson|imp|conclusions?|opinion|summary|assessment|interpretation|(?:radiological? )?diagnos[ei]s)';

/**
 * Headings in lower case, without what is in parentheses and with one space between words; the first that fits
 * the whole heading counts. The words are those of real reports, misspellings included.
 */
const HEADINGS: readonly (readonly [kind: HeadingKind, pattern: string])[] = [
  [
    'preliminary',
    'wet read(?:ing)?|(?:prelim|preliminary) (?:read(?:ing)?|report|findings?|impression|interpretation|results?)|(?:provisional|preliminary) findings,? (?:and )?impression',
  ],
  [
    'banner',
    '(?:(?:final|revised|corrected|amended|addended) )*(?:(?:radiology|radiological|imaging|diagnostic) )*report',
  ],
  ['addendum', 'addend(?:um|a)(?: report)?(?: (?:#|no\\.? )?\\d+)?(?: (?:begins?|starts?))?'],
  [
    'findings',
    `${FINDINGS}|observations?|description|body of report|reports? of findings|${FINDINGS} ?(?:and|&|/|,|\\+|-) ?${IMPRESSION}|${IMPRESSION} ?(?:and|&|/|,|\\+|-) ?${FINDINGS}`,
  ],
  ['impression', `${IMPRESSION}|${IMPRESSION} ?(?:and|&|/|,) ?(?:recommendations?|plan|advice)`],
  [
    'context',
    `(?:type of |name of |date of |date and time of )?${EXAM}(?: (?:type|date|name|performed|description|title|information))?`,
  ],
  [
    'context',
    '(?:clinical |patient |brief |medical |relevant |surgical |past medical |admitting )?(?:indications?|histor(?:y|ies)|information|data|details|notes?|question|context|presentation|symptoms?|background|condition|statement|impression|diagnosis)(?: (?:for|of) (?:the )?(?:exam|examination|study|procedure))?',
  ],
  [
    'context',
    `(?:clinical )?reasons?(?: (?:for|of) (?:the |this )?(?:${EXAM}|visit|request|admission|exam:?))?`,
  ],
  [
    'context',
    '(?:technique|techniques|technical (?:factors|details|comments?|quality)|protocol|procedure comments?|views?|number of (?:views|images)|image quality|quality|limitations?|contrast|(?:radiation )?dose|equipment|medications?)',
  ],
  [
    'context',
    `(?:comparisons?|compared? (?:to|with)|prior|prior ${EXAM}|previous ${EXAM}|comparison ${EXAM}|comparison (?:films?|radiographs?|imaging|dates?)|correlation|reference ${EXAM})`,
  ],
  [
    'context',
    '(?:patient|patient (?:name|id)|name|mrn|medical record number|dob|date of birth|age|sex|gender|date|time|date of service|location|accession(?: number| no)?|order(?: number)?|referring (?:physician|doctor|provider|md)|ordering (?:physician|doctor|provider|md)|requesting (?:physician|doctor|provider)|attending(?: physician)?|radiologist)',
  ],
  [
    'closing',
    '(?:recommendations?|suggestions?|advice|plan|follow-?up(?: recommendations?)?|notifications?|communications?|(?:critical )?results? communications?|critical results?|discussion|dictated by|transcribed by|signed(?: by)?|electronically signed(?: by)?|reported by|reviewed by|read by|interpreted by|approved by|end of (?:report|impression)|disclaimer|attestation|teaching physician(?: attestation)?)',
  ],
];
const KINDS = HEADINGS.map(([kind, pattern]) => [kind, new RegExp(`^(?:${pattern})$`)] as const);

/** Longer phrases before a colon are sentences. */
export const LONGEST_HEADING = 80;

/** Words that a heading of views is made of; one of the second list must be there. */
const VIEW_WORDS =
  /^(?:a|an|the|of|and|with|in|on|to|for|single|one|two|three|four|1|2|3|upright|erect|supine|semi|semi-?erect|semi-?upright|standing|sitting|portable|bedside|mobile|digital|frontal|pa|ap|ap\/pa|pa\/ap|pa\/lat|pa\/lateral|ap\/lateral|lat|lateral|left|right|bilateral|decubitus|oblique|obliques|lordotic|apical|inspiratory|expiratory|upright|view|views|projection|projections|chest|thorax|radiograph|radiographs|radiography|film|films|image|images|cxr|x-?rays?|xr|dx|plain|series|only|rad|&|\+|x|ray|rays|babygram)$/;
const VIEW_CORE =
  /\b(?:chest|thorax|views?|radiographs?|radiography|films?|cxr|x-?rays?|portable|frontal|pa|ap|babygram)\b/;

/** What a heading is, whatever its case; undefined for words that are none. */
export function headingKind(phrase: string): HeadingKind | undefined {
  if (phrase.length > LONGEST_HEADING) return undefined;
  const plain = phrase
    .toLowerCase()
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (plain === '') return undefined;
  const known = KINDS.find(([, pattern]) => pattern.test(plain));
  return known === undefined && isView(plain) ? 'view' : known?.[0];
}

function isView(plain: string): boolean {
  const words = plain.split(/[ ,;]+/).filter(word => word !== '');
  return VIEW_CORE.test(plain) && words.every(word => VIEW_WORDS.test(word));
}

/**
 * Whether a line in capitals with nothing else in the report's first lines is its title: "CHEST RADIOGRAPH PERFORMED ON
 * ___", "AP CHEST, 5:15 A.M.".
 */
export function isTitle(line: string): boolean {
  const text = line.trim();
  if (text.length > LONGEST_HEADING || /[a-z]{2}/.test(text.replace(/\bof|and|the|on|at|from\b/g, ''))) {
    return isView(text.toLowerCase().replace(/[.:]+$/, '')) && text.length <= LONGEST_HEADING;
  }
  return (
    /\b(?:CHEST|RADIOGRAPHS?|X-?RAYS?|CXR|VIEWS?|FILMS?|EXAM(?:INATION)?|PA|AP|REPORT|STUDY)\b/.test(text) &&
    !/\b(?:NO|NORMAL|CLEAR|WITHOUT|IS|ARE|HAS|ACUTE)\b/.test(text)
  );
}
