import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InputError, UsageError } from './errors.js';
import { parseAs, readYaml } from './schema.js';

const Recipe = z.strictObject({
  name: z.string(),
  training: z.strictObject({ steps: z.int().min(1), batch: z.int().default(8) }).optional(),
});

describe('parseAs', () => {
  it('gives the value with its defaults', () => {
    expect(parseAs(Recipe, { name: 'a', training: { steps: 3 } }, 'x')).toEqual({
      name: 'a',
      training: { steps: 3, batch: 8 },
    });
  });

  it('names an unknown key, its place and the keys there are, also inside what is optional', () => {
    expect(() => parseAs(Recipe, { name: 'a', training: { stepz: 3 } }, 'r.yaml', UsageError)).toThrow(
      /^r\.yaml: at training: unknown key "stepz" \(.*steps, batch\)$/,
    );
    expect(() => parseAs(Recipe, { name: 'a', nme: 'b' }, 'r.yaml')).toThrow(
      /unknown key "nme" .*name, training/,
    );
  });

  it('names the place of a wrong value', () => {
    expect(() => parseAs(Recipe, { name: 'a', training: { steps: 0 } }, 'r.yaml')).toThrow(InputError);
    expect(() => parseAs(Recipe, { name: 'a', training: { steps: 0 } }, 'r.yaml')).toThrow(
      /r\.yaml: at training\.steps: .*1/,
    );
  });
});

describe('readYaml', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-schema-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const written = async (text: string) => {
    const path = join(folder, 'recipe.yaml');
    await writeFile(path, text);
    return path;
  };

  it('reads a file against its schema', async () => {
    expect(await readYaml(await written('name: a\ntraining: { steps: 2 }\n'), Recipe)).toEqual({
      name: 'a',
      training: { steps: 2, batch: 8 },
    });
  });

  it.each([
    ['broken YAML', 'name: [a\n', /line 2|line 1/],
    ['a bomb of aliases', bomb(), /alias/i],
    ['a value that is no object', '3\n', /expected object/i],
  ])('refuses %s in one line, as wrong usage', async (_, text, message) => {
    const path = await written(text);
    const failure = readYaml(path, Recipe);
    await expect(failure).rejects.toThrow(UsageError);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(/\n/);
  });

  it('names a file that is not there', async () => {
    await expect(readYaml(join(folder, 'none.yaml'), Recipe)).rejects.toThrow(/none\.yaml/);
  });
});

/** Nine levels of nine references each: 387 million entries when unfolded. */
function bomb(): string {
  let text = 'a0: &a0 [x, x, x, x, x, x, x, x, x]\n';
  for (let level = 1; level < 9; level++) {
    text += `a${level}: &a${level} [${Array(9)
      .fill(`*a${level - 1}`)
      .join(', ')}]\n`;
  }
  return text;
}
