import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../base/index.js';
import type { PaintRequest } from '../../painter.js';
import { painters } from '../index.js';
import { paintOne, SimulatorPainter } from './index.js';

const compiled = existsSync(
  fileURLToPath(new URL('./worker.js', import.meta.url)).replace('/src/images/', '/dist/images/'),
);

function requests(count: number): PaintRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `sample ${index}`,
    findings: '',
    impression: '',
    mentions: [],
    size: 128,
    seed: 1,
    attempt: 0,
  }));
}

describe('SimulatorPainter', () => {
  const open: SimulatorPainter[] = [];
  const painterWith = (workers: number) => {
    const painter = new SimulatorPainter({ workers });
    open.push(painter);
    return painter;
  };
  afterAll(async () => {
    await Promise.all(open.map(painter => painter.close()));
  });

  it('is known by name', () => {
    expect(painters.names()).toContain('simulator');
  });

  it('paints in the calling thread when it has no workers, in the order of the requests', async () => {
    const asked = requests(3);
    const painted = await painterWith(0).paint(asked);
    expect(painted.map(one => one.pixels)).toEqual(asked.map(one => paintOne(one).pixels));
  });

  it.skipIf(!compiled)('gives the same bytes for any number of workers and any order', async () => {
    const asked = requests(11);
    // Workers run the compiled simulator, which may be older than the source under test: they are compared
    // with each other.
    const one = await painterWith(1).paint(asked);
    const three = await painterWith(3).paint(asked.toReversed());
    const prints = (painted: typeof one) => painted.map(({ pixels }) => sha256(pixels));
    expect(prints(three.toReversed())).toEqual(prints(one));
    expect(new Set(prints(one)).size).toBe(asked.length);
  });

  it.each([127, 1025, 200.5])('refuses a size of %s', async size => {
    const [first] = requests(1);
    await expect(painterWith(0).paint([{ ...first!, size }])).rejects.toThrow(/cannot paint pictures of/);
  });

  it('stops when it is told to', async () => {
    await expect(painterWith(0).paint(requests(2), AbortSignal.abort())).rejects.toThrow();
  });
});
