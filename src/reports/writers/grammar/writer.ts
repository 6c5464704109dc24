import { Random, sha256 } from '../../../base/index.js';
import type { PlannedReport, WrittenReport } from '../../../data/index.js';
import { type Bank, defaultBank } from '../../../entities/index.js';
import { NO_USAGE, type PartReply, type PartRequest, type ReportWriter } from '../../writer.js';
import { composeFindings } from './findings.js';
import { composeImpression } from './impression.js';
import type { Choice } from './noun-phrase.js';
import { partsOf } from './parts.js';
import { type StyleSettings, styleOf } from './style-settings.js';
import { PLAIN, STYLES, type Style } from './styles.js';
import { Vocabulary } from './vocabulary.js';
import { Weighted } from './weighted.js';

/** Raised when the same seed writes other text. */
const FINGERPRINT = 'grammar 2';
/** From this attempt on reports are written in the plainest words. */
const PLAIN_FROM = 2;

/**
 * Writes reports by a grammar: a style, an order, words and sentences drawn for each sample from its own
 * stream. FINDINGS say all that is planned; IMPRESSION sums up what is there, or says that nothing is.
 */
export class GrammarWriter implements ReportWriter {
  readonly name = 'grammar';
  readonly fingerprint: string;
  readonly parts = ['report'] as const;
  readonly attempts = 4;
  readonly concurrency = 1;
  readonly freeText = false;
  readonly usage = NO_USAGE;
  readonly #vocabulary: Vocabulary;
  readonly #styles: Weighted<Style>;

  /**
   * @param bank - What the plans were drawn from: its words are used for what the grammar has none for.
   * @param styles - Ways of reporting to draw from, in place of the grammar's own.
   */
  constructor(bank: Bank = defaultBank(), styles?: readonly StyleSettings[]) {
    this.#vocabulary = new Vocabulary(bank);
    const drawn = styles?.map(styleOf) ?? STYLES;
    this.#styles = new Weighted(drawn.map(style => [style, style.weight] as const));
    this.fingerprint =
      styles === undefined ? FINGERPRINT : `${FINGERPRINT} ${sha256(JSON.stringify(styles))}`;
  }

  async writePart({ plan, seed, attempt }: PartRequest): Promise<PartReply> {
    return { report: this.#writeOne(plan, seed, attempt) };
  }

  async close(): Promise<void> {}

  /** The report of one plan, unread. */
  report(plan: PlannedReport, seed: number, attempt: number): WrittenReport {
    return this.#writeOne(plan, seed, attempt);
  }

  /** The reports of many plans, unread. */
  async write(plans: readonly PlannedReport[], seed: number, attempt: number): Promise<WrittenReport[]> {
    return plans.map(plan => this.#writeOne(plan, seed, attempt));
  }

  #writeOne(plan: PlannedReport, seed: number, attempt: number): WrittenReport {
    const random = Random.of(seed, plan.id, 'report', attempt);
    const plain = attempt >= PLAIN_FROM;
    const style = plain ? PLAIN : this.#styles.pick(random);
    const choice: Choice = { random, plain, vocabulary: this.#vocabulary };
    const parts = partsOf(plan.entities, this.#vocabulary);
    return {
      id: plan.id,
      writer: `${this.name}/${style.name}`,
      findings: composeFindings(parts, style, choice),
      impression: composeImpression(parts, style, choice),
    };
  }
}
