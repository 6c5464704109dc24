import { appendFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../base/index.js';

// TensorBoard's format: a file of TFRecords, each a serialised `Event` message.
// Record: u64 length, masked CRC of these 8 bytes, data, masked CRC of the data (tensorflow/core/lib/io/record_writer).
// Event (tensorflow/core/util/event.proto): 1 wall_time double, 2 step int64, 3 file_version string, 5 summary,
// 7 session_log. Summary: repeated 1 value { 1 tag string, 2 simple_value float }. SessionLog: 1 status, START = 1.

/**
 * Writes scalars for TensorBoard (`tensorboard --logdir`). A resumed run begins a new file, which says from which
 * step on older files no longer count.
 */
export class EventFile {
  readonly #path: string;
  #pending: Buffer[] = [];

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * @param folder - Made if it is not there.
   * @param step - Steps done when the file begins.
   */
  static async open(folder: string, step: number): Promise<EventFile> {
    await makeFolder(folder);
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    const file = new EventFile(
      join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${step}`),
    );
    file.#add(0, bytesField(3, Buffer.from('brain.Event:2')));
    // Of a resumed run the reader drops what earlier files hold from this step on: a killed process wrote it.
    if (step > 0) file.#add(step + 1, bytesField(7, varintField(1, 1)));
    await file.flush();
    return file;
  }

  /** Adds one value a name at a step; written with the next flush. */
  add(step: number, scalars: Readonly<Record<string, number>>): void {
    const values = Object.entries(scalars).map(([tag, value]) =>
      bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, value)])),
    );
    this.#add(step, bytesField(5, Buffer.concat(values)));
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    if (bytes.length > 0) await appendFile(this.#path, bytes);
  }

  #add(step: number, content: Buffer): void {
    const event = Buffer.concat([doubleField(1, Date.now() / 1000), varintField(2, step), content]);
    this.#pending.push(record(event));
  }
}

/** @returns `data` framed as a TFRecord. */
export function record(data: Buffer): Buffer {
  const framed = Buffer.alloc(8 + 4 + data.length + 4);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(maskedCrc(framed.subarray(0, 8)), 8);
  data.copy(framed, 12);
  framed.writeUInt32LE(maskedCrc(data), 12 + data.length);
  return framed;
}

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), as an unsigned number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Remainders of each byte by the polynomial 0x1EDC6F41, bits reversed. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder;
});

/** A CRC beside the data that it is of would make a CRC over both constant: the format rotates it and adds. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([number << 3]), varint(value)]);
}

function doubleField(number: number, value: number): Buffer {
  const field = Buffer.from([(number << 3) | 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  field.writeDoubleLE(value, 1);
  return field;
}

function bytesField(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(content.length), content]);
}

function floatField(number: number, value: number): Buffer {
  const field = Buffer.from([(number << 3) | 5, 0, 0, 0, 0]);
  field.writeFloatLE(value, 1);
  return field;
}
