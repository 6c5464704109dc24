import { readdir, stat } from 'node:fs/promises';
import { UsageError } from '../../base/index.js';
import type { Sample } from '../records/index.js';

/** A shard is closed at this many samples … */
const SHARD_SAMPLES = 1000;
/** … or at this many bytes of pictures and masks, since a reader holds up to a whole shard. */
const SHARD_BYTES = 64 * 2 ** 20;

/** Whether a shard of a data set that grows is to be closed. */
export function isFull(samples: number, bytes: number): boolean {
  return samples >= SHARD_SAMPLES || bytes >= SHARD_BYTES;
}

/** Bytes of a sample's pictures and masks. */
export function bytesOf({ image, attenuation, regions, structures = [] }: Sample): number {
  const own = image.bytes.length + (attenuation?.bytes.length ?? 0);
  const ofRegions = regions.map(({ mask, twin }) => (mask?.length ?? 0) + (twin?.bytes.length ?? 0));
  const ofStructures = structures.map(({ mask }) => mask.length);
  return [...ofRegions, ...ofStructures].reduce((sum, bytes) => sum + bytes, own);
}

/** The name of a shard while the number of shards is not known. */
export function unnumberedPath(split: string, index: number): string {
  return `data/.${split}-${index}.parquet`;
}

/** @throws UsageError when something other than an empty folder is there. */
export async function refuseOccupied(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (found === undefined) return;
  if (found.isDirectory() && (await readdir(out)).length === 0) return;
  throw new UsageError({
    file: out,
    fault: 'the output is there already and was made from something else',
    mend: 'choose another --out, or delete that folder first',
  });
}
