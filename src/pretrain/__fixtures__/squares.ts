import { Random, sha256 } from '../../base/index.js';
import { attenuationScale, DatasetWriter, decodeGrey, encodePng, type Mention, type Region, type Sample } from '../../data/index.js';

/** Height and width of the pictures. */
export const SQUARES_SIZE = 64;

const kinds = {
  effusion: { concept: 'pleural effusion', row: 0.8, width: 0.2, height: 0.08 },
  nodule: { concept: 'lung nodule', row: 0.3, width: 0.07, height: 0.12 },
} as const;

/**
 * A data set whose texts are easy to see: a light bar low down is an effusion, an upright block high up a
 * nodule; the patient's left is on the right of the picture.
 * @param readings - Store a reading with all but every fifth sample.
 * @param twins - Store with each region the picture without it.
 */
export async function writeSquares(
  folder: string,
  count: number,
  seed = 1,
  readings = false,
  twins = false,
): Promise<void> {
  const writer = await DatasetWriter.create(folder, sha256(`squares ${count} ${seed} ${readings} ${twins}`));
  for (let index = 0; index < count; index++) {
    const sample = await square(`square-${index}`, seed, twins);
    const stored = readings && index % 5 !== 4 ? await readingOf(sample) : {};
    await writer.add('train', { ...sample, ...stored });
  }
  await writer.finish({
    name: 'squares',
    settings: { count, seed },
    provenance: { producer: 'test', version: '0', description: 'Squares.' },
  });
}

/** Where the picture is light, the detector read more attenuation. */
async function readingOf({ id, image }: Sample): Promise<Pick<Sample, 'attenuation'>> {
  const { pixels } = await decodeGrey(image.bytes, { source: id });
  const size = SQUARES_SIZE;
  const { steps, least } = attenuationScale;
  const values = Uint16Array.from(pixels, grey => (grey / 64 - least) * steps);
  return { attenuation: { bytes: await encodePng(values, size, size), path: `${id}.attenuation.png` } };
}

async function square(id: string, seed: number, twins: boolean): Promise<Sample> {
  const random = Random.of(seed, id);
  const size = SQUARES_SIZE;
  const pixels = Uint8Array.from({ length: size * size }, () => 90 + random.integer(40));
  const plain = pixels.slice();
  const sentences: string[] = [];
  const mentions: Mention[] = [];
  const regions: Region[] = [];
  const masks: Uint8Array[] = [];
  const labels: string[] = [];
  for (const { concept, row, width, height } of Object.values(kinds)) {
    const present = random.chance(0.5);
    const side = random.pick(['left', 'right'] as const);
    const text = present ? `There is a ${side} ${concept}.` : `No ${concept}.`;
    const start = sentences.join(' ').length + (sentences.length > 0 ? 1 : 0) + text.indexOf(concept);
    mentions.push({
      section: 'findings',
      start,
      end: start + concept.length,
      text: concept,
      concept,
      type: present ? 'ABNORMALITY' : 'NON-ABNORMALITY',
      polarity: present ? 'affirmed' : 'negated',
      ...(present ? { side } : {}),
    });
    sentences.push(text);
    if (!present) continue;
    labels.push(concept);
    const mask = new Uint8Array(size * size);
    const centre = { x: (side === 'left' ? 0.75 : 0.25) * size, y: row * size };
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const inside = Math.abs(x - centre.x) < width * size && Math.abs(y - centre.y) < height * size;
        if (!inside) continue;
        pixels[y * size + x] = 240;
        mask[y * size + x] = 255;
      }
    }
    const middle = centre.x / size;
    const box: Region['box'] = [middle - width, row - height, middle + width, row + height];
    regions.push({ concept, side, box, mask: await encodePng(mask, size, size) });
    masks.push(mask);
  }
  for (const [index, mask] of twins ? masks.entries() : []) {
    const without = pixels.map((grey, at) => (mask[at] === 255 ? plain[at]! : grey));
    const path = `${id}.twin-${index}.png`;
    regions[index]!.twin = { bytes: await encodePng(without, size, size), path };
  }
  return {
    id,
    image: { bytes: await encodePng(pixels, size, size), path: `${id}.png` },
    findings: sentences.join(' '),
    impression: '',
    labels,
    patient: id,
    view: 'PA',
    sex: null,
    age: null,
    mentions,
    regions,
    verdicts: [],
    source: 'test',
  };
}
