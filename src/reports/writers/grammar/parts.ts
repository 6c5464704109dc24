import type { PlannedEntity } from '../../../data/index.js';
import type { Region } from './nouns/index.js';
import type { Vocabulary } from './vocabulary.js';

/** What a plan asks for, by the way it is said. */
export interface Parts {
  readonly present: readonly PlannedEntity[];
  readonly denied: readonly PlannedEntity[];
  readonly normal: readonly PlannedEntity[];
  readonly anatomy: readonly PlannedEntity[];
}

/** A sentence, where in the chest it belongs, and what it does. */
export interface Unit {
  readonly region: Region;
  readonly text: string;
  /** What it says. */
  readonly entities: readonly PlannedEntity[];
  readonly kind: 'present' | 'denied' | 'normal' | 'anatomy';
}

/** Sorts a plan by the way its entities are said. */
export function partsOf(entities: readonly PlannedEntity[], vocabulary: Vocabulary): Parts {
  const parts = { present: [], denied: [], normal: [], anatomy: [] } as Record<keyof Parts, PlannedEntity[]>;
  for (const entity of entities) {
    if (entity.type === 'ANATOMY') parts.anatomy.push(entity);
    else if (entity.type === 'ABNORMALITY' || entity.type === 'DISEASE') parts.present.push(entity);
    else if (vocabulary.isNormal(entity.concept)) parts.normal.push(entity);
    else parts.denied.push(entity);
  }
  return parts;
}
