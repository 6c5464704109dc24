import { type HeadingKind, headingKind, LONGEST_HEADING } from './headings.js';

/** A stretch of a report under one heading. */
export interface ReportPart {
  /** `unheaded`: before the first heading, or after the paragraph of a heading that owns only one. */
  readonly kind: HeadingKind | 'unheaded';
  /** As written, without its colon; empty for what has none. */
  readonly heading: string;
  /** Where its text is, without white space at both ends: first character, and one past the last. */
  readonly start: number;
  readonly end: number;
}

/** A heading and where it and its colon are. */
interface Heading {
  readonly kind: HeadingKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Splits a free-text report at its headings. Never fails: text without headings is one unheaded part. The parts are
 * in order, do not overlap, and hold all text but the headings and white space.
 *
 * A heading is one of a list (`headings.ts`), in one of these forms:
 * - at the start of a line, in any case, with a colon or a dash, or alone on the line;
 * - at the start of a line in capitals, followed by text that is not in capitals ("FINDINGS The lungs …");
 * - in the middle of a line in capitals with a colon, or capitalised with a colon after a sentence's end.
 *
 * `context` owns one paragraph, as do the reports that have no FINDINGS heading and go on with what is seen; all others
 * go on to the next heading. A heading of views inside of findings or impression, or of any words that are not in the
 * list ("LUNGS:"), belongs to the text.
 */
export function splitReport(text: string): ReportPart[] {
  const parts: ReportPart[] = [];
  const add = (kind: ReportPart['kind'], heading: string, from: number, to: number) => {
    const [start, end] = trimmed(text, from, to);
    if (end > start || heading !== '') parts.push({ kind, heading, start, end });
  };
  const headings = headingsOf(text);
  add('unheaded', '', 0, headings[0]?.start ?? text.length);
  for (const [index, heading] of headings.entries()) {
    const end = headings[index + 1]?.start ?? text.length;
    if (heading.kind === 'banner') {
      add('banner', heading.text, heading.end, heading.end);
      add('unheaded', '', heading.end, end);
    } else if (heading.kind === 'context') {
      const paragraphEnd = endOfParagraph(text, heading.end, end);
      add('context', heading.text, heading.end, paragraphEnd);
      add('unheaded', '', paragraphEnd, end);
    } else add(heading.kind, heading.text, heading.end, end);
  }
  return parts;
}

/** All headings in order. Those of views count only where no findings or impression is under way. */
function headingsOf(text: string): Heading[] {
  const found: Heading[] = [];
  let lineStart = 0;
  let before = '';
  for (const line of text.split('\n')) {
    const first = headingOfLine(line, lineStart, before);
    const inside = headingsInside(line, lineStart, first === undefined ? 0 : first.end - lineStart);
    for (const heading of first === undefined ? inside : [first, ...inside]) {
      const reading = found.at(-1)?.kind;
      const inText = reading === 'findings' || reading === 'impression' || reading === 'view';
      if (heading.kind === 'view' && inText) continue;
      found.push(heading);
    }
    lineStart += line.length + 1;
    before = line;
  }
  return found;
}

const START = '^[\\s*#>=_.-]*(?:\\d{1,2}[.)]\\s*)?';
const WITH_SIGN = new RegExp(
  `${START}([a-z][^:\\n]{0,${LONGEST_HEADING}}?)[\\s*_=]*(?::|\\s[-–—]+(?=\\s))[*_]*`,
  'id',
);
const ALONE = new RegExp(`${START}([a-z][^:\\n]{0,${LONGEST_HEADING}}?)[\\s*_=.-]*$`, 'i');
const IN_CAPITALS = /^[\s*]*([A-Z]{3,}(?:[ /&]+[A-Z]{2,})*)(?=\s+\S*[a-z]|\s+[A-Z0-9]\s+\S*[a-z])/d;
const CLOSING_LINE =
  /^\s*((?:electronically |digitally )?(?:signed|dictated|transcribed|approved) (?:by|on)\b|i,? (?:the|as the|have personally)\b|end of report\b)/i;

/** The heading that a line starts with. */
function headingOfLine(line: string, offset: number, before: string): Heading | undefined {
  if (line.length === 0 || line.trim() === '') return undefined;
  if (CLOSING_LINE.test(line)) return { kind: 'closing', text: '', start: offset, end: offset };
  const sign = WITH_SIGN.exec(line);
  const alone = ALONE.exec(line);
  for (const match of [sign, alone]) {
    if (match === null) continue;
    const kind = headingKind(match[1]!);
    if (kind === undefined || !startsBlock(match[1]!, before)) continue;
    // A title alone on its line says what was taken; what follows may be under any heading.
    if (kind === 'view' && match !== sign) continue;
    return { kind, text: match[1]!.trim(), start: offset, end: offset + match[0].length };
  }
  const capitals = IN_CAPITALS.exec(line);
  const kind = capitals === null ? undefined : headingKind(capitals[1]!);
  if (capitals === null || (kind !== 'findings' && kind !== 'impression')) return undefined;
  const [start, end] = capitals.indices![1]!;
  return { kind, text: capitals[1]!, start: offset + start, end: offset + end };
}

/** Words in lower case are a heading only where no sentence goes on from the line before. */
function startsBlock(phrase: string, before: string): boolean {
  return /^[A-Z]/.test(phrase) || /^\s*$|[.:;!?_*]\s*$/.test(before);
}

const INSIDE =
  /(?<![A-Za-z])([A-Z][A-Z ,/&()+'-]{1,120}?)\s*:|(?<=[.;!?)\]_*>]\s{1,3}|\s{2}|\t)([A-Z][a-z]+(?: [A-Za-z]+){0,3})\s*:|(?<![A-Za-z])(FINAL REPORT)(?![A-Za-z])/dg;

/** The headings in the middle of a line, from `from` on. */
function headingsInside(line: string, offset: number, from: number): Heading[] {
  const found: Heading[] = [];
  INSIDE.lastIndex = from;
  for (let match = INSIDE.exec(line); match !== null; match = INSIDE.exec(line)) {
    const [, capitals, capitalised, banner] = match;
    const end = offset + match.index + match[0].length;
    const phrase = capitals ?? capitalised ?? banner!;
    const start = offset + match.index;
    if (capitals === undefined) {
      const kind = headingKind(phrase);
      if (kind !== undefined && kind !== 'view') found.push({ kind, text: phrase, start, end });
      continue;
    }
    const heading = lastWords(phrase);
    if (heading !== undefined) {
      found.push({
        kind: heading.kind,
        text: phrase.slice(heading.from).trim(),
        start: start + heading.from,
        end,
      });
    }
  }
  return found;
}

/** The longest heading that words in capitals end with: TECHNIQUE of "WOMAN WITH CHF TECHNIQUE". */
function lastWords(capitals: string): { kind: HeadingKind; from: number } | undefined {
  for (const { index } of capitals.matchAll(/(?<![^\s(/])\S/g)) {
    const kind = headingKind(capitals.slice(index));
    if (kind !== undefined) return { kind, from: index };
  }
  return undefined;
}

/** Where the first paragraph that is not empty ends. */
function endOfParagraph(text: string, from: number, to: number): number {
  const stretch = text.slice(from, to);
  const first = stretch.search(/\S/);
  if (first < 0) return to;
  const blank = stretch.slice(first).search(/\n[^\S\n]*\n/);
  return blank < 0 ? to : from + first + blank;
}

function trimmed(text: string, from: number, to: number): [start: number, end: number] {
  let start = from;
  let end = Math.max(from, to);
  while (start < end && EMPTY.test(text[start]!)) start++;
  while (end > start && EMPTY.test(text[end - 1]!)) end--;
  return [start, end];
}

const EMPTY = /[\s_=*]/;
