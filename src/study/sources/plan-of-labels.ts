import { Random } from '../../base/index.js';
import type { PlannedEntity, PlannedReport, Sample } from '../../data/index.js';
import type { Bank, BankEntity } from '../../entities/index.js';

/** Most and least findings that a report says are not there. */
const DENIED = { least: 2, most: 4 };

/** How sources call a picture without findings. */
const NORMAL = /^(no[ _]finding|normal)$/i;

/** Plans reports that say what labels say. */
export class LabelPlanner {
  /** Label → the findings that it may stand for: by their own name, or as NIH and CheXpert name them. */
  readonly #meanings = new Map<string, readonly BankEntity[]>();
  /** Findings that the data set's labels speak of, so that their absence is known. */
  readonly #deniable: readonly { readonly label: string; readonly entity: BankEntity }[];
  readonly seed: number;

  /** @param labels - All labels of the data set. Those that no finding of the bank stands for are left out. */
  constructor(bank: Bank, labels: readonly string[], seed: number) {
    this.seed = seed;
    const findings = bank.entities.filter(({ kind }) => kind === 'abnormality' || kind === 'disease');
    for (const label of labels) {
      const named = findings.filter(
        ({ concept, synonyms }) => concept === label.toLowerCase() || synonyms.includes(label.toLowerCase()),
      );
      const meant = findings.filter(({ labels: { nih, chexpert } }) => nih === label || chexpert === label);
      const candidates = oneOfEach(meant.length > 0 ? meant : named);
      if (candidates.length > 0) this.#meanings.set(label, candidates);
    }
    this.#deniable = [...this.#meanings].flatMap(([label, entities]) =>
      entities.map(entity => ({ label, entity })),
    );
  }

  /**
   * What the report of a sample is to say: one finding for each of its labels, and a few that its labels do not name as
   * not there. Nothing is said of what its source leaves open.
   */
  plan({ id, labels, uncertain = [] }: Pick<Sample, 'id' | 'labels' | 'uncertain'>): PlannedReport {
    const random = Random.of(this.seed, id, 'rewrite');
    const there: PlannedEntity[] = [];
    for (const label of labels) {
      const meanings = this.#meanings.get(label);
      if (meanings === undefined) continue;
      const { concept, type } = meanings[random.integer(meanings.length)]!;
      if (!there.some(entity => entity.concept === concept)) there.push({ concept, type });
    }
    const open = new Set([...labels, ...uncertain]);
    const isNormal = there.length === 0 && labels.some(label => NORMAL.test(label));
    if (isNormal) there.push({ concept: 'normal chest', type: 'NON-ABNORMALITY' });
    const spoken = new Set(there.map(({ concept }) => concept));
    const free = this.#deniable.filter(
      ({ label, entity }) => !open.has(label) && !spoken.has(entity.concept) && denies(entity),
    );
    const count = DENIED.least + random.integer(DENIED.most - DENIED.least + 1);
    const denied = new Map<string, PlannedEntity>();
    for (const { entity } of random.shuffle(free)) {
      if (denied.size === count) break;
      denied.set(entity.concept, {
        concept: entity.concept,
        type: entity.kind === 'disease' ? 'NON-DISEASE' : 'NON-ABNORMALITY',
      });
    }
    return { id, entities: [...there, ...denied.values()] };
  }
}

/** A concept has an entry for each of its types; the one that says that it is there. */
function oneOfEach(entities: readonly BankEntity[]): BankEntity[] {
  return entities.filter(({ type }) => type === 'ABNORMALITY' || type === 'DISEASE');
}

/** Whether its absence is something that reports say. */
function denies({ kind }: BankEntity): boolean {
  return kind === 'abnormality' || kind === 'disease';
}
