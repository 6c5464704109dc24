import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { UsageError } from '../base/index.js';
import { PretrainRecipe } from './recipe.js';
import { changeRecipe, dataSourceIn, recipeChangeIn } from './recipe-changes.js';

const home = mkdtempSync(join(tmpdir(), 'synray-changes-'));
afterAll(() => rmSync(home, { recursive: true }));

const recipe = PretrainRecipe.parse({ objective: { name: 'convirt' }, training: { steps: 10 } });
const changed = (...texts: string[]) => changeRecipe(recipe, texts.map(recipeChangeIn));

it('changes what it is told, and nothing else', () => {
  const other = changed('training.batch=8', 'augmentation.zoom=[0.5, 1]', 'training.threads=1');
  expect(other).toEqual({
    ...recipe,
    augmentation: { ...recipe.augmentation, zoom: [0.5, 1] },
    training: { ...recipe.training, batch: 8, threads: 1 },
  });
  expect(changed()).toBe(recipe);
  expect(changed('objective={ name: gloria }').objective.name).toBe('gloria');
});

it.each([
  ['training.batchh=8', /training.*batchh/],
  ['training.batch=many', /training\.batch/],
  ['training.batch.of=3', /training\.batch/],
  ['__proto__.polluted=1', /no change of a recipe/],
  ['constructor.name=1', /unknown key "constructor"/],
  ['training.batch', /training\.batch=96/],
  ['objective={', /YAML/],
])('refuses %s', (text, message) => {
  expect(() => changed(text)).toThrow(UsageError);
  expect(() => changed(text)).toThrow(message);
});

it('reads data sets with weights and without, and folders whose names look like one', async () => {
  expect(dataSourceIn('runs/mine')).toEqual({ folder: 'runs/mine' });
  expect(dataSourceIn('runs/mine=0.5')).toEqual({ folder: 'runs/mine', weight: 0.5 });
  expect(dataSourceIn('runs/a=b')).toEqual({ folder: 'runs/a=b' });
  const odd = join(home, 'k=9');
  await mkdir(odd);
  expect(dataSourceIn(odd)).toEqual({ folder: odd });
  expect(() => dataSourceIn('runs/mine=-1')).toThrow(UsageError);
});
