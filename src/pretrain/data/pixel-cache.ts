import { existsSync } from 'node:fs';
import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import {
  InputError,
  makeFolder,
  messageOf,
  SynrayError,
  say,
  sha256,
  startProgress,
  temporaryName,
  writeFileAtomic,
} from '../../base/index.js';
import { type Dataset, mapOrdered, openDataset } from '../../data/index.js';
import { CACHE_VERSION, CacheWriter, PixelCache, type Skipped } from './cache-files.js';
import { type DecodedSample, type Decoding, decodeSample, tooSmall } from './cached-sample.js';

/** Pictures decoded at a time: libvips works in the four threads of libuv's pool. */
const DECODERS = 8;

/** Most names of skipped things that a cache records; their number is always whole. */
const NAMED = 1000;

export interface PixelCacheOptions {
  readonly split: string;
  /** Height and width of the pictures in pixels. */
  readonly size: number;
  /** Also keep what the detectors read, of the samples that store it. */
  readonly readings?: boolean | undefined;
  /** Also keep the pictures without a finding, of the regions that store one. */
  readonly twins?: boolean | undefined;
  /** Whether pictures may be smaller than `size`. */
  readonly upscale?: boolean | undefined;
  /** Leave out samples and shards that cannot be read; their names are printed and kept in the cache's head. */
  readonly skipBad?: boolean | undefined;
  /** Where the cache goes when the data set's folder cannot be written to. */
  readonly fallback: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the decoded form of a split, made on first use.
 *
 * It lies in `.cache` of the data set's folder, or in `fallback` where that cannot be written, and appears in
 * one step: a run that is killed while decoding leaves nothing that another would read.
 * @throws InputError when there is nothing to read, or a shard or picture cannot be read (naming it).
 * @throws UsageError when a picture is smaller than `size` and `upscale` is not set.
 * @throws SynrayError when the disk is full; what was written is removed.
 */
export async function openPixelCache(folder: string, options: PixelCacheOptions): Promise<PixelCache> {
  const { split, size, readings = false, twins = false, upscale = false, skipBad = false, signal } = options;
  const skipped: Skipped[] = [];
  const onBrokenShard = skipBad ? (error: InputError) => skipped.push(skippedBy(error)) : undefined;
  const dataset = await openDataset(folder, { onBrokenShard });
  if (dataset.count(split) === 0) {
    throw new InputError({ file: folder, fault: `split "${split}" is empty`, mend: 'choose another split' });
  }
  const shards = dataset.manifest.splits[split]!.shards.map(shard => shard.sha256);
  const kept = [...(readings ? ['readings'] : []), ...(twins ? ['twins'] : [])];
  // Shards that are there again, whole, are to be read.
  const left = skipBad ? ['skip bad', ...skipped.map(({ name }) => name)] : [];
  const fingerprint = sha256(JSON.stringify([CACHE_VERSION, size, split, shards, ...kept, ...left]));
  const name = `${split}-${size}px-${fingerprint.slice(0, 16)}`;
  const homes = [join(folder, '.cache'), options.fallback];
  let home = homes.find(each => existsSync(join(each, name)));
  if (home === undefined) {
    home = await firstWritable(homes);
    const decoding = { size, readings, twins, upscale, folder };
    await build(join(home, name), { dataset, split, fingerprint, decoding, skipBad, skipped, signal });
  }
  const cache = new PixelCache(join(home, name));
  const { leastStored } = cache.head;
  if (leastStored >= size || upscale) {
    if (cache.head.skipped.names.length > 0) tellSkipped(folder, cache.head.skipped);
    return cache;
  }
  cache.close();
  throw tooSmall(folder, leastStored, size);
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

interface Building {
  readonly dataset: Dataset;
  readonly split: string;
  readonly fingerprint: string;
  readonly decoding: Decoding;
  readonly skipBad: boolean;
  /** What was skipped so far; shards that turn out to be broken come in here by themselves. */
  readonly skipped: Skipped[];
  readonly signal: AbortSignal | undefined;
}

async function build(target: string, building: Building): Promise<void> {
  const { dataset, split, fingerprint, decoding, skipBad, skipped, signal } = building;
  const { size } = decoding;
  const count = dataset.count(split);
  await refuseSmallDisk(join(target, '..'), count * size * size);
  const folder = temporaryName(target);
  await mkdir(folder);
  const progress = startProgress('decoding', count, 'pictures');
  try {
    const writer = new CacheWriter(folder);
    try {
      const decode = (sample: Parameters<typeof decodeSample>[0]) =>
        skipBad ? orSkipped(decodeSample(sample, decoding)) : decodeSample(sample, decoding);
      for await (const decoded of mapOrdered(dataset.samples(split), DECODERS, decode)) {
        signal?.throwIfAborted();
        if ('fault' in decoded) skipped.push(decoded);
        else writer.add(decoded);
        progress.update(writer.count);
      }
      if (writer.count === 0) {
        throw new InputError({
          file: dataset.folder,
          fault: `none of the ${count} samples of split "${split}" can be used; the first: ${skipped[0]?.fault ?? 'none'}`,
          mend: 'look at the data set, or choose another split',
        });
      }
      const whole = dataset.manifest.splits[split]!.samples;
      const names = skipped.slice(0, NAMED);
      await writer.finish({ fingerprint, size, skipped: { samples: whole - writer.count, names } });
    } finally {
      writer.close();
    }
    await rename(folder, target).catch(error => {
      // Another run may have made the same cache in the meantime; its bytes are the same.
      if (!existsSync(target)) throw error;
    });
  } catch (error) {
    throw isFull(error) ? diskFull(target, messageOf(error), error) : error;
  } finally {
    progress.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function orSkipped(decoding: Promise<DecodedSample>): Promise<DecodedSample | Skipped> {
  try {
    return await decoding;
  } catch (error) {
    if (error instanceof InputError) return skippedBy(error);
    throw error;
  }
}

function skippedBy({ file, fault }: InputError): Skipped {
  return { name: file ?? '', fault };
}

function tellSkipped(folder: string, { samples, names }: PixelCache['head']['skipped']): void {
  const shown = names.slice(0, 10).map(({ name, fault }) => `  ${name}: ${fault}`);
  const more = names.length > shown.length ? ['  …'] : [];
  say(
    [
      `${folder}: ${samples} samples were skipped, as --skip-bad asks (all names in its cache.json):`,
      ...shown,
      ...more,
    ].join('\n'),
  );
}

/** @throws SynrayError when the disk has fewer bytes left than are surely needed. */
async function refuseSmallDisk(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes) throw diskFull(folder, `${megabytes(bytes)} are needed and ${megabytes(free)} are free`);
}

function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

function diskFull(file: string, detail: string, cause?: unknown): SynrayError {
  return new SynrayError({
    file,
    fault: `there is no room for the decoded pictures: ${detail}`,
    mend: 'free some space and run again; nothing half written is left',
    cause,
  });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
