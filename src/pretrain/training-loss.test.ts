import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SQUARES_SIZE, writeSquares } from './__fixtures__/squares.js';
import { PretrainRecipe } from './recipe.js';
import { pretrain } from './trainer.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-objectives-'));
  await writeSquares(join(home, 'squares'), 64);
});
afterAll(() => rm(home, { recursive: true, force: true }));

it.each(['gloria', 'clip', 'siglip'])(
  '%s makes its loss and the grounded term smaller in training',
  async name => {
    const recipe = PretrainRecipe.parse({
      objective: { name },
      grounding: { weight: 1 },
      image: { size: SQUARES_SIZE, form: 'slim', width: 0.5 },
      text: { hidden: 32, layers: 1, heads: 2, intermediate: 64, vocabulary: 120 },
      projection: { hidden: 32, dimension: 32 },
      sharedTextPositive: true,
      training: { steps: 40, batch: 16, warmup: 4, learningRate: 3e-3, seed: 5, threads: 1 },
    });
    const out = join(home, name);
    await pretrain({ recipe, data: [join(home, 'squares')], out });
    const lines = (await readFile(join(out, 'log.jsonl'), 'utf8')).trim().split('\n');
    const steps = lines.map(line => JSON.parse(line) as Record<'loss' | 'grounding', number>);
    const mean = (part: 'loss' | 'grounding', from: number, to?: number) => {
      const values = steps.slice(from, to).map(step => step[part]);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    for (const part of ['loss', 'grounding'] as const) {
      expect(mean(part, -8), part).toBeLessThan(0.9 * mean(part, 0, 4));
    }
  },
);
