import type { BankEntity } from '../../entities/index.js';
import { GROUPS, OPPOSITES, RULES, type Rule } from './rules.js';

/** Tells whether two entities may stand in one report. Entities go by their number in the decks. */
export interface Conflicts {
  /** Two entities that one report cannot say together; an entity is in conflict with itself. */
  between(one: number, other: number): boolean;
}

/** Compiles the rules for a list of entities: two bit sets an entity, so that a pair is checked in a few steps. */
export function compileConflicts(entities: readonly BankEntity[], rules: readonly Rule[] = RULES): Conflicts {
  const all = [...rules, ...exclusionsOf(entities)];
  const words = Math.max(1, Math.ceil(all.length / 32));
  const ones = new Uint32Array(entities.length * words);
  const others = new Uint32Array(entities.length * words);
  const numbersOf = new Map<string, number[]>();
  entities.forEach((entity, number) => {
    for (const statement of statementsOf(entity)) {
      const numbers = numbersOf.get(statement);
      if (numbers === undefined) numbersOf.set(statement, [number]);
      else numbers.push(number);
    }
  });
  const mark = (bits: Uint32Array, statements: readonly string[], rule: number) => {
    for (const statement of statements.flatMap(unfold)) {
      for (const number of numbersOf.get(statement) ?? []) {
        bits[number * words + (rule >>> 5)]! |= 1 << (rule & 31);
      }
    }
  };
  all.forEach((rule, index) => {
    mark(ones, rule.one, index);
    mark(others, rule.other, index);
  });
  const subjects = subjectsOf(entities);

  return {
    between(one, other) {
      if (subjects[one] === subjects[other]) return true;
      for (let word = 0; word < words; word++) {
        const a = one * words + word;
        const b = other * words + word;
        if ((ones[a]! & others[b]!) !== 0 || (others[a]! & ones[b]!) !== 0) return true;
      }
      return false;
    },
  };
}

/** What the bank itself says excludes what. Entities with the same list share one rule. */
function exclusionsOf(entities: readonly BankEntity[]): Rule[] {
  const byList = new Map<string, { one: string[]; other: string[] }>();
  for (const entity of entities) {
    if (entity.excludes.length === 0 || !isSaid(entity)) continue;
    const key = JSON.stringify(entity.excludes);
    const rule = byList.get(key) ?? { one: [], other: entity.excludes.map(concept => `+${concept}`) };
    rule.one.push(`+${entity.concept}`);
    byList.set(key, rule);
  }
  return [...byList.values()];
}

/** Whether the entity, put into a report, is affirmed there: findings that are there and normal statements. */
function isSaid(entity: BankEntity): boolean {
  return entity.kind === 'normal' || !entity.type.startsWith('NON-');
}

function statementsOf(entity: BankEntity): string[] {
  const sign = isSaid(entity) ? '+' : '-';
  const isFinding = entity.type === 'ABNORMALITY' || entity.type === 'DISEASE';
  return [`${sign}${entity.concept}`, ...(isFinding ? ['+*'] : [])];
}

/** `+@lungs` as the statements of its members. */
function unfold(statement: string): string[] {
  if (statement[1] !== '@') return [statement];
  const group = statement.slice(2);
  const members = GROUPS[group];
  if (members === undefined) throw new Error(`the rules name an unknown group "${group}"`);
  return members.flatMap(member => unfold(`${statement[0]}${member}`));
}

const OPPOSITE_WORDS = new Set(OPPOSITES.flat());

/**
 * A number for what an entity is about: its concept without the words that have an opposite. A report speaks
 * of each subject once, so it can neither repeat nor contradict itself about it. Anatomy is about itself: to
 * name the left lung does not speak of the lungs' clearness.
 */
function subjectsOf(entities: readonly BankEntity[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(entities, entity => {
    const kept = entity.concept.split(' ').filter(word => !OPPOSITE_WORDS.has(word));
    const subject = kept.length === 0 || entity.kind === 'normal' ? entity.concept : kept.join(' ');
    const key = entity.kind === 'anatomy' ? `anatomy ${entity.concept}` : subject;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}
