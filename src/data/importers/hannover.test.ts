import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { encodePng } from '../images.js';
import type { Sample } from '../records/index.js';
import { hannover } from './hannover.js';
import { importDataset } from './import-dataset.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data', 'hannover');

/** The header's beginning is that of the published file. */
const TABLE = `patient_id,image_id,sex,age,size,weight,admission_offset,icu_admission_offset,icu_release_offset,death_offset,modality,projection,crp_offset,crp_val
p1,i1,m,55.0,,,0,0.0,4.0,,CR,ap,0.0,5.0
p1,i2,m,55.0,,,2,0.0,4.0,,CR,pa,0.0,5.0
p2,i3,f,,,,0,,,,DX,ap,,
`;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-hannover-'));
});
afterAll(() => rm(home, { recursive: true }));

async function samplesOf(out: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(out)).samples()) samples.push(sample);
  return samples;
}

describe('hannover', () => {
  it('reads patients, views, sex and age from the original layout', async () => {
    const folder = join(home, 'original');
    await mkdir(join(folder, 'png'), { recursive: true });
    const picture = await encodePng(new Uint8Array(64).fill(90), 8, 8);
    for (const name of ['i1', 'i2']) await writeFile(join(folder, 'png', `${name}.png`), picture);
    await writeFile(join(folder, 'data.csv'), TABLE);
    const out = join(home, 'original-out');
    expect((await hannover.open(folder, {})).count).toBe(3);
    await importDataset(await hannover.open(folder, { partial: true }), { out });
    expect(await samplesOf(out)).toMatchObject([
      { id: 'i1', patient: 'p1', view: 'AP', sex: 'M', age: 55, labels: ['COVID-19'], source: 'hannover' },
      { id: 'i2', patient: 'p1', view: 'PA' },
    ]);
    await expect(hannover.open(join(folder, 'png'), {})).rejects.toThrow(/there is no data\.csv/);
    await writeFile(join(folder, 'data.csv'), TABLE.replace('i2', 'i1'));
    await expect(hannover.open(folder, {})).rejects.toThrow(/two pictures have the same name/);
  });

  it.skipIf(!existsSync(real))(
    'imports the real sample, no patient in two splits (needs ../shared/data)',
    async () => {
      const out = join(home, 'real');
      const source = await hannover.open(real, { partial: true, splitByPatient: '60/20/20' });
      const result = await importDataset(source, { out });
      expect(result.skipped).toEqual([]);
      const { manifest, splits } = await openDataset(out);
      expect(splits).toEqual(['train', 'validation', 'test']);
      const patients = Object.values(manifest.splits).reduce((sum, split) => sum + split.patients, 0);
      expect(patients).toBe(manifest.patients);
      const samples = await samplesOf(out);
      expect(samples.length).toBe(source.count);
      expect(samples.every(({ view }) => view === 'AP' || view === 'PA')).toBe(true);
    },
  );
});
