import type { PlannedEntity } from '../../../data/index.js';
import { fillList, joinList } from './fill.js';
import { type Choice, deniedPhrases, draw } from './noun-phrase.js';
import type { Unit } from './parts.js';
import type { Style } from './styles.js';
import { Weighted } from './weighted.js';

/** How often a list of three or more has a comma before its last word. */
const LAST_COMMA_CHANCE = 0.65;

/** Lungs that are clear, and what they are clear of. */
const CLEAR_WITHOUT = Weighted.of({
  'The lungs are clear without {list}.': 4,
  'Lungs are clear without {list}.': 3,
  'The lungs are clear, without evidence of {list}.': 4,
  'The lungs are clear without evidence of {list}.': 3,
  'Lungs are clear bilaterally with no {list}.': 2,
});

/** The lungs as the place where something is missing, where a plan names them. */
const LUNGS_WITHOUT = Weighted.of({
  'The lungs are free of {list}.': 4,
  'The lungs are without {list}.': 1,
});

/** Sentences for what is denied: lists of findings that lie near each other. */
export function deniedUnits(entities: readonly PlannedEntity[], style: Style, choice: Choice): Unit[] {
  const units: Unit[] = [];
  const regionOf = ({ concept }: PlannedEntity) => choice.vocabulary.lexeme(concept).region;
  for (let rest = entities; rest.length > 0; ) {
    let count = Math.min(draw(choice, style.deniedAtOnce), rest.length);
    if (style.headings) while (regionOf(rest[count - 1]!) !== regionOf(rest[0]!)) count--;
    const group = rest.slice(0, count);
    const text = listed(group, draw(choice, style.denied), choice);
    units.push({ region: regionOf(group[0]!), text, entities: group, kind: 'denied' });
    rest = rest.slice(count);
  }
  return units;
}

function listed(entities: readonly PlannedEntity[], pattern: string, choice: Choice): string {
  const resolved = entities.length === 1 && entities[0]!.change === 'resolved';
  const { phrases, plural } = deniedPhrases(entities, choice);
  if (resolved) return fillList(`{list} ${plural ? 'have' : 'has'} resolved.`, phrases[0]!, plural);
  return fillList(pattern, joinList(phrases, 'or', choice.random.chance(LAST_COMMA_CHANCE)), plural);
}

/** "The lungs are clear without consolidation or effusion." */
export function clearWithout(clear: PlannedEntity, missing: readonly PlannedEntity[], choice: Choice): Unit {
  const text = listed(missing, CLEAR_WITHOUT.pick(choice.random), choice);
  return { region: 'lungs', text, entities: [clear, ...missing], kind: 'normal' };
}

/** "The lungs are free of consolidation." Names the lungs. */
export function lungsWithout(missing: readonly PlannedEntity[], choice: Choice): Unit {
  const text = listed(missing, LUNGS_WITHOUT.pick(choice.random), choice);
  return { region: 'lungs', text, entities: missing, kind: 'denied' };
}
