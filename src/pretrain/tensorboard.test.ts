import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crc32c, EventFile, record } from './tensorboard.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-events-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

it('checks with CRC-32C: the values of RFC 3720, appendix B.4', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
});

it('frames records as TensorFlow does', () => {
  // tensorboard 2.21.0: tensorboard.summary.writer.record_writer.RecordWriter(file).write(b'synray')
  const wanted = '06000000000000007369d53773796e7261795262be3a';
  expect(record(Buffer.from('synray')).toString('hex')).toBe(wanted);
});

it('holds a version, a restart mark when resumed, and then each value', async () => {
  const file = await EventFile.open(join(home, 'events'), 300);
  file.add(301, { loss: 0.5 });
  await file.flush();
  const [name] = await readdir(join(home, 'events'));
  expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\./);
  const bytes = await readFile(join(home, 'events', name!));
  const events: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(start));
    const data = bytes.subarray(start + 12, start + 12 + length);
    expect(record(data).equals(bytes.subarray(start, start + 16 + length))).toBe(true);
    events.push(data);
    start += 16 + length;
  }
  // Behind wall_time (9 bytes): step 0 and file_version; step 301 and session_log START; step 301 and the summary.
  expect(events.map(event => event.subarray(9).toString('hex'))).toEqual([
    `1000${'1a0d'}${Buffer.from('brain.Event:2').toString('hex')}`,
    '10ad023a020801',
    `10ad02${'2a0d0a0b'}${'0a04'}${Buffer.from('loss').toString('hex')}${'150000003f'}`,
  ]);
});
