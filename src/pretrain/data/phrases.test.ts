import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { scope, tensor } from '../../tensor/index.js';
import type { CachedSample } from './cached-sample.js';
import { choosePhrases, linkPhrases, type Phrase, phraseTargets } from './phrases.js';
import type { Claim, Statement } from './statements.js';

const says = (text: string, ...claims: Claim[]): Statement => ({ text, claims });
const effusion = (side?: 'left' | 'right'): Claim =>
  side === undefined
    ? { concept: 'effusion', state: 'present' }
    : { concept: 'effusion', side, state: 'present' };

type Described = Pick<CachedSample, 'statements' | 'regions'>;

const left: Described = {
  statements: [says('Left effusion.', effusion('left'))],
  regions: [{ concept: 'effusion', side: 'left' }],
};
const both: Described = {
  statements: [says('Left effusion.', effusion('left')), says('Right effusion.', effusion('right'))],
  regions: [
    { concept: 'effusion', side: 'left' },
    { concept: 'effusion', side: 'right' },
  ],
};
const none: Described = {
  statements: [says('No effusion.', { concept: 'effusion', state: 'absent' })],
  regions: [],
};
const unplaced: Described = {
  statements: [says('An effusion.', effusion())],
  regions: [],
};
const samples = [left, both, none, unplaced];
// Two cells, the patient's right and left; a row for each region.
const changes = Float32Array.from([0, 0.5, 0.1, 0.8, 0.4, 0.2]);

/** Targets and knowledge of phrases, as plain numbers. */
function solve(of: readonly Described[], phrases: readonly Phrase[], maps: Float32Array) {
  return scope(() => {
    const map = maps.length === 0 ? undefined : tensor(maps, { shape: [maps.length / 2, 2] });
    const { target, known } = phraseTargets(linkPhrases(of, phrases), map, 2, 'cpu');
    return { target: target.toFloat32(), known: known.toFloat32() };
  });
}

/** Target and knowledge of one phrase, a list for each sample. */
function targetsOf(phrase: Phrase): [number[], number][] {
  const { target, known } = solve(samples, [phrase], changes);
  return samples.map((_, row) => [
    Array.from(target.subarray(2 * row, 2 * row + 2), value => Math.round(value * 100) / 100),
    known[row]!,
  ]);
}

describe('phraseTargets', () => {
  it('is 1 where a finding changed the picture most, over all regions that the words fit', () => {
    expect(targetsOf({ text: 'effusion', findings: [effusion()] })).toEqual([
      [[0, 1], 1],
      [[1, 1], 1],
      [[0, 0], 1],
      [[0, 0], 0],
    ]);
  });

  it('heeds the side: the other side is known not to show it, no side leaves it open', () => {
    const [inLeft, inBoth, inNone, inUnplaced] = targetsOf({
      text: 'right effusion',
      findings: [effusion('right')],
    });
    expect(inLeft).toEqual([[0, 0], 1]);
    expect(inBoth).toEqual([[1, 0.5], 1]);
    expect(inNone).toEqual([[0, 0], 1]);
    expect(inUnplaced![1]).toBe(0);
  });

  it('has words of absence nowhere, and asks nothing where a crop took the finding away', () => {
    expect(
      targetsOf({ text: 'no effusion', findings: [] }).every(
        ([cells, known]) => known === 1 && cells.every(cell => cell === 0),
      ),
    ).toBe(true);
    const cropped = solve([left], [{ text: 'effusion', findings: [effusion()] }], new Float32Array(2));
    expect(cropped.known[0]).toBe(0);
    expect([...cropped.target]).toEqual([0, 0]);
    const empty = solve([none], [{ text: 'effusion', findings: [effusion()] }], new Float32Array(0));
    expect([...empty.target, ...empty.known]).toEqual([0, 0, 1]);
  });
});

describe('choosePhrases', () => {
  const settings = { weight: 1, phrases: 3, absent: 1 };

  it('takes only findings that have a place, and bare absences, within the limits', () => {
    for (let seed = 0; seed < 40; seed++) {
      const phrases = choosePhrases(samples, settings, Random.of(seed));
      const present = phrases.filter(({ findings }) => findings.length > 0);
      expect(present.length).toBeGreaterThan(0);
      expect(present.length).toBeLessThanOrEqual(3);
      for (const { text } of present) {
        expect([
          'Left effusion.',
          'Right effusion.',
          'effusion',
          'left effusion',
          'right effusion',
        ]).toContain(text);
      }
      expect(phrases.filter(({ findings }) => findings.length === 0)).toHaveLength(1);
      expect(new Set(phrases.map(({ text }) => text)).size).toBe(phrases.length);
    }
  });

  it('finds nothing in reports of which nothing is known', () => {
    expect(choosePhrases([unplaced], settings, Random.of(1))).toEqual([]);
  });
});
