import type { Random } from '../../../base/index.js';
import type { PlannedEntity } from '../../../data/index.js';
import type { Bank, BankEntity } from '../../../entities/index.js';

/** How an entity is to be said, in the words of the prompts. */
export type Status = 'PRESENT' | 'ABSENT' | 'NORMAL' | 'MENTION';

/** Wordings of an entity that the model is offered. */
const WORDINGS = 3;

/** Puts planned entities into the lines that the prompts explain. */
export class EntityList {
  readonly #entities: ReadonlyMap<string, BankEntity>;

  /** @param bank - Tells normal statements from findings, and the words for an entity that the tagger reads. */
  constructor(bank: Bank) {
    this.#entities = new Map(bank.entities.map(entity => [keyOf(entity), entity]));
  }

  statusOf(entity: PlannedEntity): Status {
    if (entity.type === 'ANATOMY') return 'MENTION';
    if (entity.type === 'ABNORMALITY' || entity.type === 'DISEASE') return 'PRESENT';
    return this.#entities.get(keyOf(entity))?.kind === 'normal' ? 'NORMAL' : 'ABSENT';
  }

  /**
   * One line an entity: `- PRESENT: pleural effusion | side: left | severity: mild | wording: "pleural effusion" or
   * "effusion"`. Order and wordings are drawn.
   */
  lines(entities: readonly PlannedEntity[], random: Random): string {
    return random
      .shuffle(entities)
      .map(entity => this.#line(entity, random))
      .join('\n');
  }

  #line(entity: PlannedEntity, random: Random): string {
    const { side, site, severity, extent, change } = entity;
    const details = Object.entries({ side, site, severity, extent, change })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` | ${name}: ${value}`);
    const wording = this.#wordings(entity, random)
      .map(text => JSON.stringify(text))
      .join(' or ');
    return `- ${this.statusOf(entity)}: ${oneLine(entity.concept)}${details.join('')} | wording: ${wording}`;
  }

  #wordings(entity: PlannedEntity, random: Random): string[] {
    const known = this.#entities.get(keyOf(entity))?.synonyms ?? [];
    const words = [...new Set([entity.concept, ...known].map(oneLine))];
    return random.shuffle(words).slice(0, WORDINGS);
  }
}

function keyOf({ concept, type }: { readonly concept: string; readonly type: string }): string {
  return `${type} ${concept}`;
}

/** A bank made from files of others may hold any text. */
function oneLine(text: string): string {
  return text.replace(/[\s|]+/g, ' ').trim();
}
