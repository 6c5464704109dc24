import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import {
  InputError,
  makeFolder,
  parseAs,
  sha256,
  startProgress,
  temporaryName,
  writeFileAtomic,
} from '../../base/index.js';
import { decodeGrey, mapOrdered, openDataset, Region, type Sample } from '../../data/index.js';
import { fromFile, type Tensor } from '../../tensor/index.js';
import { Statement, statementsOf } from './statements.js';

/** Cells across a stored change map. Coarser maps are made from it after augmentation. */
export const CHANGE_CELLS = 32;

/** Raised when older caches must not be read. */
const CACHE_VERSION = 1;

/** Pictures decoded at a time: libvips works in the four threads of libuv's pool. */
const DECODERS = 8;

/** All of a sample that training reads besides its pixels. One line of `samples.jsonl`. */
const CachedSample = z.object({
  id: z.string(),
  statements: z.array(Statement),
  /** In the order of their maps in `changes.u8`. */
  regions: z.array(Region.pick({ concept: true, side: true })),
});
export type CachedSample = z.infer<typeof CachedSample>;

const CacheHead = z.object({
  version: z.literal(CACHE_VERSION),
  size: z.int().positive(),
  samples: z.int().positive(),
  regions: z.int().nonnegative(),
});

/** A split of a data set, decoded: pictures and change maps as memory-mapped files, and what is said of them. */
export interface PixelCache {
  /** Names the pictures and the texts: changes when either does. */
  readonly fingerprint: string;
  /** N × size × size, u8. */
  readonly pixels: Tensor;
  /** R × 32 × 32, u8: the share of each cell that a finding changed, 255 most. Undefined when R is 0. */
  readonly changes: Tensor | undefined;
  readonly samples: readonly CachedSample[];
}

/**
 * Opens the decoded form of a split, made on first use.
 *
 * It lies in `.cache` of the data set's folder, or in `fallback` where that cannot be written, and appears in
 * one step: a run that is killed while decoding leaves nothing that another would read.
 * @param size - Height and width of the pictures in pixels.
 * @throws InputError when there is nothing to read, or a picture cannot be decoded (naming the sample).
 */
export async function openPixelCache(
  folder: string,
  options: { split: string; size: number; fallback: string; signal?: AbortSignal | undefined },
): Promise<PixelCache> {
  const { split, size, signal } = options;
  const dataset = await openDataset(folder);
  const count = dataset.count(split);
  if (count === 0) {
    throw new InputError({ file: folder, fault: `split "${split}" is empty`, mend: 'choose another split' });
  }
  const shards = dataset.manifest.splits[split]!.shards.map(shard => shard.sha256);
  const fingerprint = sha256(JSON.stringify([CACHE_VERSION, size, split, shards]));
  const name = `${split}-${size}px-${fingerprint.slice(0, 16)}`;
  const homes = [join(folder, '.cache'), options.fallback];
  let home = homes.find(each => existsSync(join(each, name)));
  if (home === undefined) {
    home = await firstWritable(homes);
    const progress = startProgress('decoding', count, 'pictures');
    try {
      await build(join(home, name), dataset.samples(split), size, signal, done => progress.update(done));
    } finally {
      progress.stop();
    }
  }
  return read(join(home, name), fingerprint);
}

async function firstWritable(folders: readonly string[]): Promise<string> {
  for (const folder of folders.slice(0, -1)) {
    try {
      await makeFolder(folder);
      const probe = temporaryName(join(folder, 'probe'));
      await writeFileAtomic(probe, '');
      await rm(probe);
      return folder;
    } catch {
      // A data set on a read-only disk is nothing unusual.
    }
  }
  const last = folders.at(-1)!;
  await makeFolder(last);
  return last;
}

async function build(
  target: string,
  samples: AsyncIterable<Sample>,
  size: number,
  signal: AbortSignal | undefined,
  onProgress: (done: number) => void,
): Promise<void> {
  const folder = temporaryName(target);
  await mkdir(folder);
  try {
    const pixels = await open(join(folder, 'pixels.u8'), 'w');
    const changes = await open(join(folder, 'changes.u8'), 'w');
    const lines = await open(join(folder, 'samples.jsonl'), 'w');
    let count = 0;
    let regions = 0;
    try {
      for await (const decoded of mapOrdered(samples, DECODERS, sample => decode(sample, size))) {
        signal?.throwIfAborted();
        await pixels.write(decoded.pixels);
        for (const change of decoded.changes) await changes.write(change);
        await lines.write(`${JSON.stringify(decoded.sample)}\n`);
        regions += decoded.changes.length;
        onProgress(++count);
      }
    } finally {
      for (const file of [pixels, changes, lines]) await file.sync().finally(() => file.close());
    }
    const head = { version: CACHE_VERSION, size, samples: count, regions };
    await writeFileAtomic(join(folder, 'cache.json'), `${JSON.stringify(head)}\n`);
    await rename(folder, target).catch(error => {
      // Another run may have made the same cache in the meantime; its bytes are the same.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function decode(
  sample: Sample,
  size: number,
): Promise<{ pixels: Uint8Array; changes: Uint8Array[]; sample: CachedSample }> {
  const source = `sample ${sample.id}`;
  const statements = statementsOf(sample);
  if (statements.length === 0) {
    throw new InputError({
      file: source,
      fault: 'it has no text to learn from',
      mend: 'leave samples without FINDINGS and IMPRESSION out of the training split',
    });
  }
  const { pixels } = await decodeGrey(sample.image.bytes, { size, source });
  const changes = await Promise.all(sample.regions.map(region => changeMap(region, source)));
  const regions = sample.regions.map(({ concept, side }) =>
    side === undefined ? { concept } : { concept, side },
  );
  return { pixels, changes, sample: { id: sample.id, statements, regions } };
}

/** A region's mask on 32 × 32 cells; a region that is only a box counts as changed everywhere in it. */
async function changeMap(region: Region, source: string): Promise<Uint8Array> {
  const cells = CHANGE_CELLS;
  if (region.mask !== null) {
    const mask = await decodeGrey(region.mask, {
      size: cells,
      source: `${source}, mask of ${region.concept}`,
    });
    return mask.pixels;
  }
  const map = new Uint8Array(cells * cells);
  const [left, top, right, bottom] = region.box.map(edge => edge * cells) as [number, number, number, number];
  const overlap = (cell: number, from: number, to: number) =>
    Math.max(0, Math.min(cell + 1, to) - Math.max(cell, from));
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      map[row * cells + column] = Math.round(255 * overlap(row, top, bottom) * overlap(column, left, right));
    }
  }
  return map;
}

async function read(folder: string, fingerprint: string): Promise<PixelCache> {
  const headFile = join(folder, 'cache.json');
  const head = parseAs(CacheHead, JSON.parse(await readFile(headFile, 'utf8')), headFile);
  const samples: CachedSample[] = [];
  // The same words come back in thousands of reports: one copy of each is enough.
  const known = new Map<string, string>();
  const once = (text: string) => {
    const first = known.get(text);
    if (first === undefined) known.set(text, text);
    return first ?? text;
  };
  for await (const line of createInterface({ input: createReadStream(join(folder, 'samples.jsonl')) })) {
    const sample = CachedSample.parse(JSON.parse(line));
    for (const statement of sample.statements) {
      statement.text = once(statement.text);
      for (const claim of statement.claims) claim.concept = once(claim.concept);
    }
    samples.push(sample);
  }
  if (samples.length !== head.samples) {
    throw new InputError({
      file: folder,
      fault: `the cache has ${samples.length} samples instead of ${head.samples}`,
      mend: 'delete this folder; it will be made again',
    });
  }
  const { size, regions } = head;
  const cells = CHANGE_CELLS;
  return {
    fingerprint,
    pixels: fromFile(join(folder, 'pixels.u8'), { shape: [samples.length, size, size], dtype: 'u8' }),
    changes:
      regions === 0
        ? undefined
        : fromFile(join(folder, 'changes.u8'), { shape: [regions, cells, cells], dtype: 'u8' }),
    samples,
  };
}
