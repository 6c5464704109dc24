/** Parts of the chest in which a report is ordered. */
export const REGIONS = ['devices', 'heart', 'mediastinum', 'lungs', 'pleura', 'bones', 'other'] as const;
export type Region = (typeof REGIONS)[number];

/**
 * Nouns with their weights: about how often real reports (Open-i) use each beside the others, on a coarse scale.
 * `a nodule|nodules` can be counted, `atelectasis` cannot, `+sternal wires` is always many. `{side} ` is where a
 * side stands inside the noun.
 */
export type Nouns = Readonly<Record<string, number>>;

/** How a concept is said. */
export interface NounEntry {
  /** The first is the plain one, used when a report is written again. */
  readonly nouns: Nouns;
  /** How it is denied, where reports deny in other words: "no focal consolidation". */
  readonly denied?: Nouns;
  /**
   * What its degrees are: a size (a large nodule), an amount (a trace effusion), a displacement (a mildly displaced
   * fracture), or a degree (mild atelectasis), which is the default.
   */
  readonly degrees?: 'size' | 'amount' | 'displacement';
}

export type NounTable = Readonly<Record<string, NounEntry>>;
