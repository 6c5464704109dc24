import type { Random } from '../../base/index.js';
import type { EntityType } from '../../data/index.js';
import type { Conflicts } from './conflicts.js';
import type { Reserve } from './decks.js';

/** Times that all samples of a block are gone through for conflicts. */
const PASSES = 6;

/** What an exchange goes by. */
export interface Exchange {
  typeOf(entity: number): EntityType;
  readonly conflicts: Conflicts;
  /** Entities from outside the block, by type, where taking them does no harm to the balance. */
  readonly reserves: ReadonlyMap<EntityType, Reserve>;
  readonly random: Random;
}

/**
 * Exchanges entities of one type between samples of the block until no sample breaks a rule. The block's
 * uses stay what they were, so cap and balance hold. What no exchange can place (a normal chest, where every
 * report has a finding) is left out: that sample says one entity less.
 */
export function exchangeConflicts(samples: Int32Array[], exchange: Exchange): Int32Array[] {
  const { typeOf, conflicts, reserves, random } = exchange;
  const slotsOf = new Map<EntityType, { sample: number; slot: number }[]>();
  samples.forEach((entities, sample) => {
    entities.forEach((entity, slot) => {
      const type = typeOf(entity);
      const slots = slotsOf.get(type);
      if (slots === undefined) slotsOf.set(type, [{ sample, slot }]);
      else slots.push({ sample, slot });
    });
  });
  const breaks = (sample: number, slot: number, entity: number): boolean => {
    const entities = samples[sample]!;
    for (let other = 0; other < entities.length; other++) {
      if (other !== slot && conflicts.between(entity, entities[other]!)) return true;
    }
    return false;
  };

  /** Finds the slot of another sample with which this one can change, and changes them. */
  function change(sample: number, slot: number): boolean {
    const entity = samples[sample]![slot]!;
    const partners = slotsOf.get(typeOf(entity))!;
    const offset = random.integer(partners.length);
    for (let step = 0; step < partners.length; step++) {
      const partner = partners[(offset + step) % partners.length]!;
      if (partner.sample === sample) continue;
      const theirs = samples[partner.sample]![partner.slot]!;
      if (theirs === entity || breaks(sample, slot, theirs)) continue;
      if (breaks(partner.sample, partner.slot, entity)) continue;
      samples[sample]![slot] = theirs;
      samples[partner.sample]![partner.slot] = entity;
      return true;
    }
    const reserve = reserves.get(typeOf(entity));
    if (reserve === undefined || !reserve.mayLeave(entity)) return false;
    const others = reserve.entities();
    const fitting = others.findIndex(theirs => !breaks(sample, slot, theirs));
    if (fitting === -1) return false;
    samples[sample]![slot] = others[fitting]!;
    others.splice(fitting, 1);
    return true;
  }

  for (let pass = 0; pass < PASSES; pass++) {
    let moved = false;
    let broken = false;
    samples.forEach((entities, sample) => {
      for (let slot = 0; slot < entities.length; slot++) {
        if (!breaks(sample, slot, entities[slot]!)) continue;
        broken = true;
        if (change(sample, slot)) moved = true;
      }
    });
    if (!broken || !moved) break;
  }

  return samples.map(entities => {
    const kept: number[] = [];
    for (const entity of entities) {
      if (!kept.some(other => conflicts.between(entity, other))) kept.push(entity);
    }
    return kept.length === entities.length ? entities : Int32Array.from(kept);
  });
}
