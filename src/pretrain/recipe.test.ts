import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PretrainRecipe, readPretrainRecipe, recipeFingerprint } from './recipe.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-recipe-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function read(text: string): Promise<PretrainRecipe> {
  const file = join(home, 'recipe.yaml');
  await writeFile(file, text);
  return readPretrainRecipe(file);
}
const least = 'pretrain:\n  objective: { name: convirt }\n  training: { steps: 10 }\n';

it('needs only an objective and a number of steps, and stands for the paper’s arm', async () => {
  const recipe = await read(least);
  expect(recipe).toMatchObject({
    objective: { temperature: 0.1, lambda: 0.75 },
    sharedTextPositive: false,
    grounding: { weight: 0 },
    text: { phraseShare: 0 },
  });
  expect(await read(`${least}generate: { pairs: 3 }\n`)).toEqual(recipe);
});

it.each([
  [`${least}  grounded: true\n`, /unknown key "grounded".*grounding/],
  [`${least}pre-train: {}\n`, /unknown key "pre-train".*pretrain/],
  [`${least}  text: { pooling: median }\n`, /text\.pooling/],
  [`${least}  augmentation: { zoom: [2, 1] }\n`, /augmentation\.zoom.*least/],
  ['pretrain:\n  objective: { name: convirt, tau: 1 }\n  training: { steps: 10 }\n', /unknown key "tau"/],
  ['pretrain:\n  objective: { name: convirt }\n  training: { steps: 0 }\n', /training\.steps/],
  ['plan: {}\n', /pretrain/],
])('refuses in one line what it does not know: %s', async (text, message) => {
  const error: unknown = await read(text).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
  expect(String(error)).toContain('recipe.yaml');
  expect(String(error)).not.toContain('\n');
});

it('names the same run however often it saves, and another for any other change', async () => {
  const recipe = await read(least);
  const changed = (training: object) =>
    recipeFingerprint({ ...recipe, training: { ...recipe.training, ...training } });
  expect(changed({ checkpointEvery: 7, keep: 9 })).toBe(recipeFingerprint(recipe));
  expect(changed({ seed: 7 })).not.toBe(recipeFingerprint(recipe));
});

const folder = fileURLToPath(new URL('../../recipes', import.meta.url));

it.each(['convirt', 'convirt-small', 'gloria', 'gloria-small', 'reader'])(
  'reads %s, which ships',
  async name => {
    const { objective } = await readPretrainRecipe(join(folder, `${name}.yaml`));
    expect(objective.name).toBe(name.startsWith('gloria') ? 'gloria' : 'convirt');
  },
);

it.each([
  [`${least.trimEnd().slice(0, -1)}, schedule: plateau }\n`, /training\.schedule.*set validation/],
  [`${least.trimEnd().slice(0, -1)}, batch: 4, accumulate: 8 }\n`, /training\.accumulate.*more parts/],
])('refuses what cannot be meant together: %s', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});
