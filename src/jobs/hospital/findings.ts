import type { Random } from '../../base/index.js';
import type { Side } from '../../data/index.js';
import { type Bank, type BankEntity, NIH_LABELS } from '../../entities/index.js';
import { type Conflicts, compileConflicts } from '../../reports/index.js';
import type { HospitalSettings } from './settings.js';

type Label = (typeof NIH_LABELS)[number];

/** What may be found in a picture, besides the fourteen labels. */
export interface TailFinding {
  readonly entity: BankEntity;
  /** Share of the pictures that show it. */
  readonly share: { readonly PA: number; readonly AP: number };
  /** How much one study tells of the next. */
  readonly kept: number;
}

/** What the shipped bank counts for a concept that none of its reports names. */
const UNSEEN = 0.5;

/**
 * What people in a hospital may have, and how often: concepts of the bank that the painter can show. The fourteen labels
 * of NIH are drawn as sets and become concepts in the bank's proportions; the rest of the bank is the long tail.
 */
export class FindingTable {
  readonly tail: readonly TailFinding[];
  readonly #bank: Bank;
  readonly #numbers: ReadonlyMap<BankEntity, number>;
  readonly #conflicts: Conflicts;
  readonly #ofLabel: ReadonlyMap<Label, readonly BankEntity[]>;
  readonly #explained: ReadonlyMap<Label, readonly (readonly [disease: BankEntity, share: number])[]>;
  readonly #settings: HospitalSettings['findings'];

  /** @param concepts - What the painter can show; undefined for all. */
  constructor(
    bank: Bank,
    { findings, persistence }: HospitalSettings,
    concepts: ReadonlySet<string> | undefined,
  ) {
    this.#bank = bank;
    this.#settings = findings;
    this.#numbers = new Map(bank.entities.map((entity, number) => [entity, number]));
    this.#conflicts = compileConflicts(bank.entities);
    const present = bank.entities.filter(({ type }) => type === 'ABNORMALITY' || type === 'DISEASE');
    const shown = present.filter(({ concept }) => concepts?.has(concept) !== false);
    this.#ofLabel = new Map(
      NIH_LABELS.map(label => [label, shown.filter(({ labels }) => labels.nih === label)]),
    );
    const reports = Math.max(1, bank.reports);
    this.#explained = new Map(
      NIH_LABELS.map(label => [
        label,
        present.flatMap(disease => {
          const labels = Object.hasOwn(findings.explain, disease.concept)
            ? findings.explain[disease.concept]!
            : [];
          if (!labels.includes(label)) return [];
          const said = labels
            .flatMap(one => this.#ofLabel.get(one)!)
            .reduce((sum, one) => sum + often(one), 0);
          return [[disease, Math.min(0.5, often(disease) / said)] as const];
        }),
      ]),
    );
    const bedside = bedsideShares(findings.bedside);
    const notDrawn = new Set([...findings.umbrellas, ...Object.keys(findings.explain)]);
    const lasting = new Set(findings.lasting);
    this.tail = shown
      .filter(({ concept, labels }) => labels.nih === undefined && !notDrawn.has(concept))
      .map(entity => {
        const { concept, labels } = entity;
        const usual = Math.min(1, often(entity) / reports);
        const device = bedside.has(concept) || labels.chexpert === 'Support Devices';
        return {
          entity,
          share: { PA: usual, AP: bedside.get(concept) ?? usual },
          kept: lasting.has(concept) ? 1 : device ? persistence.devices : persistence.others,
        };
      });
  }

  /** A concept that shows a label. */
  ofLabel(label: Label, random: Random): BankEntity {
    const found = this.#ofLabel.get(label)!;
    let rest = random.next() * found.reduce((sum, entity) => sum + often(entity), 0);
    for (const entity of found) {
      rest -= often(entity);
      if (rest < 0) return entity;
    }
    return found.at(-1)!;
  }

  /** A disease that is said of a label, or none. */
  explanation(label: Label, random: Random): BankEntity | undefined {
    let rest = random.next();
    for (const [disease, share] of this.#explained.get(label)!) {
      rest -= share;
      if (rest < 0) return disease;
    }
    return undefined;
  }

  /** Whether two things cannot both be, or be said, of one picture. */
  excludes(one: BankEntity, other: BankEntity): boolean {
    return this.#conflicts.between(this.#numbers.get(one)!, this.#numbers.get(other)!);
  }

  /** A concept as something that is there. */
  entity(concept: string): BankEntity | undefined {
    return this.#bank.entities.find(
      entity => entity.concept === concept && (entity.type === 'ABNORMALITY' || entity.type === 'DISEASE'),
    );
  }

  /** The side of a finding that has one. */
  side({ concept, sides }: BankEntity, random: Random): Side | undefined {
    if (sides.length === 0) return undefined;
    const { sides: shares, oneSided } = this.#settings;
    const named = Object.hasOwn(shares, concept) ? shares[concept]! : shares.others!;
    const { left, right, bilateral } = named;
    return random.weighted({ left, right, bilateral: oneSided.includes(concept) ? 0 : bilateral });
  }
}

function often({ count }: BankEntity): number {
  return Math.max(UNSEEN, count);
}

/** Shares of devices at the bedside such that any of them is on that share of the pictures. */
function bedsideShares({ any, counts }: HospitalSettings['findings']['bedside']): Map<string, number> {
  const entries = Object.entries(counts);
  const most = Math.max(...entries.map(([, count]) => count), 1);
  const anyAt = (scale: number) =>
    1 - entries.reduce((none, [, count]) => none * (1 - Math.min(1, (scale * count) / most)), 1);
  let [low, high] = [0, 1];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (anyAt(middle) < any) low = middle;
    else high = middle;
  }
  return new Map(entries.map(([concept, count]) => [concept, (high * count) / most]));
}
