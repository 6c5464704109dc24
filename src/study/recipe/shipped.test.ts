import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readPretrainRecipe } from '../../pretrain/index.js';
import { readStudy, recipeSchema, studySchema } from './index.js';

const folder = fileURLToPath(new URL('../../../recipes', import.meta.url));

async function recipes(): Promise<{ name: string; path: string; text: string }[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.yaml'));
  return Promise.all(
    names.map(async name => {
      const path = join(folder, name);
      return { name, path, text: await readFile(path, 'utf8') };
    }),
  );
}

it('reads every recipe that ships; each names the schema that its editor completes it by', async () => {
  const studies: string[] = [];
  for (const { name, path, text } of await recipes()) {
    const schema = /^# yaml-language-server: \$schema=\.\/(study\.)?schema\.json\n/.exec(text);
    expect(schema, name).not.toBeNull();
    if (schema![1] === undefined) await readPretrainRecipe(path);
    else {
      await readStudy(path);
      studies.push(name.replace('.yaml', ''));
    }
  }
  expect(studies).toEqual(expect.arrayContaining(['nih-mini', 'syncxr-200k', 'ward']));
});

it('tells in the head of every study its command, its time and its scores', async () => {
  for (const { name, text } of await recipes()) {
    if (!text.includes('study.schema.json')) continue;
    const head = text.slice(0, text.search(/^[^#\n]/m));
    const command = `npx synray study recipes/${name} --out runs/${name.replace('.yaml', '')}`;
    expect(head, name).toContain(name === 'quickstart.yaml' ? 'npm run quickstart' : command);
    expect(head, name).toMatch(/[Tt]ime.*: /);
    expect(head, name).toMatch(/Scores.*: /);
  }
});

it.each([
  ['schema.json', recipeSchema],
  ['study.schema.json', studySchema],
])('ships the keys there are in %s (node scripts/recipe-schema.mjs writes it)', async (name, schema) => {
  const shipped: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
  expect(shipped).toEqual(JSON.parse(JSON.stringify(schema())));
});

it('knows the keys of every stage: none may hold just anything', () => {
  const text = JSON.stringify(studySchema());
  for (const key of ['findingsPerReport', 'accumulate', 'attenuation', 'baseUrl', 'teraflops', 'enrich']) {
    expect(text).toContain(`"${key}"`);
  }
  const { properties } = recipeSchema() as { properties: Record<string, { properties?: object }> };
  expect(Object.keys(properties.generate!.properties!)).toContain('plan');
  expect(Object.keys(properties.evaluate!.properties!)).toContain('prompts');
});
