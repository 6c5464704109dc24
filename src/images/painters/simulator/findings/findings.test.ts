import { describe, expect, it } from 'vitest';
import { Random } from '../../../../base/index.js';
import type { Attributes, Finding, Mention } from '../../../../data/index.js';
import type { PaintedRegion, PaintRequest } from '../../../painter.js';
import { paintOne } from '../paint.js';
import { Scene } from '../scene.js';
import { findingKinds, parents, shownAs } from './index.js';

const size = 128;

function mention(concept: string, attributes: Attributes = {}): Mention {
  const text = concept;
  const place = { section: 'findings', start: 0, end: text.length, text } as const;
  return { ...place, concept, type: 'ABNORMALITY', polarity: 'affirmed', ...attributes };
}

function request(id: string, mentions: Mention[]): PaintRequest {
  return { id, findings: '', impression: '', mentions, size, seed: 11, attempt: 0 };
}

function regionOf(id: string, concept: string, attributes: Attributes): PaintedRegion {
  return paintOne(request(id, [mention(concept, attributes)])).regions[0]!;
}

/** Share of the change in the half of the picture where the patient's right is. */
function shareOnRight(region: PaintedRegion): number {
  let right = 0;
  let all = 0;
  region.change.forEach((value, at) => {
    all += value;
    if (at % size < size / 2) right += value;
  });
  return right / all;
}

/** Mean height of the change, 0 at the top of the picture. */
function heightOf(region: PaintedRegion): number {
  let sum = 0;
  let all = 0;
  region.change.forEach((value, at) => {
    all += value;
    sum += (value * Math.floor(at / size)) / size;
  });
  return sum / all;
}

const sided = Object.entries(findingKinds)
  .filter(([, { laterality }]) => laterality.left > 0 && laterality.right > 0)
  .map(([concept]) => concept);

// What moves the middle of the chest changes both halves of the picture.
const acrossTheMiddle = new Set([
  'mediastinal shift',
  'goiter',
  'lung collapse',
  'scoliosis',
  'emphysema',
  'tension pneumothorax',
  'apical fibrosis',
]);

describe('findingKinds', () => {
  it('has at least 40 kinds of findings besides devices, each under a name of its own', () => {
    expect(Object.keys(findingKinds).length).toBeGreaterThan(60);
    expect(new Set(Object.values(findingKinds)).size).toBe(Object.keys(findingKinds).length);
  });

  it.each(sided.filter(concept => !acrossTheMiddle.has(concept)))(
    'shows %s on the side that the text says',
    concept => {
      const right = [1, 2].map(patient =>
        shareOnRight(regionOf(`side ${patient}`, concept, { side: 'right' })),
      );
      const left = [1, 2].map(patient =>
        shareOnRight(regionOf(`side ${patient}`, concept, { side: 'left' })),
      );
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(right)).toBeGreaterThan(0.6);
      expect(mean(left)).toBeLessThan(0.4);
    },
  );

  it.each([
    'apical pneumothorax',
    'lung nodule',
    'lung mass',
    'cavity',
    'granuloma',
    'patchy consolidation',
    'lobar consolidation',
    'ground glass opacity',
    'infiltrate',
    'plate-like atelectasis',
    'lobar atelectasis',
    'pleural thickening',
    'scarring',
    'bulla',
    'loculated effusion',
    'pulmonary fibrosis',
    'atelectasis',
    'pneumothorax',
  ])('shows %s at the top or at the base as the text says', concept => {
    let top = 0;
    let base = 0;
    for (const patient of [1, 2, 3]) {
      top += heightOf(regionOf(`site ${patient}`, concept, { site: 'upper zone', side: 'right' })) / 3;
      base += heightOf(regionOf(`site ${patient}`, concept, { site: 'base', side: 'right' })) / 3;
    }
    if (concept === 'apical pneumothorax') expect(top).toBeLessThan(0.5);
    else expect(top).toBeLessThan(base - 0.04);
  });

  it('takes the lobes that one lung alone has for a side', () => {
    for (const patient of [1, 2, 3]) {
      expect(regionOf(`lobe ${patient}`, 'pneumonia', { site: 'middle lobe' }).side).toBe('right');
      expect(regionOf(`lobe ${patient}`, 'pneumonia', { site: 'lingula' }).side).toBe('left');
    }
  });

  it.each(['pneumonia', 'infiltrate', 'ground glass opacity'])(
    'spreads %s as far as the text says',
    concept => {
      const area = (extent: 'focal' | 'diffuse') => {
        let touched = 0;
        for (const patient of [1, 2, 3])
          for (const value of regionOf(`extent ${patient}`, concept, { side: 'left', extent }).change)
            if (value > 25) touched++;
        return touched;
      };
      expect(area('diffuse')).toBeGreaterThan(1.5 * area('focal'));
    },
  );
});

describe('pleural thickening', () => {
  it('is a band of mm to a cm along the wall, a cap at the top or a filled angle', () => {
    for (const patient of [1, 2, 3, 4]) {
      const bandOf = regionOf(`band ${patient}`, 'pleural band', { side: 'right' });
      const [, y0, , y1] = bandOf.box;
      const rows = (y1 - y0) * size;
      const solid = bandOf.change.filter(value => value > 128).length;
      // 40 cm over 128 pixels: on average below 1.6 cm, over at least 4 cm.
      expect(solid / rows).toBeLessThan(5);
      expect(rows).toBeGreaterThan(13);
      const top = heightOf(regionOf(`band ${patient}`, 'apical cap', { side: 'right' }));
      expect(heightOf(regionOf(`band ${patient}`, 'blunted angle', { side: 'right' }))).toBeGreaterThan(
        top + 0.2,
      );
    }
  });
});

describe('collapsed lobes', () => {
  it('lie where each lobe lies, the left lower one behind the heart in part', () => {
    for (const patient of [1, 2, 3]) {
      const id = `lobe ${patient}`;
      const lower = regionOf(id, 'lower lobe collapse', { side: 'right', severity: 'moderate' });
      const upper = regionOf(id, 'upper lobe collapse', { side: 'right', severity: 'moderate' });
      expect(heightOf(upper)).toBeLessThan(heightOf(lower) - 0.06);
      const behind = regionOf(id, 'atelectasis', { site: 'retrocardiac', severity: 'severe' });
      expect(behind.side === 'left' || behind.side === 'bilateral').toBe(true);
      expect(shareOnRight(behind)).toBeLessThan(0.5);
    }
  });

  it('are never a left middle lobe', () => {
    for (let draw = 0; draw < 200; draw++)
      for (const site of ['middle lobe', 'mid zone', undefined] as const) {
        const finding: Finding = { concept: 'lobar atelectasis', side: 'left', ...(site && { site }) };
        expect(shownAs(finding, 'PA', Random.of('lobe', draw))).not.toBe('middle lobe collapse');
      }
  });
});

describe('shownAs', () => {
  it('ends at a kind that can be drawn, whatever the text says', () => {
    for (const concept of Object.keys(parents))
      for (const severity of ['minimal', 'mild', 'moderate', 'severe', undefined] as const)
        for (const site of ['apex', 'base', 'middle lobe', undefined] as const)
          for (const view of ['PA', 'AP', 'AP supine'] as const) {
            const finding: Finding = { concept, ...(severity && { severity }), ...(site && { site }) };
            expect(Object.keys(findingKinds)).toContain(
              shownAs(finding, view, Random.of(concept, severity ?? '', view)),
            );
          }
  });

  it('shows air at the base of a lying patient, at the top of a standing one', () => {
    const count = (view: 'PA' | 'AP supine') => {
      let basal = 0;
      for (let draw = 0; draw < 200; draw++)
        if (shownAs({ concept: 'pneumothorax' }, view, Random.of('lying', draw)) === 'basal pneumothorax')
          basal++;
      return basal;
    };
    expect(count('AP supine')).toBeGreaterThan(3 * count('PA'));
  });
});

describe('truth of a picture', () => {
  it.each(['pneumothorax', 'pleural effusion', 'cardiomegaly', 'lung nodule', 'pacemaker'])(
    'gives a map of %s that is 0 where nothing changed and a box that encloses the rest',
    concept => {
      const asked = request('truth', [mention(concept)]);
      const [region] = paintOne(asked).regions;
      const scene = new Scene([{ concept }], size, Random.of(asked.seed, asked.id, 'image', 0));
      const shown = scene.attenuation().slice();
      const twin = scene.attenuation([]);
      const [x0, y0, x1, y1] = region!.box;
      region!.change.forEach((value, at) => {
        if (shown[at] === twin[at]) expect(value).toBe(0);
        const x = ((at % size) + 0.5) / size;
        const y = (Math.floor(at / size) + 0.5) / size;
        if (value > 70) expect(x > x0 && x < x1 && y > y0 && y < y1).toBe(true);
      });
    },
  );

  it('gives the twin of each finding when asked: the same patient without that one', () => {
    const pair = [mention('lung nodule', { side: 'left' }), mention('cardiomegaly')];
    const { regions } = paintOne({ ...request('twins', pair), twins: true });
    for (const region of regions)
      expect(region.twin).toEqual(paintOne(request('twins', pair), region.concept).pixels);
    expect(paintOne(request('twins', pair)).regions.every(region => region.twin === undefined)).toBe(true);
  });

  it('draws a faint finding again, stronger, unless the text calls it mild: then it says so', () => {
    const faint = (severity?: 'minimal') => {
      let count = 0;
      for (let patient = 0; patient < 12; patient++)
        if (regionOf(`faint ${patient}`, 'lung nodule', severity ? { severity } : {}).faint) count++;
      return count;
    };
    expect(faint('minimal')).toBeGreaterThan(0);
    expect(faint()).toBe(0);
  });
});
