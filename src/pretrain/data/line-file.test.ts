import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LineReader, LineWriter } from './line-file.js';

const home = mkdtempSync(join(tmpdir(), 'synray-lines-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, values: readonly unknown[]): string {
  const path = join(home, name);
  const writer = new LineWriter(path);
  values.forEach((value, number) => {
    expect(writer.add(value)).toBe(number);
  });
  writer.finish();
  writer.close();
  return path;
}

describe('LineReader', () => {
  it('gives back any line of any values', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 10 }), values => {
        const reader = new LineReader(write('any', values));
        expect(reader.count).toBe(values.length);
        const plain = JSON.parse(JSON.stringify(values)) as unknown[];
        for (let number = values.length - 1; number >= 0; number--)
          expect(reader.at(number)).toEqual(plain[number]);
        reader.close();
      }),
      { numRuns: 30 },
    );
  });

  it('reads what is larger than its buffer', () => {
    const values = Array.from({ length: 5000 }, (_, number) => ({ number, text: 'words '.repeat(100) }));
    const reader = new LineReader(write('large', values));
    expect(reader.at(4999)).toEqual(values[4999]);
    reader.close();
  });

  it('refuses files that were cut short', () => {
    for (const suffix of ['jsonl', 'places']) {
      const path = write('cut', ['one', 'two']);
      truncateSync(`${path}.${suffix}`, 5);
      expect(() => new LineReader(path)).toThrow(/cut.*damaged.*delete this folder/);
    }
  });
});
