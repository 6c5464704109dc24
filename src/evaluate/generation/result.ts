import type { TableMeasure } from '../scores/index.js';
import type { EvaluationResult } from '../tasks/task.js';
import type { Alignment } from './alignment.js';
import type { Fidelity } from './fidelity.js';
import type { SpacePrivacy } from './privacy.js';
import type { TextQuality } from './texts.js';

/** How good, how varied and how private synthetic data is. `n` and `patients` are of the synthetic samples. */
export interface GenerationResult extends EvaluationResult {
  readonly task: 'generation';
  /** The real data set, its split (`all` for all), pictures and patients. */
  readonly real: string;
  readonly realSplit: string;
  readonly realN: number;
  readonly realPatients: number;
  readonly fidelity: Fidelity;
  /** Absent where no synthetic sample has a report. */
  readonly text?: TextQuality;
  /** Absent without a model, or without two different reports. */
  readonly alignment?: {
    readonly synthetic: Alignment;
    /** The same of the real pairs, where the real data has reports. */
    readonly real?: Alignment;
    /** Zero-shot scores of what reports affirm, in their own pictures. */
    readonly findings: TableMeasure;
  };
  readonly privacy: {
    /** Share of real pictures of other patients that may count as copies, as asked for. */
    readonly falseAlarms: number;
    /** Pixels, and the chosen features where these are others. */
    readonly spaces: readonly SpacePrivacy[];
    /** Synthetic samples that are copies in any space. */
    readonly copies: readonly string[];
  };
  /** What must be known to read the figures. */
  readonly notes: readonly string[];
}
