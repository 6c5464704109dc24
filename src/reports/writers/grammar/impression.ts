import type { PlannedEntity } from '../../../data/index.js';

import { joinList } from './fill.js';
import { NORMAL_IMPRESSIONS } from './normal-statements.js';
import { type Choice, deniedPhrases, draw } from './noun-phrase.js';
import type { Parts } from './parts.js';
import { presentUnits } from './present.js';
import type { Style } from './styles.js';
import { Weighted } from './weighted.js';

/** How often the impression keeps a site, degree or extent that the findings tell. */
const KEEP_CHANCE = 0.75;
/** How often an impression with findings also denies something. */
const DENIAL_CHANCE = 0.35;
/** How much more weight a summary gives to findings of each degree. */
const SEVERITY_WEIGHT = { minimal: -0.5, mild: 0, moderate: 0.5, severe: 1 } as const;
const DISEASE_WEIGHT = 0.8;

/** How many things it denies. */
const DENIED = new Weighted<number>([
  [1, 3],
  [2, 2],
  [3, 1],
]);
const NOTHING = Weighted.of(NORMAL_IMPRESSIONS);
const SENTENCES = Weighted.of({ '{bare}.': 10, 'There {is} {np}.': 1 });
const PAIRS = Weighted.of({ '{bare} with {bare2}.': 2, '{bare} and {bare2}.': 3 });

/** The IMPRESSION section: what matters of the findings, in fewer words, or that there are none. */
export function composeImpression(parts: Parts, style: Style, choice: Choice): string {
  const { random } = choice;
  if (parts.present.length === 0) return draw(choice, NOTHING);
  const summed = mostImportant(parts.present, draw(choice, style.summed), choice).map(entity =>
    lessDetailed(entity, choice),
  );
  const short: Style = { ...style, present: SENTENCES, pair: PAIRS, frameChance: style.frameChance / 4 };
  const sentences = presentUnits(summed, short, choice, []).map(({ text }) => text);
  if (parts.denied.length > 0 && random.chance(DENIAL_CHANCE)) {
    const denied = random
      .shuffle(parts.denied)
      .slice(0, draw(choice, DENIED))
      .map(({ concept, type }) => ({ concept, type }));
    sentences.push(`No ${joinList(deniedPhrases(denied, choice).phrases, 'or', random.chance(0.5))}.`);
  }
  if (sentences.length === 1) return sentences[0]!;
  switch (draw(choice, style.impression)) {
    case 'numbered':
      return sentences.map((text, index) => `${index + 1}. ${text}`).join('\n');
    case 'one line':
      return `${sentences.map((text, index) => continued(text.slice(0, -1), index)).join('; ')}.`;
    case 'sentences':
      return sentences.join(' ');
  }
}

/** A phrase after a semicolon begins in lower case, unless its first word is an abbreviation. */
function continued(text: string, index: number): string {
  return index === 0 || /^[A-Z]{2}/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

/** Diseases before other findings, severe before mild, otherwise by chance. */
function mostImportant(
  entities: readonly PlannedEntity[],
  most: number,
  { random }: Choice,
): PlannedEntity[] {
  return entities
    .map(entity => ({
      entity,
      weight:
        random.next() +
        (entity.type === 'DISEASE' ? DISEASE_WEIGHT : 0) +
        (entity.severity === undefined ? 0 : SEVERITY_WEIGHT[entity.severity]),
    }))
    .sort((one, other) => other.weight - one.weight)
    .slice(0, most)
    .map(({ entity }) => entity);
}

/** The same finding with some of its details left out, as a summary does; its side stays. */
function lessDetailed(entity: PlannedEntity, { random }: Choice): PlannedEntity {
  const summary = { ...entity };
  if (!random.chance(KEEP_CHANCE)) delete summary.site;
  if (!random.chance(KEEP_CHANCE)) delete summary.severity;
  if (!random.chance(KEEP_CHANCE)) delete summary.extent;
  return summary;
}
