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
import {
  decodeGrey,
  decodeGrey16,
  mapOrdered,
  openDataset,
  Region,
  type Sample,
  View,
} from '../../data/index.js';
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
  /** The view whose displays its reading may be shown in. Samples that have it own the rows of `readings.u16`. */
  redrawnAs: View.optional(),
});
export type CachedSample = z.infer<typeof CachedSample>;

const CacheHead = z.object({
  version: z.literal(CACHE_VERSION),
  size: z.int().positive(),
  samples: z.int().positive(),
  regions: z.int().nonnegative(),
  readings: z.int().nonnegative().default(0),
});

/** A split of a data set, decoded: pictures, change maps and readings as memory-mapped files, and what is said of them. */
export interface PixelCache {
  /** Names the pictures and the texts: changes when either does. */
  readonly fingerprint: string;
  /** N × size × size, u8. */
  readonly pixels: Tensor;
  /** R × 32 × 32, u8: the share of each cell that a finding changed, 255 most. Undefined when R is 0. */
  readonly changes: Tensor | undefined;
  /** M × size × size: what detectors read, 16 bits without a sign in an i16. Undefined when M is 0 or not asked for. */
  readonly readings: Tensor | undefined;
  readonly samples: readonly CachedSample[];
}

/**
 * Opens the decoded form of a split, made on first use.
 *
 * It lies in `.cache` of the data set's folder, or in `fallback` where that cannot be written, and appears in
 * one step: a run that is killed while decoding leaves nothing that another would read.
 * @param options.size - Height and width of the pictures in pixels.
 * @param options.readings - Also keep what the detectors read, of the samples that store it.
 * @throws InputError when there is nothing to read, or a picture cannot be decoded (naming the sample).
 */
export async function openPixelCache(
  folder: string,
  options: {
    split: string;
    size: number;
    readings?: boolean;
    fallback: string;
    signal?: AbortSignal | undefined;
  },
): Promise<PixelCache> {
  const { split, size, readings = false, signal } = options;
  const dataset = await openDataset(folder);
  const count = dataset.count(split);
  if (count === 0) {
    throw new InputError({ file: folder, fault: `split "${split}" is empty`, mend: 'choose another split' });
  }
  const shards = dataset.manifest.splits[split]!.shards.map(shard => shard.sha256);
  const parts = [CACHE_VERSION, size, split, shards, ...(readings ? ['readings'] : [])];
  const fingerprint = sha256(JSON.stringify(parts));
  const name = `${split}-${size}px-${fingerprint.slice(0, 16)}`;
  const homes = [join(folder, '.cache'), options.fallback];
  let home = homes.find(each => existsSync(join(each, name)));
  if (home === undefined) {
    home = await firstWritable(homes);
    const progress = startProgress('decoding', count, 'pictures');
    try {
      const onProgress = (done: number) => progress.update(done);
      await build(join(home, name), dataset.samples(split), { size, readings, signal, onProgress });
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

/** How samples are decoded. */
interface Decoding {
  readonly size: number;
  readonly readings: boolean;
}

async function build(
  target: string,
  samples: AsyncIterable<Sample>,
  options: Decoding & { signal: AbortSignal | undefined; onProgress: (done: number) => void },
): Promise<void> {
  const { size, signal, onProgress } = options;
  const folder = temporaryName(target);
  await mkdir(folder);
  try {
    const pixels = await open(join(folder, 'pixels.u8'), 'w');
    const changes = await open(join(folder, 'changes.u8'), 'w');
    const readings = await open(join(folder, 'readings.u16'), 'w');
    const lines = await open(join(folder, 'samples.jsonl'), 'w');
    const files = [pixels, changes, readings, lines];
    const head = { version: CACHE_VERSION, size, samples: 0, regions: 0, readings: 0 };
    try {
      for await (const decoded of mapOrdered(samples, DECODERS, sample => decode(sample, options))) {
        signal?.throwIfAborted();
        await pixels.write(decoded.pixels);
        for (const change of decoded.changes) await changes.write(change);
        if (decoded.reading !== undefined) await readings.write(decoded.reading);
        await lines.write(`${JSON.stringify(decoded.sample)}\n`);
        head.regions += decoded.changes.length;
        if (decoded.reading !== undefined) head.readings++;
        onProgress(++head.samples);
      }
    } finally {
      for (const file of files) await file.sync().finally(() => file.close());
    }
    await writeFileAtomic(join(folder, 'cache.json'), `${JSON.stringify(head)}\n`);
    await rename(folder, target).catch(error => {
      // Another run may have made the same cache in the meantime; its bytes are the same.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A sample as the cache's files hold it. */
interface Decoded {
  readonly pixels: Uint8Array;
  readonly changes: readonly Uint8Array[];
  readonly reading: Uint16Array | undefined;
  readonly sample: CachedSample;
}

async function decode(sample: Sample, { size, readings }: Decoding): Promise<Decoded> {
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
  const cached = { id: sample.id, statements, regions };
  const { attenuation, view } = sample;
  if (!readings || attenuation === undefined) return { pixels, changes, reading: undefined, sample: cached };
  const reading = await decodeGrey16(attenuation.bytes, { size, source: `${source}, attenuation` });
  return { pixels, changes, reading: reading.pixels, sample: { ...cached, redrawnAs: view ?? 'PA' } };
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
  const { size, regions, readings } = head;
  const cells = CHANGE_CELLS;
  return {
    fingerprint,
    pixels: fromFile(join(folder, 'pixels.u8'), { shape: [samples.length, size, size], dtype: 'u8' }),
    changes:
      regions === 0
        ? undefined
        : fromFile(join(folder, 'changes.u8'), { shape: [regions, cells, cells], dtype: 'u8' }),
    readings:
      readings === 0
        ? undefined
        : fromFile(join(folder, 'readings.u16'), { shape: [readings, size, size], dtype: 'i16' }),
    samples,
  };
}
