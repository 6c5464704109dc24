import type { BankEntity } from '../../entities/index.js';
import { namedByRules, phrasesOf, RULES, type Rule, subjectOf, unfold } from './rules/index.js';

/** Tells whether two entities may stand in one report. Entities go by their number in the decks. */
export interface Conflicts {
  /** Two entities that one report cannot say together; an entity is in conflict with itself. */
  between(one: number, other: number): boolean;
}

/** Up to so many entities all pairs are worked out beforehand: a few megabytes at most. */
const TABLE_LIMIT = 2048;

/**
 * Compiles the rules for a list of entities. Most entities of a large bank are under the same few rules, so pairs are kept
 * between classes of entities; what a single entity excludes (its `excludes`, its kinds when it is denied) beside them.
 */
export function compileConflicts(entities: readonly BankEntity[], rules: readonly Rule[] = RULES): Conflicts {
  const { classOf, classes, excluded } = classesOf(entities, rules);
  const special = ownExclusions(entities);
  const subjects = subjectNumbers(entities);
  function between(one: number, other: number): boolean {
    return (
      subjects[one] === subjects[other] ||
      excluded[classOf[one]! * classes + classOf[other]!] === 1 ||
      special.get(one)?.has(other) === true
    );
  }
  const size = entities.length;
  if (size > TABLE_LIMIT) return { between };
  const table = new Uint8Array(size * size);
  for (let one = 0; one < size; one++) {
    for (let other = 0; other < size; other++) table[one * size + other] = between(one, other) ? 1 : 0;
  }
  return { between: (one, other) => table[one * size + other] === 1 };
}

interface Classes {
  readonly classOf: Int32Array;
  readonly classes: number;
  /** For each pair of classes whether a rule stands between them; symmetric. */
  readonly excluded: Uint8Array;
}

/** Entities that stand on the same sides of the same rules are one class. */
function classesOf(entities: readonly BankEntity[], rules: readonly Rule[]): Classes {
  const ones = rulesOf(rules.map(({ one }) => one));
  const others = rulesOf(rules.map(({ other }) => other));
  const named = namedByRules(rules);
  const members: { ones: Set<number>; others: Set<number> }[] = [];
  const numbers = new Map<string, number>();
  const classOf = Int32Array.from(entities, entity => {
    const statements = statementsOf(entity, named);
    const mine = {
      ones: new Set(statements.flatMap(statement => ones.get(statement) ?? [])),
      others: new Set(statements.flatMap(statement => others.get(statement) ?? [])),
    };
    const key = `${[...mine.ones].join()}|${[...mine.others].join()}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = members.push(mine) - 1;
      numbers.set(key, number);
    }
    return number;
  });
  const classes = members.length;
  const excluded = new Uint8Array(classes * classes);
  members.forEach((one, row) => {
    members.forEach((other, column) => {
      if ([...one.ones].every(rule => !other.others.has(rule))) return;
      excluded[row * classes + column] = 1;
      excluded[column * classes + row] = 1;
    });
  });
  return { classOf, classes, excluded };
}

/** The rules, by number, that have a statement on one of their sides. */
function rulesOf(sides: readonly (readonly string[])[]): Map<string, number[]> {
  const rules = new Map<string, number[]>();
  sides.forEach((statements, rule) => {
    for (const statement of statements.flatMap(unfold)) push(rules, statement, rule);
  });
  return rules;
}

/** Whether the entity, put into a report, is affirmed there: findings that are there and normal statements. */
function isSaid(entity: BankEntity): boolean {
  return entity.kind === 'normal' || !entity.type.startsWith('NON-');
}

function isFinding({ type }: BankEntity): boolean {
  return type === 'ABNORMALITY' || type === 'DISEASE';
}

/** All statements of the rules that an entity makes. */
function statementsOf(entity: BankEntity, named: ReadonlySet<string>): string[] {
  // To name a place says nothing of it.
  if (entity.type === 'ANATOMY') return [];
  const statement = `${isSaid(entity) ? '+' : '-'}${entity.concept}`;
  if (!isFinding(entity)) return [statement];
  const byWords = named.has(entity.concept) ? [] : phrasesOf(entity.concept).map(phrase => `~${phrase}`);
  return [statement, '+*', ...byWords];
}

/** What single entities exclude besides the rules: the bank's `excludes`, and the kinds of what is denied. */
function ownExclusions(entities: readonly BankEntity[]): Map<number, Set<number>> {
  const said = new Map<string, number[]>();
  const denied = new Map<string, number[]>();
  entities.forEach((entity, number) => {
    if (entity.type !== 'ANATOMY') push(isSaid(entity) ? said : denied, entity.concept, number);
  });
  const exclusions = new Map<number, Set<number>>();
  function exclude(one: number, other: number): void {
    for (const [mine, its] of [
      [one, other],
      [other, one],
    ] as const) {
      const known = exclusions.get(mine);
      if (known === undefined) exclusions.set(mine, new Set([its]));
      else known.add(its);
    }
  }
  entities.forEach((entity, number) => {
    if (isSaid(entity) && entity.type !== 'ANATOMY') {
      for (const concept of entity.excludes) {
        for (const other of said.get(concept) ?? []) exclude(number, other);
      }
    }
    if (isFinding(entity)) {
      for (const phrase of phrasesOf(entity.concept)) {
        for (const other of denied.get(phrase) ?? []) exclude(number, other);
      }
    }
  });
  return exclusions;
}

/** A number for the subject of each entity. To name the left lung does not speak of the lungs' clearness: anatomy is apart. */
function subjectNumbers(entities: readonly BankEntity[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(entities, ({ concept, type }) => {
    const key = type === 'ANATOMY' ? `anatomy ${concept}` : subjectOf(concept);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

function push(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
