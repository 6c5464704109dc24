import { sha256 } from '../../base/index.js';
import type { Sample } from '../records/index.js';

/** Longest part of an id that is taken over into a file's name; tar's headers have room for 100 bytes. */
const LONGEST = 60;

/**
 * A file name for a sample, without its ending: its id where that is plain, else the plain part of it and some digits
 * of its hash, so that no two ids have one name. No dots, since WebDataset readers end a key at the first.
 */
export function keyOf(id: string): string {
  const plain = id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST);
  return plain === id && id !== '' ? id : `${plain}-${sha256(id).slice(0, 12)}`;
}

/** The ending of a picture's file, by its first bytes. */
export function endingOf(picture: Uint8Array): 'png' | 'jpg' | 'tif' | 'webp' {
  const [first, second] = picture;
  if (first === 0xff && second === 0xd8) return 'jpg';
  if (first === 0x49 || first === 0x4d) return 'tif';
  if (first === 0x52) return 'webp';
  return 'png';
}

/** A file that belongs to a sample: `key.ending`. */
export interface SampleFile {
  readonly ending: string;
  readonly bytes: Uint8Array;
}

/**
 * A sample as files of one name: the picture, the report as text, all else as JSON, and masks as PNG
 * (`region-0.png`, `structure-0.png`), which the JSON names. What the detector read and the twins are left out.
 */
export function filesOf(sample: Sample): SampleFile[] {
  const masks: SampleFile[] = [];
  const named = (kind: string, index: number, mask: Uint8Array | null) => {
    if (mask === null) return null;
    const ending = `${kind}-${index}.png`;
    masks.push({ ending, bytes: mask });
    return ending;
  };
  const { image, attenuation: _attenuation, regions, structures, ...known } = sample;
  const facts = {
    ...known,
    regions: regions.map(({ mask, twin: _twin, ...region }, index) => ({
      ...region,
      mask: named('region', index, mask),
    })),
    ...(structures === undefined
      ? {}
      : {
          structures: structures.map(({ name, mask }, index) => ({
            name,
            mask: named('structure', index, mask),
          })),
        }),
  };
  const text = [sample.findings, sample.impression].filter(part => part !== '').join('\n');
  return [
    { ending: endingOf(image.bytes), bytes: image.bytes },
    { ending: 'txt', bytes: Buffer.from(text) },
    { ending: 'json', bytes: Buffer.from(JSON.stringify(facts)) },
    ...masks,
  ];
}
