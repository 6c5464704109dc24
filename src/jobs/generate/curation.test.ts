import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256, UsageError } from '../../base/index.js';
import type { ChatMessage } from '../../chat/index.js';
import { HostileEndpoint } from '../../chat/testing/hostile-endpoint.js';
import { openDataset } from '../../data/index.js';
import { generate } from './generate.js';
import type { GenerateRecipeInput } from './recipe.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-judged-'));
});
afterAll(() => rm(home, { recursive: true }));

/** A judge that takes every second picture for no frontal view, always the same ones. */
function moody(messages: readonly ChatMessage[]): string {
  const content = JSON.stringify(messages[1]!.content);
  if (/cannot be read|over-processed/.test(content)) return 'no';
  const picture = /base64,([^"]*)/.exec(content)![1]!;
  return /frontal view/.test(content) && Number.parseInt(sha256(picture)[0]!, 16) % 2 === 0 ? 'NO' : 'YES';
}

describe('curation inside generate', () => {
  it('paints again what a judge refuses, sets it aside in the end, and asks nothing twice', async () => {
    const endpoint = await HostileEndpoint.start({ reply: moody });
    try {
      const recipe: GenerateRecipeInput = {
        pairs: 12,
        size: 128,
        seed: 5,
        attempts: 2,
        plan: { cap: 'least' },
        checks: ['size', 'contrast'],
        curation: { judge: { baseUrl: endpoint.url, model: 'sees' } },
      };
      const out = join(home, 'judged');
      const result = await generate({ recipe, out });
      expect(result.pairs + result.setAside).toBe(12);
      expect(result.pairs).toBeGreaterThan(5);
      const dataset = await openDataset(out);
      for await (const { verdicts } of dataset.samples()) {
        expect(verdicts.find(({ check }) => check === 'judge-frontal')).toMatchObject({
          passed: true,
          score: 1,
        });
      }
      const aside = (await readFile(join(out, 'set-aside.jsonl'), 'utf8')).split('\n').filter(Boolean);
      for (const line of aside) {
        expect(JSON.parse(line)).toMatchObject({
          stage: 'image',
          reason: expect.stringMatching(/judge-frontal/),
        });
      }
      // More pictures were shown to the judge than there are samples.
      const pictures = endpoint.log.length / 6;
      expect(pictures).toBeGreaterThan(12 / 2);
      const asked = endpoint.log.length;
      await rm(out, { recursive: true });
      const again = await generate({ recipe, out });
      expect(again).toMatchObject({ pairs: result.pairs, fingerprint: result.fingerprint });
      expect(endpoint.log).toHaveLength(asked);
      // Addresses are of this machine; what the judge was is not.
      const manifest = await readFile(join(out, 'synray.json'), 'utf8');
      expect(manifest).not.toContain(endpoint.url);
      expect(manifest).toContain('"judge": "sees"');
    } finally {
      await endpoint.stop();
    }
  });

  it('tells wrong settings before anything is made', async () => {
    const recipe = { pairs: 2, curation: { bad: [home] } };
    await expect(generate({ recipe, out: join(home, 'never') })).rejects.toThrow(UsageError);
    const stray = { pairs: 2, curation: { taste: 'good' } } as GenerateRecipeInput;
    await expect(generate({ recipe: stray, out: join(home, 'never') })).rejects.toThrow(
      /unknown key "taste"/,
    );
  });
});
