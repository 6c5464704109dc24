import { describe, expect, it } from 'vitest';
import { Random } from '../../../base/index.js';
import type { PaintRequest } from '../../painter.js';
import { drawBeam } from './beam.js';
import { drawDisplay } from './display.js';
import { paintOne } from './paint.js';
import { drawPatient } from './patient.js';
import { defaultSite, SimulatorSite } from './site.js';

const base: PaintRequest = {
  id: 's',
  findings: '',
  impression: '',
  mentions: [],
  size: 128,
  seed: 5,
  attempt: 0,
};
const person = { id: 'somebody', view: 'PA', sex: 'F', age: 61 } as const;

describe('SimulatorSite', () => {
  it('has the simulator itself as its default', () => {
    expect(paintOne(base, undefined, SimulatorSite.parse({})).pixels).toEqual(paintOne(base).pixels);
    expect(defaultSite.beam.hardness).toEqual({ PA: [0.6, 1], AP: [0.15, 0.75] });
    expect(defaultSite.frame.collimated).toBe(0.38);
  });

  it('draws patients, beams and displays within its bounds', () => {
    const site = SimulatorSite.parse({
      population: { habitus: [1.5, 0.1], field: [40, 41] },
      beam: { hardness: { PA: [0.2, 0.2] }, scatter: { AP: [1.9, 1.9] } },
      display: { lungGrey: { PA: [0.2, 0] }, black: 1 },
    });
    const patients = Array.from({ length: 40 }, (_, at) => [
      drawPatient(Random.of(at), site.population),
      drawPatient(Random.of(at)),
    ]);
    for (const [there, here] of patients) {
      expect(there!.view).toBe(here!.view);
      expect(there!.field).toBeGreaterThanOrEqual(40);
      expect(there!.field).toBeLessThan(41);
    }
    const depth = (at: number) => patients.reduce((sum, pair) => sum + pair[at]!.depth, 0) / 40;
    expect(depth(0)).toBeGreaterThan(depth(1) + 2);
    const [standing] = patients.find(([patient]) => patient!.view === 'PA')!;
    expect(drawBeam(standing!, Random.of(1), site.beam).spectrum[2]).toBeCloseTo(0.14 + 0.27 * 0.2);
    const display = drawDisplay('PA', Random.of(1), site.display);
    expect([display.lungGrey, display.floor]).toEqual([0.2, 0]);
  });
});

describe('a known person', () => {
  const known = (day: number, view: 'PA' | 'AP' = 'PA') =>
    drawPatient(Random.of('day', day), undefined, { ...person, view, body: Random.of('body') });

  it('has the same build and organs on every day and stands otherwise', () => {
    const [first, second] = [known(1), known(2)];
    for (const key of ['sex', 'age', 'depth', 'wallThickness', 'aorta', 'hilum', 'field', 'spurs'] as const)
      expect(second[key]).toEqual(first[key]);
    expect(second.rotation).not.toBe(first.rotation);
    expect(second.contours.rightLung).not.toEqual(first.contours.rightLung);
    expect(known(1)).toEqual(first);
    expect(known(1, 'AP').aorta).toEqual(first.aorta);
  });

  it('shows an episode of a finding at the same place, another at another, as far as it has gone', () => {
    const mass = (episode: string, level: number, id: string) => {
      const shown = [{ concept: 'lung mass', episode, level, side: 'left' as const }];
      return paintOne({ ...base, id, person, shown }).regions[0]!;
    };
    const middle = ([x0, y0, x1, y1]: readonly number[]) => [(x0! + x1!) / 2, (y0! + y1!) / 2] as const;
    const apart = (one: readonly number[], other: readonly number[]) =>
      Math.hypot(middle(one)[0] - middle(other)[0], middle(one)[1] - middle(other)[1]);
    const [first, later] = [mass('a', 0.5, 'one'), mass('a', 0.9, 'two')];
    expect(apart(first.box, later.box)).toBeLessThan(0.12);
    const width = ([x0, , x1]: readonly number[]) => x1! - x0!;
    expect(width(later.box)).toBeGreaterThan(width(first.box));
    const others = ['b', 'c', 'd', 'e', 'f', 'g'].map(episode =>
      apart(first.box, mass(episode, 0.5, 'one').box),
    );
    expect(Math.max(...others)).toBeGreaterThan(0.12);
  });
});
