import type { ReportText } from '../records/index.js';
import { isTitle } from './headings.js';
import { type ReportPart, splitReport } from './split.js';

/** A stretch of a report's text that belongs to one of the two sections that carry what is seen. */
export interface SectionPart {
  readonly section: keyof ReportText;
  /** First character in the report's text. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
}

/**
 * The stretches of a free-text report that say what is seen, in the order of the text.
 *
 * - FINDINGS and IMPRESSION with their synonyms, each as often as it comes; a merged section counts as findings.
 * - Where no FINDINGS heading is: paragraphs under no heading, and those headed by a view. So a report without any
 *   heading is findings as a whole, but for its title. (The splitter that is published with MIMIC-CXR takes the
 *   last paragraph of such a report alone, as its summary.)
 * - An addendum counts as findings unless it has headings of its own.
 * - Indication, history, technique, comparison, notification, recommendation and signatures do not count. A wet read
 *   counts only where nothing else does: the final report replaces it.
 */
export function sectionParts(text: string): SectionPart[] {
  const parts = splitReport(text);
  const headed = parts.some(({ kind, start, end }) => kind === 'findings' && end > start);
  const found = parts.flatMap((part): SectionPart[] => {
    const { kind, start, end } = part;
    if (end === start) return [];
    if (kind === 'impression') return [{ section: 'impression', start, end }];
    if (kind === 'findings' || kind === 'addendum' || kind === 'view')
      return [{ section: 'findings', start, end }];
    if (kind === 'unheaded' && !headed) return withoutTitle(text, part);
    return [];
  });
  if (found.length > 0) return found;
  return parts
    .filter(({ kind, start, end }) => end > start && (kind === 'preliminary' || kind === 'unheaded'))
    .map(({ start, end }) => ({ section: 'findings', start, end }));
}

/** A report's text without a first line that says only what was taken. */
function withoutTitle(text: string, { start, end }: ReportPart): SectionPart[] {
  const line = text.indexOf('\n', start);
  const lineEnd = line < 0 || line > end ? end : line;
  if (!isTitle(text.slice(start, lineEnd))) return [{ section: 'findings', start, end }];
  let from = lineEnd;
  while (from < end && /\s/.test(text[from]!)) from++;
  return from < end ? [{ section: 'findings', start: from, end }] : [];
}

/** What stands between the parts of a section. */
export const PART_BREAK = '\n\n';

/** FINDINGS and IMPRESSION of a whole report, see {@link sectionParts}. Several parts of a section stand in paragraphs. */
export function sectionsOf(text: string): ReportText {
  const parts = sectionParts(text);
  const of = (section: keyof ReportText) =>
    parts
      .filter(part => part.section === section)
      .map(({ start, end }) => text.slice(start, end))
      .join(PART_BREAK);
  return { findings: of('findings'), impression: of('impression') };
}
