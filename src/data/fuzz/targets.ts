import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { Random } from '../../base/index.js';
import { readSafetensors, scope, tensor, writeSafetensors } from '../../tensor/index.js';
import { readDicom } from '../dicom/index.js';
import { decodeGrey } from '../images.js';

/** One of the formats that are read from outside. */
export interface FuzzTarget {
  readonly name: 'dicom' | 'png' | 'jpeg' | 'safetensors';
  /** Whole files to start from. */
  readonly seeds: readonly Uint8Array[];
  readonly dictionary: readonly Uint8Array[];
  /** Makes checksums right again, so that damage gets past them. */
  readonly repair?: (bytes: Uint8Array) => Uint8Array;
  /** Reads a file; throws InputError where it refuses it. */
  readonly read: (bytes: Uint8Array, source: string) => Promise<void>;
}

/**
 * All targets.
 * @param dicomSeeds - Whole DICOM files: there is nothing here that could write them.
 */
export async function fuzzTargets(
  dicomSeeds: readonly Uint8Array[],
): Promise<{ targets: FuzzTarget[]; close: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'synray-fuzz-'));
  const targets: FuzzTarget[] = [
    {
      name: 'dicom',
      seeds: dicomSeeds,
      dictionary: dicomWords(),
      read: async (bytes, source) => {
        await readDicom(bytes, { source });
      },
    },
    {
      name: 'png',
      seeds: await pngs(),
      dictionary: ['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'iCCP', 'eXIf', 'acTL', 'zTXt'].map(latin1),
      repair: withChecksums,
      read: readPicture,
    },
    {
      name: 'jpeg',
      seeds: await jpegs(),
      dictionary: ['ffd8', 'ffd9', 'ffc0', 'ffc2', 'ffc4', 'ffdb', 'ffda', 'ffdd0004', 'ffe1', 'ffee'].map(
        hex,
      ),
      read: readPicture,
    },
    {
      name: 'safetensors',
      seeds: [await weights(folder)],
      dictionary: ['{"', '"dtype":"F32"', '"shape":[', '"data_offsets":[0,4]', '__metadata__', '1e99', 'null']
        .map(latin1)
        .concat(hex('ffffffffffffffff')),
      read: async bytes => readWeights(join(folder, 'weights.safetensors'), bytes),
    },
  ];
  return { targets, close: () => rmSync(folder, { recursive: true, force: true }) };
}

async function readPicture(bytes: Uint8Array, source: string): Promise<void> {
  await decodeGrey(bytes, { source });
}

function readWeights(path: string, bytes: Uint8Array): void {
  writeFileSync(path, bytes);
  scope(() => {
    for (const value of readSafetensors(path).tensors.values()) value.toTypedArray();
  });
}

/** Tags and items as they stand in a data set, those that the reader looks at. */
function dicomWords(): Uint8Array[] {
  const tags = [
    0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102,
    0x00280103, 0x00280120, 0x00281050, 0x00281051, 0x00283000, 0x00283002, 0x00283006, 0x00283010,
    0x7fe00010, 0xfffee000, 0xfffee00d, 0xfffee0dd, 0x00020010, 0x00020000, 0x00091001, 0x00540220,
  ];
  const words = tags.map(tag => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt16LE(tag >>> 16, 0);
    bytes.writeUInt16LE(tag & 0xffff, 2);
    return new Uint8Array(bytes);
  });
  const vrs = ['SQ', 'UN', 'OB', 'OW', 'US', 'SS', 'DS', 'IS'].map(latin1);
  const uids = ['1', '1.99', '2', '4.50', '4.51', '4.57', '4.70', '4.80', '4.90', '5'].map(end =>
    latin1(`1.2.840.10008.1.2.${end}`),
  );
  const streams = [
    'ff4fff51',
    'ffd8ffc3',
    'ffd8ffc1',
    'ffd8fff7',
    'ffff',
    'fffffffe',
    'feff00e0ffffffff',
  ].map(hex);
  return [...words, ...vrs, ...uids, ...streams];
}

function noise(count: number): Uint8Array {
  const random = Random.of('fuzz seeds');
  return Uint8Array.from({ length: count }, (_, at) => (at + random.integer(24)) & 255);
}

async function pngs(): Promise<Uint8Array[]> {
  const grey = () => sharp(noise(40 * 30), { raw: { width: 40, height: 30, channels: 1 } });
  const deep = new Uint16Array(40 * 30).map((_, at) => at * 50);
  const rgba = sharp(noise(40 * 30 * 4), { raw: { width: 40, height: 30, channels: 4 } });
  return await Promise.all([
    grey().toColourspace('b-w').png().toBuffer(),
    grey().toColourspace('b-w').png({ progressive: true }).toBuffer(),
    sharp(deep, { raw: { width: 40, height: 30, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer(),
    rgba.clone().png().toBuffer(),
    rgba.clone().png({ palette: true }).withMetadata({ orientation: 6 }).toBuffer(),
    Promise.resolve(Buffer.from(widePng())),
  ]);
}

/** A picture of one grey that claims much from few bytes, as a bomb would. */
function widePng(): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(2000, 0);
  header.writeUInt32BE(1000, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const chunk = (type: string, data: Uint8Array) => {
    const bytes = Buffer.alloc(12 + data.length);
    bytes.writeUInt32BE(data.length, 0);
    bytes.write(type, 4, 'latin1');
    bytes.set(data, 8);
    return bytes;
  };
  const parts = [
    hex('89504e470d0a1a0a'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000 * 2001))),
    chunk('IEND', new Uint8Array(0)),
  ];
  return withChecksums(Buffer.concat(parts));
}

/** Walks the chunks as their lengths say, and writes the checksum that each should have. */
function withChecksums(bytes: Uint8Array): Uint8Array {
  const view = Buffer.from(bytes);
  for (let at = 8; at + 12 <= view.length; ) {
    const end = at + 8 + view.readUInt32BE(at);
    if (end + 4 > view.length) break;
    view.writeUInt32BE(crc32(view.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return new Uint8Array(view);
}

async function jpegs(): Promise<Uint8Array[]> {
  const grey = () => sharp(noise(40 * 30), { raw: { width: 40, height: 30, channels: 1 } });
  const rgb = () => sharp(noise(40 * 30 * 3), { raw: { width: 40, height: 30, channels: 3 } });
  return await Promise.all([
    grey().toColourspace('b-w').jpeg().toBuffer(),
    grey().toColourspace('b-w').jpeg({ progressive: true, quality: 95 }).toBuffer(),
    rgb().jpeg().toBuffer(),
    rgb().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).withMetadata({ orientation: 3 }).toBuffer(),
  ]);
}

async function weights(folder: string): Promise<Uint8Array> {
  const { readFileSync } = await import('node:fs');
  const path = join(folder, 'seed.safetensors');
  await writeSafetensors(
    path,
    new Map([
      ['layer.weight', tensor([[1, 2, 3]])],
      ['layer.bias', tensor([7], { dtype: 'i64' })],
      ['mask', tensor([1, 0], { dtype: 'bool' })],
      ['empty', tensor([], { shape: [0, 3] })],
    ]),
    { source: 'fuzz' },
  );
  return readFileSync(path);
}

function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
