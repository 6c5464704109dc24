import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyPrompts, Prompts } from './prompts.js';

let home: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-prompts-'));
});
afterAll(() => rm(home, { recursive: true }));

/** A folder with these files. */
async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = join(home, String(made++));
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

describe('Prompts', () => {
  it('fills placeholders once, and keeps comments to itself', async () => {
    const prompts = await Prompts.load();
    const entities = '- PRESENT: {{style}} $& $1';
    const text = prompts.fill('findings', { entities, style: 'terse', form: 'as text' });
    expect(text).toContain(entities);
    expect(text).toContain('Style: terse');
    expect(text).not.toContain('<!--');
    expect(prompts.styles.length).toBeGreaterThan(3);
  });

  it('takes the files of a folder in place of its own, and tells them apart by fingerprint', async () => {
    const shipped = await Prompts.load();
    const own = await Prompts.load(await folderOf({ 'system.md': 'Be brief.', 'notes.txt': 'mine' }));
    expect(own.fill('system', {})).toBe('Be brief.');
    const form = { section: 'FINDINGS' };
    expect(own.fill('form-text', form)).toBe(shipped.fill('form-text', form));
    expect(own.fingerprint).not.toBe(shipped.fingerprint);
  });

  it('reads back a copy of its files as the same prompts', async () => {
    const folder = join(home, 'copy');
    const files = await copyPrompts(folder);
    expect((await readdir(folder)).sort()).toEqual(files.map(file => file.slice(folder.length + 1)).sort());
    expect((await Prompts.load(folder)).fingerprint).toBe((await Prompts.load()).fingerprint);
    const edited = `${await readFile(join(folder, 'system.md'), 'utf8')}\r\nAnd be kind.`;
    await writeFile(join(folder, 'system.md'), edited);
    await expect(copyPrompts(folder)).rejects.toThrow(/this file is there already/);
    expect(await readFile(join(folder, 'system.md'), 'utf8')).toBe(edited);
  });

  it.each([
    [
      'an unknown placeholder',
      { 'again.md': '{{section}}\n{{faults}} {{form}}\n{{id}}' },
      /again\.md:3: unknown placeholder \{\{id\}\} \(this prompt has: \{\{section\}\}/,
    ],
    [
      'a missing placeholder',
      { 'findings.md': 'Say {{entities}}.\n{{form}}\n' },
      /findings\.md:2: the placeholder \{\{style\}\} is missing/,
    ],
    [
      'a placeholder that only a comment has',
      { 'form-text.md': '<!-- {{section}} -->\nAnswer.' },
      /form-text\.md:2: the placeholder \{\{section\}\} is missing/,
    ],
    [
      'half a placeholder',
      { 'form-text.md': 'The {{section}}\nand {{section' },
      /form-text\.md:2: "\{\{" without its other half/,
    ],
    ['an empty prompt', { 'system.md': '<!-- nothing -->\n' }, /system\.md: the prompt is empty/],
    [
      'a file of another name',
      { 'system.md': 'x', 'sistem.md': 'x' },
      /sistem\.md: there is no prompt of this name \(use one of: system\.md/,
    ],
    [
      'a line that is no style',
      { 'styles.md': '- terse: short\nlong\n' },
      /styles\.md:2: this line is no style/,
    ],
    [
      'two styles of one name',
      { 'styles.md': '- terse: a\n- terse: b\n' },
      /styles\.md:2: there are two styles named "terse"/,
    ],
    ['no style', { 'styles.md': '# Styles\n' }, /styles\.md: there is no style/],
    [
      'bytes that are no text',
      { 'system.md': Uint8Array.of(0xff, 0xfe, 0x00) },
      /system\.md: .*\(give a readable text file in UTF-8\)/,
    ],
    ['a folder without prompts', { 'readme.txt': 'x' }, /there is no prompt in it/],
  ])('refuses %s', async (_, files, message) => {
    await expect(Prompts.load(await folderOf(files))).rejects.toThrow(message);
  });

  it('refuses a folder that is not there', async () => {
    await expect(Prompts.load(join(home, 'nowhere'))).rejects.toThrow(
      /no prompts can be read.*--print-prompts/,
    );
  });
});
