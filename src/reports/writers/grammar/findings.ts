import type { PlannedEntity } from '../../../data/index.js';
import { anatomyUnits } from './anatomy.js';
import { clearWithout, deniedUnits, lungsWithout } from './denied.js';
import { normalUnits } from './normal.js';
import type { Choice } from './noun-phrase.js';
import { draw } from './noun-phrase.js';
import { regionOf } from './nouns/index.js';
import type { Parts, Unit } from './parts.js';
import { presentUnits } from './present.js';
import { HEADINGS, ORDERS, type Style } from './styles.js';

/** The most things that clear lungs are said to be clear of. */
const CLEAR_OF = 3;

/** The FINDINGS section: all that is planned, once. */
export function composeFindings(parts: Parts, style: Style, choice: Choice): string {
  const { random, vocabulary } = choice;
  const order = draw(choice, style.order);
  const regions: readonly string[] =
    order in ORDERS ? ORDERS[order as keyof typeof ORDERS] : ORDERS['heart first'];
  const rank = ({ region }: { region: string }) => regions.indexOf(region);
  const byRegion = (entities: readonly PlannedEntity[]) =>
    random
      .shuffle(entities)
      .sort((one, other) => rank(vocabulary.lexeme(one.concept)) - rank(vocabulary.lexeme(other.concept)));

  const anatomy = [...parts.anatomy];
  let normal = random.shuffle(parts.normal);
  // Denials of one part of the chest stand together where there are headings, and mostly also elsewhere.
  let denied = style.headings || random.chance(0.5) ? byRegion(parts.denied) : random.shuffle(parts.denied);
  const units: Unit[] = [];
  if (!choice.plain && random.chance(style.clearWithout)) {
    const missing = denied
      .filter(({ concept, change }) => change === undefined && isOfLungs(concept))
      .slice(0, CLEAR_OF);
    const lung = anatomy.find(({ concept }) => concept === 'lung');
    const clear = normal.find(({ concept }) => concept === 'clear lungs');
    if (missing.length > 0 && (clear !== undefined || lung !== undefined)) {
      units.push(clear !== undefined ? clearWithout(clear, missing, choice) : lungsWithout(missing, choice));
      normal = normal.filter(entity => entity !== clear);
      if (clear === undefined) anatomy.splice(anatomy.indexOf(lung!), 1);
      denied = denied.filter(entity => !missing.includes(entity));
    }
  }
  units.push(...presentUnits(byRegion(parts.present), style, choice, anatomy));
  const occupied = new Set(parts.present.map(({ concept }) => vocabulary.lexeme(concept).region));
  units.push(...normalUnits(normal, style, choice));
  units.push(...deniedUnits(denied, style, choice));
  units.push(...anatomyUnits(anatomy, occupied, style, choice));
  if (style.headings) return underHeadings(units, choice);
  return inOrder(units, order, rank, choice)
    .map(({ text }) => text)
    .join(' ');
}

const isOfLungs = (concept: string): boolean => ['lungs', 'pleura'].includes(regionOf(concept));

function inOrder(
  units: readonly Unit[],
  order: string,
  rank: (unit: Unit) => number,
  { random }: Choice,
): readonly Unit[] {
  const only = (...kinds: Unit['kind'][]) =>
    units.filter(({ kind }) => kinds.includes(kind)).sort((one, other) => rank(one) - rank(other));
  switch (order) {
    case 'findings first':
      return [...only('present'), ...only('normal', 'denied'), ...only('anatomy')];
    case 'denials first':
      return [...only('normal', 'denied'), ...only('present'), ...only('anatomy')];
    case 'as it comes':
      return random.shuffle(units);
    default:
      return only('present', 'denied', 'normal', 'anatomy');
  }
}

/**
 * A line an organ: `HEART: The heart is mildly enlarged.` Where a heading would be read into the first sentence
 * ("HEART: The visualized aorta is unremarkable"), the line begins with another sentence, or it has a line of its own.
 */
function underHeadings(units: readonly Unit[], { vocabulary }: Choice): string {
  return HEADINGS.flatMap(([region, heading]) => {
    const own = units.filter(unit => unit.region === region);
    if (own.length === 0) return [];
    const first = own.find(({ text, entities }) => vocabulary.says(`${heading}: ${text}`, entities, true));
    const texts = (first === undefined ? own : [first, ...own.filter(unit => unit !== first)]).map(
      ({ text }) => text,
    );
    return [`${heading}:${first === undefined ? '\n' : ' '}${texts.join(' ')}`];
  }).join('\n');
}
