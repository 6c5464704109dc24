import { Random } from '../../../base/index.js';
import type { PlannedReport, WrittenReport } from '../../../data/index.js';
import { type Bank, defaultBank } from '../../../entities/index.js';
import { NO_USAGE, type PartReply, type PartRequest, type ReportWriter } from '../../writer.js';
import { composeFindings } from './findings.js';
import { composeImpression } from './impression.js';
import type { Choice } from './noun-phrase.js';
import { partsOf } from './parts.js';
import { PLAIN, STYLES } from './styles.js';
import { Vocabulary } from './vocabulary.js';
import { Weighted } from './weighted.js';

/** From this attempt on reports are written in the plainest words. */
const PLAIN_FROM = 2;

const DRAWN_STYLES = new Weighted(STYLES.map(style => [style, style.weight] as const));

/**
 * Writes reports by a grammar: a style, an order, words and sentences drawn for each sample from its own
 * stream. FINDINGS say all that is planned; IMPRESSION sums up what is there, or says that nothing is.
 */
export class GrammarWriter implements ReportWriter {
  readonly name = 'grammar';
  /** Raised when the same seed writes other text. */
  readonly fingerprint = 'grammar 2';
  readonly parts = ['report'] as const;
  readonly attempts = 4;
  readonly concurrency = 1;
  readonly freeText = false;
  readonly usage = NO_USAGE;
  readonly #vocabulary: Vocabulary;

  /** @param bank - What the plans were drawn from: its words are used for what the grammar has none for. */
  constructor(bank: Bank = defaultBank()) {
    this.#vocabulary = new Vocabulary(bank);
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
    const style = plain ? PLAIN : DRAWN_STYLES.pick(random);
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
