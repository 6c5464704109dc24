import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../dist/base/index.js';
import { DatasetWriter, encodePng } from '../../dist/data/index.js';

/**
 * Writes the same pictures as a data set (`folder`/data) and as PNG files with `texts.json` (`folder`/png): smooth
 * shapes with noise, as chest pictures are to a PNG, with three sentences each.
 * @param {{ pictures: number, stored: number }} sizes How many, and their side in pixels.
 */
export async function writeSamplePictures(folder, { pictures, stored }) {
  mkdirSync(join(folder, 'png'), { recursive: true });
  const writer = await DatasetWriter.create(join(folder, 'data'), '0'.repeat(64));
  const texts = [];
  for (let index = 0; index < pictures; index++) {
    const random = Random.of('bench', index);
    const [x, y, radius] = [random.next(), random.next(), random.uniform(0.1, 0.4)];
    const pixels = Uint8Array.from({ length: stored * stored }, (_, at) => {
      const [column, row] = [(at % stored) / stored, Math.floor(at / stored) / stored];
      const shape = 150 / (1 + ((column - x) ** 2 + (row - y) ** 2) / radius ** 2);
      return shape + 30 * row + random.integer(12);
    });
    const bytes = await encodePng(pixels, stored, stored);
    const id = `bench-${String(index).padStart(6, '0')}`;
    const sentences = ['The heart is of normal size.', `There are ${index} shadows.`, 'No pneumothorax.'];
    texts.push(sentences);
    writeFileSync(join(folder, 'png', `${id}.png`), bytes);
    await writer.add('train', {
      id,
      image: { bytes, path: `${id}.png` },
      findings: sentences.join(' '),
      impression: '',
      labels: [],
      patient: id,
      view: 'PA',
      sex: null,
      age: null,
      mentions: [],
      regions: [],
      verdicts: [],
      source: 'bench',
    });
  }
  writeFileSync(join(folder, 'png', 'texts.json'), JSON.stringify(texts));
  const provenance = { producer: 'bench', version: '0', description: 'Bench.' };
  await writer.finish({ name: 'bench', settings: {}, provenance });
}
