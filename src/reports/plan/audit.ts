import type { PlannedEntity } from '../../data/index.js';
import type { BankEntity } from '../../entities/index.js';
import {
  conceptsOf,
  PLACE_RULES,
  phrasesOf,
  placesExclude,
  RULES,
  subjectOf,
  unfold,
} from './rules/index.js';

/** On which rules an entity stands, and what it says. Numbers are places in the auditor's own lists. */
interface Standing {
  readonly subject: number;
  readonly ones: Int32Array;
  readonly others: Int32Array;
  /** Statements that must not stand beside it. */
  readonly forbids: Int32Array;
  /** Its own statement. */
  readonly statement: number;
  /** Place rules of which it is the first, and of which it is among the others. */
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/**
 * Counts the rules that reports break. Goes by rule, where the planner's `conflicts.ts` goes by pairs, and shares with it
 * the rules alone, so that a fault there is seen here.
 */
export class PlanAudit {
  readonly #entities: readonly BankEntity[];
  readonly #standings: (Standing | undefined)[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #named: ReadonlySet<string>;
  /** Concepts that a report may deny. */
  readonly #denied: ReadonlySet<string>;
  readonly #rulesOne = new Map<string, number[]>();
  readonly #rulesOther = new Map<string, number[]>();
  readonly #places = PLACE_RULES.map(({ one, other }) => ({
    one,
    other: new Set(other.flatMap(conceptsOf)),
  }));
  /** For each rule: report in which it was last met, and how many stood on either side and on both. */
  readonly #met = new Float64Array(RULES.length);
  readonly #sides = new Int32Array(RULES.length * 3);
  /** For each subject and each statement the report in which it was last met. */
  readonly #subjects: number[] = [];
  readonly #statements: number[] = [];
  #report = 0;

  /** @param entities - What reports may say; they are named by their places in this list. */
  constructor(entities: readonly BankEntity[]) {
    this.#entities = entities;
    const named = new Set<string>();
    RULES.forEach(({ one, other }, rule) => {
      for (const [side, lists] of [
        [one, this.#rulesOne],
        [other, this.#rulesOther],
      ] as const) {
        for (const statement of new Set(side.flatMap(unfold))) {
          if (!/^(?:~|\+\*)/.test(statement)) named.add(statement.slice(1));
          lists.set(statement, [...(lists.get(statement) ?? []), rule]);
        }
      }
    });
    this.#named = named;
    this.#denied = new Set(
      entities
        .filter(({ type, kind }) => type.startsWith('NON-') && kind !== 'normal')
        .map(({ concept }) => concept),
    );
  }

  /** How many rules a report breaks: the numbers of its entities, and what is said of each. */
  broken(numbers: ArrayLike<number>, said: readonly PlannedEntity[]): number {
    this.#report++;
    let broken = 0;
    for (let slot = 0; slot < numbers.length; slot++) {
      const mine = this.#standing(numbers[slot]!);
      for (const rule of mine.ones) this.#meet(rule, 0);
      for (const rule of mine.others) this.#meet(rule, 1);
      for (const rule of mine.ones) if (mine.others.includes(rule)) this.#meet(rule, 2);
      if (this.#seen(this.#subjects, mine.subject)) broken++;
      this.#seen(this.#statements, mine.statement);
    }
    for (let slot = 0; slot < numbers.length; slot++) {
      const mine = this.#standing(numbers[slot]!);
      for (const statement of mine.forbids) if (this.#statements[statement] === this.#report) broken++;
      for (const rule of mine.first) broken += this.#misplaced(rule, slot, numbers, said);
    }
    for (let slot = 0; slot < numbers.length; slot++) {
      for (const rule of this.#standing(numbers[slot]!).ones) {
        if (this.#met[rule] !== this.#report) continue;
        const met = rule * 3;
        if (this.#sides[met]! * this.#sides[met + 1]! > this.#sides[met + 2]!) broken++;
        // Counted once a report.
        this.#met[rule] = 0;
      }
    }
    return broken;
  }

  /** Findings that lie where the one of a slot excludes them. */
  #misplaced(rule: number, slot: number, numbers: ArrayLike<number>, said: readonly PlannedEntity[]): number {
    let broken = 0;
    for (let other = 0; other < numbers.length; other++) {
      if (other === slot || !this.#standing(numbers[other]!).second.includes(rule)) continue;
      if (placesExclude(PLACE_RULES[rule]!.by, said[slot]!, said[other]!)) broken++;
    }
    return broken;
  }

  /** Marks a name as met in this report. Gives whether it had been. */
  #seen(marks: number[], name: number): boolean {
    const seen = marks[name] === this.#report;
    marks[name] = this.#report;
    return seen;
  }

  #meet(rule: number, side: 0 | 1 | 2): void {
    if (this.#met[rule] !== this.#report) {
      this.#met[rule] = this.#report;
      this.#sides.fill(0, rule * 3, rule * 3 + 3);
    }
    this.#sides[rule * 3 + side]!++;
  }

  #standing(number: number): Standing {
    this.#standings[number] ??= this.#stand(this.#entities[number]!);
    return this.#standings[number];
  }

  #stand({ concept, type, kind, excludes }: BankEntity): Standing {
    const isDenied = type.startsWith('NON-') && kind !== 'normal';
    const isFinding = type === 'ABNORMALITY' || type === 'DISEASE';
    const statement = type === 'ANATOMY' ? `anatomy ${concept}` : `${isDenied ? '-' : '+'}${concept}`;
    const statements = [statement];
    const forbids = isDenied || type === 'ANATOMY' ? [] : excludes.map(other => `+${other}`);
    if (isFinding) {
      const phrases = phrasesOf(concept);
      statements.push('+*');
      if (!this.#named.has(concept)) statements.push(...phrases.map(phrase => `~${phrase}`));
      for (const phrase of phrases) if (this.#denied.has(phrase)) forbids.push(`-${phrase}`);
    }
    const rules = (lists: ReadonlyMap<string, number[]>) =>
      Int32Array.from(new Set(statements.flatMap(each => lists.get(each) ?? [])));
    return {
      subject: this.#number(type === 'ANATOMY' ? statement : `subject ${subjectOf(concept)}`),
      statement: this.#number(statement),
      ones: rules(this.#rulesOne),
      others: rules(this.#rulesOther),
      forbids: Int32Array.from(forbids, forbidden => this.#number(forbidden)),
      first: this.#places.flatMap(({ one }, rule) => (isFinding && one === concept ? [rule] : [])),
      second: this.#places.flatMap(({ other }, rule) => (isFinding && other.has(concept) ? [rule] : [])),
    };
  }

  #number(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.size;
    if (number === this.#numbers.size) {
      this.#numbers.set(name, number);
      this.#subjects.push(0);
      this.#statements.push(0);
    }
    return number;
  }
}
