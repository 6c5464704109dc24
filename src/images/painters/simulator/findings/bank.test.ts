import { describe, expect, it } from 'vitest';
import { defaultBank } from '../../../../entities/index.js';
import { notPainted, simulatorConcepts } from './index.js';

const affirmed = new Set(
  defaultBank()
    .entities.filter(({ type }) => type === 'ABNORMALITY' || type === 'DISEASE')
    .map(({ concept }) => concept),
);

describe('the abnormal concepts of the shipped bank', () => {
  it('are painted, or listed with the reason why not, so that none is silently drawn as nothing', () => {
    const nowhere = [...affirmed].filter(
      concept => !simulatorConcepts.has(concept) && !Object.hasOwn(notPainted, concept),
    );
    expect(nowhere).toEqual([]);
  });

  it('are left out of the pictures only where the list says so and the bank has them', () => {
    for (const [concept, reason] of Object.entries(notPainted)) {
      expect(affirmed, concept).toContain(concept);
      expect(simulatorConcepts, concept).not.toContain(concept);
      expect(reason.length, concept).toBeGreaterThan(20);
    }
  });
});
