import type { Mention, ReportText } from '../data/index.js';

/** Reads the entities of reports. The embedded one is the lexicon; RaTE-NER and endpoints fit the same seam. */
export interface Tagger {
  readonly name: string;
  /** The mentions of each report, in the order of the reports, each sorted by section and start. */
  tag(reports: readonly ReportText[]): Promise<Mention[][]>;
}
