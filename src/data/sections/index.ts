export type { HeadingKind } from './headings.js';
export { PART_BREAK, type SectionPart, sectionParts, sectionsOf } from './sections.js';
export { type ReportPart, splitReport } from './split.js';
export { unwrapLines } from './unwrap.js';
