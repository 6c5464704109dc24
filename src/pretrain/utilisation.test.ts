import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encoderFlops, learnTokenizer } from '../models/index.js';
import { zeros } from '../tensor/index.js';
import { buildModel } from './build-model.js';
import { PretrainRecipe } from './recipe.js';
import { peakFlops, stepFlops } from './utilisation.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-peak-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

it('measures the machine once a run, anew for another precision', async () => {
  const machine = { device: 'cpu', precision: 'f32' } as const;
  const first = await peakFlops(home, machine);
  expect(first).toBeGreaterThan(1e8);
  expect(await peakFlops(home, machine)).toBe(first);
  const file = join(home, 'machine.json');
  const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
  expect(stored).toMatchObject({ ...machine, peakFlops: first });
  await writeFile(file, JSON.stringify({ ...(stored as object), precision: 'bf16', peakFlops: 7 }));
  expect(await peakFlops(home, { device: 'cpu', precision: 'bf16' })).toBe(7);
  expect(await peakFlops(home, machine)).toBeGreaterThan(1e8);
});

it('counts two operations a multiply-add, forward and twice that backward, of every picture and text', async () => {
  const recipe = PretrainRecipe.parse({ objective: { name: 'convirt' }, training: { steps: 1 } });
  const tokenizer = learnTokenizer(['no effusion'], 100);
  const { config } = await buildModel(recipe, tokenizer);
  const inputs = { pictures: zeros([3, 1, 64, 64]), tokens: tokenizer.batch(['no effusion', 'effusion'], 8) };
  const { image, text } = encoderFlops(config, 64, inputs.tokens.columns);
  expect(stepFlops(config, 64, inputs)).toBe(6 * (3 * image + 2 * text));
});
