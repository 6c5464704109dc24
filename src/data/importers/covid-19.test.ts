import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset/index.js';
import { decodeGrey, encodePng } from '../images.js';
import type { Sample } from '../records/index.js';
import { covid19 } from './covid-19.js';
import { importDataset } from './import-dataset.js';

const real = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');

/** The header is that of the published file, with its last comma; rows are made up. */
const HEADER =
  'patientid,offset,sex,age,finding,RT_PCR_positive,survival,intubated,intubation_present,went_icu,in_icu,needed_supplemental_O2,extubated,temperature,pO2_saturation,leukocyte_count,neutrophil_count,lymphocyte_count,view,modality,date,location,folder,filename,doi,url,license,clinical_notes,other_notes,';
const row = (
  patient: string,
  finding: string,
  view: string,
  modality: string,
  name: string,
  notes: string,
  end = '',
) =>
  `${patient},0,M,65,${finding},Y,Y,N,N,N,N,Y,,,,,,,${view},${modality},2020,"A, B",images,${name},,,CC BY,"${notes}",${end}`;
const TABLE = [
  HEADER,
  row(
    '2',
    'Pneumonia/Viral/COVID-19',
    'PA',
    'X-ray',
    'a.b-1.jpg',
    'Fever, then ""clear"".\nNo effusion.',
    ',',
  ),
  row('2', 'Pneumonia/Viral/COVID-19', 'L', 'X-ray', 'side.jpg', '', ','),
  row('4', 'todo', 'AP Supine', 'X-ray', 'c.png', '', ','),
  row('5', 'Pneumonia', 'Axial', 'CT', 'ct.png', ''),
  row('6', 'No Finding', 'AP Erect', 'X-ray', 'gone.png', ''),
].join('\n');

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-covid-'));
});
afterAll(() => rm(home, { recursive: true }));

/** A repository as published; `a.b-1` has a mask of the lungs on its left half. */
async function repository(): Promise<{ folder: string; masks: string; out: string }> {
  const folder = join(home, String(made++));
  const masks = join(folder, 'more');
  for (const name of ['images', 'annotations/lungVAE-masks', 'more/masks']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const picture = await encodePng(new Uint8Array(32).fill(90), 8, 4);
  for (const name of ['a.b-1.jpg', 'side.jpg', 'c.png', 'ct.png']) {
    await writeFile(join(folder, 'images', name), picture);
  }
  const inside = (fits: (x: number) => boolean) =>
    encodePng(
      Uint8Array.from({ length: 32 }, (_, at) => (fits(at % 8) ? 255 : 0)),
      8,
      4,
    );
  await writeFile(join(folder, 'annotations/lungVAE-masks/a.b-1_mask.png'), await inside(x => x < 4));
  await writeFile(join(masks, 'masks/l.png'), await inside(x => x >= 6));
  await writeFile(join(masks, 'masks/r.png'), await inside(x => x < 2));
  await writeFile(join(masks, 'masks/g.png'), await inside(x => x === 3));
  await writeFile(
    join(masks, 'masks.csv'),
    'mask,file,source_filename,structure,area_fraction\nl.png,0_c.png,c.png,Left Lung,0.2\nr.png,0_c.png,c.png,Right Lung,0.2\ng.png,0_c.png,c.png,Ground Glass Opacities,0.1\n',
  );
  await writeFile(join(folder, 'metadata.csv'), TABLE);
  return { folder, masks, out: join(folder, 'out') };
}

async function samplesOf(out: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(out, { verify: true })).samples()) samples.push(sample);
  return samples;
}

/** The columns of a mask that have something inside, and whether each is inside all the way down. */
async function columnsOf(mask: Uint8Array): Promise<number[]> {
  const { pixels, width, height } = await decodeGrey(mask, { source: 'mask' });
  const inside = Array.from({ length: width }, (_, x) =>
    Array.from({ length: height }, (_, y) => pixels[y * width + x]).every(value => value === 255),
  );
  expect(pixels.every((_, at) => (pixels[at] === 255) === inside[at % width])).toBe(true);
  return inside.flatMap((value, x) => (value ? [x] : []));
}

describe('covid-19', () => {
  it('reads labels, notes, views and the masks of lungs from the original layout, frontal X-rays only', async () => {
    const { folder, out } = await repository();
    const result = await importDataset(await covid19.open(folder, { partial: true }), { out });
    expect(result).toMatchObject({ samples: 2, patients: 2 });
    const [first, second] = await samplesOf(out);
    expect(first).toMatchObject({
      id: 'a.b-1',
      labels: ['Pneumonia', 'Viral', 'COVID-19'],
      findings: 'Fever, then "clear".\nNo effusion.',
      view: 'PA',
      sex: 'M',
      age: 65,
      patient: '2',
      source: 'covid-19',
    });
    expect(first!.structures?.map(({ name }) => name)).toEqual(['lungs']);
    expect(await columnsOf(first!.structures![0]!.mask)).toEqual([0, 1, 2, 3]);
    expect(second).toMatchObject({ id: 'c', labels: [], view: 'AP supine', regions: [] });
    expect(second!.structures ?? []).toEqual([]);
  });

  it('takes lateral views when asked to, CT never', async () => {
    const { folder } = await repository();
    const source = await covid19.open(folder, { partial: true, lateral: true });
    const ids: string[] = [];
    for await (const { id } of source.rows()) ids.push(id);
    expect(ids).toEqual(['a.b-1', 'side', 'c']);
  });

  it('joins masks of a second folder by file name: organs are structures, the rest regions', async () => {
    const { folder, masks, out } = await repository();
    await importDataset(await covid19.open(folder, { partial: true, masks }), { out });
    const [, second] = await samplesOf(out);
    const structures = new Map(second!.structures?.map(({ name, mask }) => [name, mask]));
    expect([...structures.keys()].sort()).toEqual(['left lung', 'lungs', 'right lung']);
    expect(await columnsOf(structures.get('lungs')!)).toEqual([0, 1, 6, 7]);
    expect(await columnsOf(structures.get('left lung')!)).toEqual([6, 7]);
    expect(second!.regions).toMatchObject([{ concept: 'Ground Glass Opacities', box: [3 / 8, 0, 4 / 8, 1] }]);
    expect(await columnsOf(second!.regions[0]!.mask!)).toEqual([3]);
  });

  it('names what is missing', async () => {
    const { folder, masks, out } = await repository();
    await expect(covid19.open(masks, {})).rejects.toThrow(/there is no metadata\.csv/);
    await expect(covid19.open(folder, { masks: folder })).rejects.toThrow(/there is no masks\.csv .*--masks/);
    await rm(join(masks, 'masks/g.png'));
    await expect(covid19.open(folder, { masks })).rejects.toThrow(/the mask g\.png is not there/);
    await rm(join(folder, 'images'), { recursive: true });
    await expect(covid19.open(folder, {})).rejects.toThrow(/none of the 3 pictures of the table is there/);
    expect(existsSync(out)).toBe(false);
  });

  it.skipIf(!existsSync(join(real, 'covid-seg')))(
    'imports the real sample with lungs on the lungs (needs ../shared/data)',
    async () => {
      const out = join(home, 'real');
      const source = await covid19.open(join(real, 'covid-chestxray'), {
        masks: join(real, 'covid-seg'),
        splitByPatient: '70/15/15',
      });
      const result = await importDataset(source, { out });
      expect(result).toMatchObject({ samples: 208, skipped: [] });
      const samples = await samplesOf(out);
      const names = samples.flatMap(({ structures = [] }) => structures.map(({ name }) => name));
      const count = (name: string) => names.filter(other => other === name).length;
      // 122 masks of both lungs; 9 more pictures have the left and the right one outlined.
      expect(['lungs', 'left lung', 'cardiomediastinum'].map(count)).toEqual([131, 19, 20]);
      // Air is dark: a picture is darker inside of its lungs than at its heart.
      let darker = 0;
      let compared = 0;
      for (const { image, structures = [] } of samples) {
        const masks = new Map(structures.map(({ name, mask }) => [name, mask]));
        const [lungs, heart] = [masks.get('lungs'), masks.get('cardiomediastinum')];
        if (lungs === undefined || heart === undefined) continue;
        compared++;
        if ((await meanInside(image.bytes, lungs)) < (await meanInside(image.bytes, heart))) darker++;
      }
      expect(compared).toBeGreaterThan(15);
      expect(darker / compared).toBeGreaterThan(0.9);
    },
    60_000,
  );
});

/** The mean grey value inside of a mask. */
async function meanInside(picture: Uint8Array, mask: Uint8Array): Promise<number> {
  const [grey, inside] = await Promise.all(
    [picture, mask].map(bytes => decodeGrey(bytes, { source: 'picture' })),
  );
  expect([inside!.width, inside!.height]).toEqual([grey!.width, grey!.height]);
  let sum = 0;
  let count = 0;
  for (const [at, value] of inside!.pixels.entries()) {
    if (value < 128) continue;
    sum += grey!.pixels[at]!;
    count++;
  }
  return sum / count;
}
