import { parseAs, Random, UsageError } from '../../base/index.js';
import type { PlannedEntity, PlannedReport } from '../../data/index.js';
import type { Bank, BankEntity } from '../../entities/index.js';
import { AttributeDrawer } from './attributes.js';
import { BLOCK_SIZE, type Layout, layOut } from './blocks.js';
import { type Conflicts, compileConflicts } from './conflicts.js';
import { type Decks, layDecks } from './decks.js';
import { PlanSettings, type PlanSettingsInput, USUAL_CAP } from './settings.js';

/** Without rules an entity is in conflict with itself alone: no report says the same thing twice. */
const ONLY_ITSELF: Conflicts = { between: (one, other) => one === other };

/**
 * Draws what reports say. Any sample is made alone, from the bank, the settings and its index; the whole plan
 * is the concatenation of its parts.
 *
 * What holds exactly, for each of the five types and for the whole plan (balanced mode):
 * - The cap: no entity is planned more than `cap` times.
 * - Balance: the dealt uses of any two entities of a type differ by at most one, after every block of 64
 *   samples and at the end. The counts in the plan are the dealt ones less what was left out.
 * - No report breaks a rule (`rules.ts`), unless `contradictions` allows it. An entity that breaks one is exchanged with a sample of the same
 *   block, so that uses stay the same. Where no exchange is possible it is left out of its report, which then has
 *   fewer than k + m entities; `planStatistics` counts these as `leftOut`.
 * - Across types uses differ as the shares and `findingsPerReport` ask.
 */
export class Planner {
  readonly settings: PlanSettings;
  readonly conflicts: Conflicts;
  readonly #decks: Decks;
  readonly #layout: Layout;
  readonly #attributes: AttributeDrawer;
  readonly #plain: PlannedEntity[] = [];
  #block = -1;
  #drawn: Int32Array[] = [];

  /** @throws UsageError when the settings are wrong or the bank is too small for them (it names the least cap). */
  constructor(bank: Bank, settings: PlanSettingsInput) {
    this.settings = parseAs(PlanSettings, settings, 'plan settings', UsageError);
    this.#decks = layDecks(bank, this.settings);
    this.conflicts =
      this.settings.contradictions === 'allow' ? ONLY_ITSELF : compileConflicts(this.#decks.entities);
    this.#attributes = new AttributeDrawer(this.#decks.entities);
    this.#layout = layOut(this.#decks, this.settings, this.conflicts);
    const { cap, mode, pairs } = this.settings;
    if (mode === 'balanced' && typeof cap === 'number' && this.leastCap > cap) {
      throw new UsageError({
        fault: `${pairs} pairs need some entities ${this.leastCap} times, and the cap is ${cap}`,
        mend: `raise the cap to ${this.leastCap} (or "least"), plan fewer pairs, or use a larger bank`,
      });
    }
  }

  /** All entities that may be drawn. */
  get entities(): readonly BankEntity[] {
    return this.#decks.entities;
  }

  /** The most uses that any entity may have. Natural draws have no cap. */
  get cap(): number | null {
    const { cap, mode } = this.settings;
    if (mode === 'natural') return null;
    if (cap === 'least') return this.leastCap;
    return cap ?? Math.max(USUAL_CAP, this.leastCap);
  }

  /** The lowest cap under which this plan is possible (balanced mode). */
  get leastCap(): number {
    const uses = Object.values(this.#decks.of).map(deck => {
      const total = this.#layout.totals[deck.type];
      return total === 0 ? 0 : Math.ceil(total / deck.entities.length);
    });
    return Math.max(...uses);
  }

  /** Numbers (places in {@link entities}) of what a sample says. */
  numbers(index: number): Int32Array {
    const block = Math.floor(index / BLOCK_SIZE);
    if (block !== this.#block) {
      this.#drawn = this.#layout.draw(block);
      this.#block = block;
    }
    return this.#drawn[index % BLOCK_SIZE]!;
  }

  /** What one sample says. @throws UsageError when the index is not in the plan. */
  report(index: number): PlannedReport {
    const { pairs, seed } = this.settings;
    if (!Number.isInteger(index) || index < 0 || index >= pairs) {
      throw new UsageError({
        fault: `the plan has no sample ${index}`,
        mend: `samples go from 0 to ${pairs - 1}; raise pairs for more`,
      });
    }
    const id = sampleId(seed, index);
    const random = Random.of(seed, id, 'plan');
    const numbers = this.numbers(index);
    const entities = Array.from(numbers, number =>
      this.#attributes.has(number) ? this.#attributes.draw(number, random) : this.#plainEntity(number),
    );
    this.#attributes.settle(numbers, entities, random);
    return { id, entities };
  }

  /** One object for all reports: a plan of millions has few of them. */
  #plainEntity(number: number): PlannedEntity {
    const { concept, type } = this.#decks.entities[number]!;
    this.#plain[number] ??= Object.freeze({ concept, type });
    return this.#plain[number];
  }

  /** What the samples of [from, to) say, in order. */
  *reports(from = 0, to = this.settings.pairs): Generator<PlannedReport> {
    for (let index = from; index < to; index++) yield this.report(index);
  }
}

/** The id of a sample: `synray-7-00000042`. */
export function sampleId(seed: number, index: number): string {
  return `synray-${seed}-${String(index).padStart(8, '0')}`;
}

/** What one sample of a plan says, made alone. For many samples keep a {@link Planner}. */
export function planReport(bank: Bank, settings: PlanSettingsInput, index: number): PlannedReport {
  return new Planner(bank, settings).report(index);
}

/** What the samples of [from, to) say: a part of a plan, equal to that stretch of the whole. */
export function planReports(
  bank: Bank,
  settings: PlanSettingsInput,
  from?: number,
  to?: number,
): Iterable<PlannedReport> {
  return new Planner(bank, settings).reports(from, to);
}
