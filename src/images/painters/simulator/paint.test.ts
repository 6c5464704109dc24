import { describe, expect, it } from 'vitest';
import { Random } from '../../../base/index.js';
import type { Attributes, Mention } from '../../../data/index.js';
import type { PaintRequest } from '../../painter.js';
import { findingKinds, parents } from './findings/index.js';
import { paintOne } from './paint.js';
import { drawPatient } from './patient.js';
import { cardiothoracicRatio } from './shape.js';

const size = 128;

function mention(concept: string, attributes: Attributes = {}): Mention {
  return {
    section: 'findings',
    start: 0,
    end: concept.length,
    text: concept,
    concept,
    type: 'ABNORMALITY',
    polarity: 'affirmed',
    ...attributes,
  };
}

function request(id: string, mentions: Mention[], side = size): PaintRequest {
  return { id, findings: '', impression: '', mentions, size: side, seed: 5, attempt: 0 };
}

describe('paintOne', () => {
  it('gives the same bytes for the same request and other bytes for another id, seed or attempt', () => {
    const base = request('same', [mention('pleural effusion')]);
    const first = paintOne(base).pixels;
    paintOne(request('between', []));
    expect(paintOne(base).pixels).toEqual(first);
    expect(paintOne({ ...base, id: 'other' }).pixels).not.toEqual(first);
    expect(paintOne({ ...base, seed: 6 }).pixels).not.toEqual(first);
    expect(paintOne({ ...base, attempt: 1 }).pixels).not.toEqual(first);
  });

  it('paints the size that is asked for, the same patient at any size', () => {
    const small = paintOne(request('size', [], 128));
    const large = paintOne(request('size', [], 256));
    expect(small.pixels).toHaveLength(128 * 128);
    expect(large.pixels).toHaveLength(256 * 256);
    expect([large.view, large.sex, large.age]).toEqual([small.view, small.sex, small.age]);
    const shrunk = Float64Array.from(small.pixels, (_, at) => {
      const row = 2 * Math.floor(at / 128);
      const column = 2 * (at % 128);
      const p = large.pixels;
      return (
        (p[row * 256 + column]! +
          p[row * 256 + column + 1]! +
          p[(row + 1) * 256 + column]! +
          p[(row + 1) * 256 + column + 1]!) /
        4
      );
    });
    expect(correlation(shrunk, Float64Array.from(small.pixels))).toBeGreaterThan(0.97);
  });

  it('reports what it cannot show and draws nothing for what is negated', () => {
    const picture = paintOne(
      request('unknown', [
        mention('situs inversus'),
        mention('constructor'),
        { ...mention('pneumothorax'), type: 'NON-ABNORMALITY', polarity: 'negated' },
      ]),
    );
    expect(picture.unknown).toEqual(['situs inversus', 'constructor']);
    expect(picture.regions).toEqual([]);
    expect(picture.pixels).toEqual(paintOne(request('unknown', [])).pixels);
  });

  it.each(Object.keys({ ...findingKinds, ...parents }))(
    'shows %s where its map says and hardly elsewhere',
    concept => {
      const shown = paintOne(request('where', [mention(concept)]));
      const twin = paintOne(request('where', [mention(concept)]), concept);
      expect(shown.regions.map(region => region.concept)).toEqual([concept]);
      const { change } = shown.regions[0]!;
      expect(Math.max(...change)).toBe(255);
      let inside = 0;
      let insideCount = 0;
      let outside = 0;
      let outsideCount = 0;
      change.forEach((value, at) => {
        const difference = Math.abs(shown.pixels[at]! - twin.pixels[at]!);
        if (value > 100) {
          inside += difference;
          insideCount++;
        } else if (value < 5) {
          outside += difference;
          outsideCount++;
        }
      });
      expect(insideCount).toBeGreaterThan(3);
      expect(inside / insideCount).toBeGreaterThan(4);
      if (outsideCount > 0) expect(outside / outsideCount).toBeLessThan(0.6 * (inside / insideCount));
    },
  );

  it('puts a finding at the height that the text says', () => {
    const heightOf = (concept: string, site: NonNullable<Attributes['site']>) => {
      let sum = 0;
      let weight = 0;
      for (let patient = 0; patient < 4; patient++) {
        const { change } = paintOne(request(`height ${patient}`, [mention(concept, { site, side: 'right' })]))
          .regions[0]!;
        change.forEach((value, at) => {
          sum += value * Math.floor(at / size);
          weight += value;
        });
      }
      return sum / weight;
    };
    for (const concept of ['consolidation', 'pneumonia', 'lung nodule', 'lung mass', 'infiltrate'])
      expect(heightOf(concept, 'upper zone')).toBeLessThan(heightOf(concept, 'lower zone') - 0.1 * size);
  });

  it('makes severe findings larger than mild ones', () => {
    const amount = (concept: string, severity: NonNullable<Attributes['severity']>) => {
      let area = 0;
      for (let patient = 0; patient < 5; patient++) {
        const painted = [mention(concept, { severity, side: 'left' })];
        const shown = paintOne(request(`much ${patient}`, painted));
        const twin = paintOne(request(`much ${patient}`, painted), concept);
        shown.pixels.forEach((value, at) => {
          area += Math.abs(value - twin.pixels[at]!);
        });
      }
      return area;
    };
    for (const concept of [
      'pleural effusion',
      'pneumothorax',
      'cardiomegaly',
      'consolidation',
      'pulmonary edema',
      'lung nodule',
    ])
      expect(amount(concept, 'severe'), concept).toBeGreaterThan(1.15 * amount(concept, 'mild'));
  });

  it('leaves the rest of the patient alone when a finding is added', () => {
    for (let number = 0; number < 60; number++) {
      const pair = [
        mention('lung nodule', { side: 'left', site: 'upper zone' }),
        mention('pleural effusion', { side: 'right', severity: 'mild' }),
      ];
      const both = paintOne(request(`alone ${number}`, pair));
      const one = paintOne(request(`alone ${number}`, pair.slice(0, 1)));
      expect([both.view, both.sex, both.age]).toEqual([one.view, one.sex, one.age]);
      const nodule = both.regions.find(region => region.concept === 'lung nodule')!;
      expect(nodule.change).toEqual(one.regions[0]!.change);
    }
  });
});

describe('drawPatient', () => {
  it('has hearts as wide as measured in JSRT normals (0.472 ± 0.055) and wider ones in AP', () => {
    const ratios = { PA: [] as number[], AP: [] as number[] };
    for (let number = 0; number < 400; number++) {
      const patient = drawPatient(Random.of('ratio', number));
      ratios[patient.view === 'PA' ? 'PA' : 'AP'].push(cardiothoracicRatio(patient.contours));
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(ratios.PA) - 0.472)).toBeLessThan(0.03);
    expect(ratios.PA.every(ratio => Math.abs(ratio - 0.472) < 2.5 * 0.055)).toBe(true);
    expect(mean(ratios.AP)).toBeGreaterThan(mean(ratios.PA) + 0.015);
  });
});

function correlation(one: Float64Array, other: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const a = mean(one);
  const b = mean(other);
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  one.forEach((value, at) => {
    product += (value - a) * (other[at]! - b);
    squaresA += (value - a) ** 2;
    squaresB += (other[at]! - b) ** 2;
  });
  return product / Math.sqrt(squaresA * squaresB);
}
