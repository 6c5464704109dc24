import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { zipOf } from '../testing/zip.js';
import { decodeText, type Line, linesOf, type SourceFilesOptions, sourceFiles } from './index.js';

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-sources-'));
});

async function paths(source: string, options: Partial<SourceFilesOptions> = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of sourceFiles(source, { wanted: () => true, ...options })) found.push(path);
  return found;
}

describe('the text of bytes', () => {
  it.each([
    ['UTF-8', Buffer.from('größer 5')],
    ['UTF-8 with a mark', Buffer.from('\ufeffgrößer 5')],
    ['Latin-1', Buffer.from('größer 5', 'latin1')],
    ['UTF-16', Buffer.from('\ufeffgrößer 5', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\ufeffgrößer 5', 'utf16le').swap16()],
    ['DOS', Buffer.from('größer 5\u001a')],
  ])('in %s', (_, bytes) => {
    expect(decodeText(bytes, 'a.txt')).toBe('größer 5');
  });

  it('that are no text is an error', () => {
    expect(() => decodeText(Buffer.from([65, 0, 66]), 'a.txt')).toThrow(/a\.txt: it is not text/);
  });
});

describe('lines', () => {
  it('of any file are those between its line feeds, gzipped or not', async () => {
    const text = fc.array(fc.constantFrom('a', 'ü', '\n', '\n', '💥', ' ')).map(parts => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (content, packed) => {
        await writeFile(at('a'), packed ? gzipSync(content) : content);
        const lines: Line[] = [];
        for await (const line of linesOf(at('a'))) lines.push(line);
        const expected = content.split('\n');
        // What follows the last line feed is a line only where there is something.
        if (expected.at(-1) === '') expected.pop();
        expect(lines).toEqual(expected.map((line, index) => ({ number: index + 1, text: line })));
      }),
      { numRuns: 60 },
    );
  });
});

describe('files of a folder', () => {
  it('come in the order of their names, sub-folders in their place; links do not go round', async () => {
    await mkdir(at('10'));
    await mkdir(at('9'));
    for (const path of ['10/a.txt', '9/b.txt', '9/a10.txt', '9/a9.txt', 'z.txt'])
      await writeFile(at(path), path);
    await symlink(folder, at('9/round'));
    await symlink(at('z.txt'), at('linked.txt'));
    expect(await paths(folder)).toEqual([
      '9/a9.txt',
      '9/a10.txt',
      '9/b.txt',
      '10/a.txt',
      'linked.txt',
      'z.txt',
    ]);
  });
});

describe('files of a zip', () => {
  it('come in its order, and hostile ones are refused', async () => {
    await writeFile(at('a.zip'), zipOf({ 'b.txt': 'B', 'a.txt': 'A', 'large.txt': 'x'.repeat(2000) }));
    expect(await paths(at('a.zip'))).toEqual(['b.txt', 'a.txt', 'large.txt']);
    await expect(paths(at('a.zip'), { most: 1000 })).rejects.toThrow(/large\.txt: 2000 bytes are too many/);
    await writeFile(at('b.zip'), zipOf({ '../b.txt': 'B' }));
    await expect(paths(at('b.zip'))).rejects.toThrow(/b\.zip: no whole zip archive/);
    // An entry that says it is small and unfolds to more.
    const bomb = zipOf({ 'a.txt': 'x'.repeat(3000) });
    for (let place = bomb.indexOf(Buffer.from([0xb8, 0x0b, 0, 0])); place >= 0; ) {
      bomb.writeUInt32LE(10, place);
      place = bomb.indexOf(Buffer.from([0xb8, 0x0b, 0, 0]));
    }
    await writeFile(at('c.zip'), bomb);
    await expect(paths(at('c.zip'))).rejects.toThrow(/c\.zip: no whole zip archive/);
  });
});
