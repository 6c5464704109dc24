import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../base/index.js';
import { curateDataset } from '../../curation/index.js';
import { chest, datasetOf, negative, sampleOf } from '../../curation/testing/chest.js';
import { writeCurationPage } from './index.js';

let home: string;
let source: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-refused-'));
  source = await datasetOf(join(home, 'in'), [
    ...(await Promise.all([1, 2, 3, 4].map(seed => sampleOf(`good ${seed}`, chest(seed))))),
    await sampleOf('<script>alert("x")</script>', negative(chest(5))),
    await sampleOf('twin', chest(1)),
    await sampleOf('broken', new Uint8Array([1, 2, 3])),
  ]);
});
afterAll(() => rm(home, { recursive: true }));

describe('the page of what curation left out', () => {
  it('shows counts, scores with thresholds, and every refused picture with its reason', async () => {
    const [curated, out] = [join(home, 'out'), join(home, 'page.html')];
    await curateDataset(source, curated);
    const result = await writeCurationPage({ source, curated, out });
    expect(result).toEqual({ kept: 4, rejected: 3, shown: 3, out });
    const html = await readFile(out, 'utf8');
    expect(html.match(/<img /g)).toHaveLength(2);
    expect(html).toContain('no picture');
    for (const text of [
      'the picture is inverted',
      'the same picture as good 1',
      'decode: not a PNG',
      'inversion',
    ]) {
      expect(html).toContain(text);
    }
    expect(
      html.match(/role="img" aria-label="Scores of [a-z]+: kept and refused samples, threshold/g)!.length,
    ).toBeGreaterThan(4);
    expect(html).not.toMatch(/<script|<link|@import|src="http/i);
    expect(html).toContain('&lt;script&gt;');
  });

  it('shows no more of a check than asked for', async () => {
    const result = await writeCurationPage({
      source,
      curated: join(home, 'out'),
      out: join(home, 'few.html'),
      most: 0,
    });
    expect(result).toMatchObject({ rejected: 3, shown: 0 });
  });

  it('says what is missing', async () => {
    const out = join(home, 'never.html');
    await expect(writeCurationPage({ source, curated: source, out })).rejects.toThrow(InputError);
    await expect(readFile(out)).rejects.toThrow();
  });
});
