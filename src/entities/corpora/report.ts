import { type ReportText, type SectionPart, sectionParts, sectionsOf } from '../../data/index.js';

/** A report with its id, from any corpus. */
export interface CorpusReport extends ReportText {
  readonly id: string;
  /** Where the report came as one text: that text, and the stretches of it that make the sections. */
  readonly whole?: { readonly text: string; readonly parts: readonly SectionPart[] } | undefined;
}

/** A report that came as one text, split into its sections (see `sectionParts`). */
export function reportOfText(id: string, text: string): CorpusReport {
  return { id, ...sectionsOf(text), whole: { text, parts: sectionParts(text) } };
}
