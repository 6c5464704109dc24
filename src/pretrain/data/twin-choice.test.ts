import { describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { AugmentationSettings } from '../recipe.js';
import { drawVariation, type Variation } from './augmentation.js';
import type { CachedRegion } from './cached-sample.js';
import { CHANGE_CELLS } from './change-map.js';
import type { Claim, Statement } from './statements.js';
import { chooseTwin, shareShown } from './twin-choice.js';

const CELLS = CHANGE_CELLS * CHANGE_CELLS;
const still: Variation = {
  ...drawVariation(AugmentationSettings.parse({}), Random.of(1)),
  affine: [1, 0, 0, 0, 1, 0],
};

const claim = (concept: string, side?: Claim['side'], state: Claim['state'] = 'present'): Claim =>
  side === undefined ? { concept, state } : { concept, side, state };
const says = (text: string, ...claims: Claim[]): Statement => ({ text, claims });
const region = (concept: string, side?: Claim['side'], twin = true): CachedRegion => ({
  concept,
  ...(side === undefined ? {} : { side }),
  ...(twin ? { twin } : {}),
});

/** All that is chosen over many draws, as "region: text / denial". */
function chosen(statements: Statement[], regions: CachedRegion[], variation = still): Set<string> {
  const changes = new Uint8Array(regions.length * CELLS).fill(200);
  const draws = Array.from({ length: 60 }, (_, seed) =>
    chooseTwin({ statements, regions }, changes, variation, Random.of(seed)),
  );
  return new Set(
    draws.map(choice => choice && `${choice.region}: ${choice.text} / ${choice.denial}`).map(String),
  );
}

describe('chooseTwin', () => {
  it('names what the twin lacks, in a sentence of the report or in a word', () => {
    expect(
      chosen(
        [
          says('Left effusion.', claim('effusion', 'left')),
          says('No nodule.', claim('nodule', undefined, 'absent')),
        ],
        [region('effusion', 'left')],
      ),
    ).toEqual(new Set(['0: Left effusion. / no left effusion', '0: left effusion / no left effusion']));
  });

  it('takes no sentence that names another finding too: that one is still there', () => {
    expect(
      chosen(
        [says('Effusion and nodule.', claim('effusion'), claim('nodule'))],
        [region('effusion'), region('nodule', undefined, false)],
      ),
    ).toEqual(new Set(['0: effusion / no effusion']));
  });

  it('takes no words that are true of the twin as well', () => {
    const both = [region('effusion', 'left'), region('effusion', 'right', false)];
    expect(chosen([says('Effusions.', claim('effusion'))], both)).toEqual(new Set(['undefined']));
    expect(chosen([says('Effusions.', claim('effusion', 'bilateral'))], both)).toEqual(
      new Set(['undefined']),
    );
    expect(chosen([says('Left.', claim('effusion', 'left'))], both).size).toBe(2);
    expect(chosen([says('Right.', claim('effusion', 'right'))], both)).toEqual(new Set(['undefined']));
    const twice = [region('nodule', 'left'), region('nodule', 'left')];
    expect(chosen([says('Nodules.', claim('nodule', 'left'))], twice)).toEqual(new Set(['undefined']));
  });

  it('takes no twin of a finding that is not in the text, has none, or was cropped away', () => {
    expect(chosen([says('Clear.')], [region('effusion')])).toEqual(new Set(['undefined']));
    const named = [says('Effusion.', claim('effusion'))];
    expect(chosen(named, [region('effusion', undefined, false)])).toEqual(new Set(['undefined']));
    const away: Variation = { ...still, affine: [0.3, 0, 5, 0, 0.3, 5] };
    expect(chosen(named, [region('effusion')], away)).toEqual(new Set(['undefined']));
  });
});

describe('shareShown', () => {
  it('is the share of the change that a crop leaves in the picture, turned and mirrored too', () => {
    const map = new Uint8Array(CELLS).fill(100);
    expect(shareShown(map, still)).toBe(1);
    expect(shareShown(map, { ...still, affine: [0.5, 0, 0, 0, 0.5, 0] })).toBeCloseTo(0.25, 2);
    expect(shareShown(map, { ...still, affine: [1, 0, 1, 0, 1, 0] })).toBeCloseTo(0.5, 2);
    expect(shareShown(map, { ...still, affine: [-1, 0, 0, 0, 1, 0] })).toBe(1);
    expect(shareShown(map, { ...still, affine: [0, -1, 0, 1, 0, 0] })).toBe(1);
    const right = map.map((change, cell) => (cell % CHANGE_CELLS >= 16 ? change : 0));
    expect(shareShown(right, { ...still, affine: [0.5, 0, 0.5, 0, 1, 0] })).toBe(1);
    expect(shareShown(right, { ...still, affine: [0.5, 0, -0.5, 0, 1, 0] })).toBe(0);
    expect(shareShown(new Uint8Array(CELLS), still)).toBe(0);
  });
});
