import { Random } from '../../../base/index.js';
import type { PlannedReport, WrittenReport } from '../../../data/index.js';
import { type Bank, defaultBank } from '../../../entities/index.js';
import { NO_USAGE, type PartReply, type PartRequest, type ReportWriter } from '../../writer.js';
import { composeFindings, composeImpression, partsOf } from './compose.js';
import type { Choice } from './noun-phrase.js';
import { PLAIN, STYLES } from './templates.js';

/** From this attempt on reports are written in the plainest words. */
const PLAIN_FROM = 2;

/**
 * Writes reports by a grammar: a style, an order, words and sentences drawn for each sample from its own
 * stream. FINDINGS say all that is planned; IMPRESSION sums up what is there, or says that nothing is.
 */
export class GrammarWriter implements ReportWriter {
  readonly name = 'grammar';
  readonly fingerprint = 'grammar';
  readonly parts = ['report'] as const;
  readonly attempts = 4;
  readonly concurrency = 1;
  readonly freeText = false;
  readonly usage = NO_USAGE;
  readonly #normals: ReadonlySet<string>;
  readonly #inLung: ReadonlySet<string>;

  /** @param bank - Tells normal statements from findings, and which findings lie in the lung. */
  constructor(bank: Bank = defaultBank()) {
    const conceptsOf = (entities: Bank['entities']) => new Set(entities.map(entity => entity.concept));
    this.#normals = conceptsOf(bank.entities.filter(entity => entity.kind === 'normal'));
    this.#inLung = conceptsOf(bank.entities.filter(entity => entity.sites.includes('lower lobe')));
  }

  async writePart({ plan, seed, attempt }: PartRequest): Promise<PartReply> {
    return { report: this.#writeOne(plan, seed, attempt) };
  }

  async close(): Promise<void> {}

  /** The reports of many plans, unread. */
  async write(plans: readonly PlannedReport[], seed: number, attempt: number): Promise<WrittenReport[]> {
    return plans.map(plan => this.#writeOne(plan, seed, attempt));
  }

  #writeOne(plan: PlannedReport, seed: number, attempt: number): WrittenReport {
    const random = Random.of(seed, plan.id, 'report', attempt);
    const plain = attempt >= PLAIN_FROM;
    const drawn = random.weighted(Object.fromEntries(STYLES.map(style => [style.name, style.weight])));
    const style = plain ? PLAIN : STYLES.find(({ name }) => name === drawn)!;
    const choice: Choice = { random, plain, inLung: this.#inLung };
    const parts = partsOf(plan.entities, this.#normals);
    return {
      id: plan.id,
      writer: `${this.name}/${style.name}`,
      findings: composeFindings(parts, style, choice),
      impression: composeImpression(parts, style, choice),
    };
  }
}
