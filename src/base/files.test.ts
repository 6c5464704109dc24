import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, replaceFile, sha256, sha256OfFile, writeFileAtomic } from './files.js';

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-files-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('appear whole, in folders made for them, and hash as their bytes', async () => {
    const path = join(folder, 'deep', 'file.txt');
    await writeFileAtomic(path, 'words');
    expect(await readFile(path, 'utf8')).toBe('words');
    expect(await sha256OfFile(path)).toBe(sha256('words'));
    expect(await readdir(join(folder, 'deep'))).toEqual(['file.txt']);
  });

  it('stay as they were when the writing of the new one fails, and nothing is left over', async () => {
    const path = join(folder, 'file.txt');
    await writeFileAtomic(path, 'old');
    const failure = replaceFile(path, async temporary => {
      await writeFile(temporary, 'half of the n');
      throw new Error('disk full');
    });
    await expect(failure).rejects.toThrow('disk full');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file.txt']);
  });

  it('end with an error, not never, where no folder can be made', async () => {
    await expect(makeFolder('/proc/synray/runs')).rejects.toThrow(/ENOENT|EACCES|EPERM|EROFS/);
    const file = join(folder, 'file');
    await writeFileAtomic(file, '');
    await expect(makeFolder(join(file, 'below'))).rejects.toThrow(/ENOTDIR/);
    await expect(makeFolder(file)).rejects.toThrow(/not a folder/);
    await Promise.all([1, 2, 3].map(() => makeFolder(join(folder, 'a', 'b', 'c'))));
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['c']);
  });

  it('are the last of several written at once, never a mixture', async () => {
    const path = join(folder, 'file.txt');
    const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(texts.map(text => writeFileAtomic(path, text)));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['file.txt']);
  });
});
