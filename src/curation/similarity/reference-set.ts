import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  InputError,
  messageOf,
  SynrayError,
  say,
  sha256,
  UsageError,
  writeFileAtomic,
} from '../../base/index.js';
import { openDataset } from '../../data/index.js';
import { decodeForChecks } from '../pixels/decode.js';
import { type Embedder, fitPictures } from './embedder.js';

/** Vectors of pictures that others are compared with. */
export interface ReferenceSet {
  /** Names of the pictures, for reasons. */
  readonly names: readonly string[];
  /** names.length × D, each of length 1. */
  readonly vectors: Float32Array;
  /** SHA-256 of the pictures' bytes and the embedder. */
  readonly fingerprint: string;
}

export interface ReferenceOptions {
  /** Folder in which vectors are kept, so that the same pictures are embedded once. */
  readonly cache?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const PICTURE = /\.(png|jpe?g|tiff?|webp)$/i;
/** Pictures that are embedded together. */
const BATCH = 32;

/**
 * The vectors of the pictures in folders and data sets. Pictures that cannot be read are left out, and said so.
 * @throws UsageError when there is no such folder; InputError when it has no picture that can be read.
 */
export async function openReferenceSet(
  folders: readonly string[],
  embedder: Embedder,
  { cache, signal }: ReferenceOptions = {},
): Promise<ReferenceSet> {
  const hash = createHash('sha256').update(embedder.fingerprint);
  const count = { pictures: 0 };
  // The first pass takes only the bytes: when the vectors are known, nothing is decoded.
  for await (const { name, bytes } of picturesOf(folders)) {
    hash.update(`\n${name} ${sha256(bytes)}`);
    count.pictures++;
  }
  const fingerprint = hash.digest('hex');
  const file = cache === undefined ? undefined : join(cache, `${fingerprint}.json`);
  const kept = file === undefined ? undefined : await readKept(file);
  if (kept !== undefined) return { ...kept, fingerprint };

  const names: string[] = [];
  const parts: Float32Array[] = [];
  let batch: { name: string; pixels: Uint8Array; width: number; height: number }[] = [];
  const flush = async () => {
    signal?.throwIfAborted();
    if (batch.length === 0) return;
    parts.push(await embedder.embed(await fitPictures(batch, embedder.size), batch.length));
    names.push(...batch.map(({ name }) => name));
    batch = [];
  };
  for await (const { name, bytes } of picturesOf(folders)) {
    try {
      batch.push({ name, ...(await decodeForChecks(bytes, { source: name })) });
    } catch (error) {
      if (!(error instanceof SynrayError)) throw error;
      say(`left out of the reference pictures: ${messageOf(error)}`);
    }
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  if (names.length === 0) {
    throw new InputError({
      file: folders.join(', '),
      fault: count.pictures === 0 ? 'there are no pictures in it' : 'none of its pictures can be read',
      mend: 'give a folder of PNG, JPEG, TIFF or WebP files, or a data set',
    });
  }
  const vectors = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    vectors.set(part, place);
    place += part.length;
  }
  if (file !== undefined) await keep(file, names, vectors);
  return { names, vectors, fingerprint };
}

/** The mean of a set's vectors. */
export function meanOf({ names, vectors }: ReferenceSet): Float32Array {
  const mean = new Float32Array(vectors.length / names.length);
  for (let at = 0; at < vectors.length; at++) mean[at % mean.length]! += vectors[at]! / names.length;
  return mean;
}

async function* picturesOf(folders: readonly string[]): AsyncGenerator<{ name: string; bytes: Uint8Array }> {
  for (const folder of folders) {
    if (existsSync(join(folder, 'synray.json'))) {
      for await (const { id, image } of (await openDataset(folder)).samples()) {
        yield { name: id, bytes: image.bytes };
      }
      continue;
    }
    let names: string[];
    try {
      names = (await readdir(folder, { recursive: true })).filter(name => PICTURE.test(name)).sort();
    } catch (error) {
      throw new UsageError({
        file: folder,
        fault: `no pictures can be read: ${messageOf(error)}`,
        mend: 'give a folder of pictures, or a data set',
        cause: error,
      });
    }
    for (const name of names) yield { name, bytes: await readFile(join(folder, name)) };
  }
}

async function readKept(file: string): Promise<Pick<ReferenceSet, 'names' | 'vectors'> | undefined> {
  try {
    const kept: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof kept !== 'object' || kept === null || !('names' in kept) || !('vectors' in kept))
      return undefined;
    const { names, vectors } = kept;
    if (!Array.isArray(names) || !names.every(name => typeof name === 'string')) return undefined;
    if (typeof vectors !== 'string') return undefined;
    const bytes = Buffer.from(vectors, 'base64');
    if (bytes.length === 0 || bytes.length % (4 * names.length) !== 0) return undefined;
    return { names, vectors: new Float32Array(Uint8Array.from(bytes).buffer) };
  } catch {
    // Not there, or cut short by a full disk: made again.
    return undefined;
  }
}

async function keep(file: string, names: readonly string[], vectors: Float32Array): Promise<void> {
  const bytes = Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength);
  await writeFileAtomic(file, JSON.stringify({ names, vectors: bytes.toString('base64') }));
}
