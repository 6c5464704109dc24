import { describe, expect, it } from 'vitest';
import { Facts } from './agreement.js';
import type { Claim, Statement } from './statements.js';

const say = (text: string, ...claims: Claim[]): Statement => ({ text, claims });
const claim = (state: Claim['state'], concept: string, side?: Claim['side']): Claim =>
  side === undefined ? { concept, state } : { concept, side, state };

const facts = new Facts([
  say('Left effusion.', claim('present', 'pleural effusion', 'left')),
  say('Bilateral atelectasis.', claim('present', 'atelectasis', 'bilateral')),
  say('Perhaps a nodule.', claim('uncertain', 'lung nodule')),
  say('Bones are intact.', claim('normal', 'intact bones')),
]);
const allows = (...claims: Claim[]) => facts.allow(say('Other words.', ...claims));

describe('Facts', () => {
  it('allow what the report says in other words, on the side that it says', () => {
    expect(allows(claim('present', 'pleural effusion'))).toBe(true);
    expect(allows(claim('present', 'pleural effusion', 'left'))).toBe(true);
    expect(allows(claim('present', 'pleural effusion', 'right'))).toBe(false);
    expect(allows(claim('present', 'pleural effusion', 'bilateral'))).toBe(false);
    expect(allows(claim('present', 'atelectasis', 'right'))).toBe(true);
    expect(allows(claim('present', 'pneumothorax'))).toBe(false);
  });

  it('allow the absence of what the report does not name, and only of that', () => {
    expect(allows(claim('absent', 'pneumothorax'))).toBe(true);
    expect(allows(claim('absent', 'pleural effusion'))).toBe(false);
    expect(allows(claim('absent', 'pleural effusion', 'right'))).toBe(true);
    expect(allows(claim('absent', 'lung nodule'))).toBe(false);
    expect(allows(claim('uncertain', 'lung nodule'))).toBe(true);
    expect(allows(claim('present', 'lung nodule'))).toBe(false);
  });

  it('allow normal things that nothing in the report excludes', () => {
    expect(allows(claim('normal', 'intact bones'))).toBe(true);
    expect(allows(claim('normal', 'normal heart size'))).toBe(true);
    expect(allows(claim('normal', 'sharp costophrenic angles'))).toBe(false);
    expect(allows(claim('normal', 'a thing of which nothing is known'))).toBe(false);
  });

  it('allow a sentence only if all of it is true, one that claims nothing, and the own words', () => {
    expect(allows(claim('present', 'atelectasis'), claim('absent', 'pneumothorax'))).toBe(true);
    expect(allows(claim('present', 'atelectasis'), claim('present', 'pneumothorax'))).toBe(false);
    expect(allows()).toBe(true);
    expect(facts.allow(say('Perhaps a nodule.', claim('present', 'lung mass')))).toBe(true);
  });
});
