import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hills, pictureSample, writeSamples } from '../generation/__fixtures__/pictures.js';
import { evaluateGeneration, generation } from './generation.js';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-generation-'));
  // Twenty patients with two pictures each, the second a little moved.
  const real = Array.from({ length: 40 }, (_, place) =>
    pictureSample(`real${place}`, hills(place >> 1, (place % 2) * 0.6), { patient: `patient ${place >> 1}` }),
  );
  const mirrored = hills(6).map((_, index, all) => all[index - (index % 64) + 63 - (index % 64)]!);
  const synthetic = Array.from({ length: 30 }, (_, place) =>
    pictureSample(`own${place}`, place === 4 ? hills(2) : place === 7 ? mirrored : hills(`fresh ${place}`), {
      findings: `There is a small left pleural effusion number ${'abcdefghij'[place % 10]}.`,
    }),
  );
  await writeSamples(at('real'), await Promise.all(real));
  await writeSamples(at('own'), await Promise.all(synthetic));
  const few = Array.from({ length: 40 }, (_, place) =>
    pictureSample(`x${place}`, hills(place), { patient: 'one' }),
  );
  await writeSamples(at('one-patient'), await Promise.all(few));
  await writeSamples(at('few'), await Promise.all(few.slice(0, 5)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('evaluate generation', () => {
  it('finds the planted copies, the exact and the mirrored one, and says all that a score must name', async () => {
    const options = { data: at('own'), real: at('real'), rounds: 50, falseAlarms: 0 };
    const told: number[] = [];
    const result = await evaluateGeneration({
      ...options,
      seeds: true,
      out: at('result.json'),
      pictures: at('sheet.png'),
      onProgress: (done, total) => told.push(done / total),
    });
    expect(result).toMatchObject({
      task: 'generation',
      n: 30,
      patients: 30,
      realN: 40,
      realPatients: 20,
      seed: 0,
    });
    expect(result.privacy.copies).toEqual(['own4', 'own7']);
    const [space] = result.privacy.spaces;
    expect(space!.planted).toMatchObject({
      exact: 1,
      JPEG: 1,
      contrast: 1,
      mirrored: 1,
      'cropped 5 %': 1,
      blurred: 1,
    });
    expect(space!.samePatient!.auc).toBeGreaterThan(0.95);
    // Ten reports of three pictures each, two of them with a copy.
    expect(space!.prompts).toMatchObject({ prompts: 10, pictures: 3, copied: 0.2 });
    expect(result.fidelity.all.n).toEqual([40, 30]);
    expect(result.fidelity.all.fid).toBeGreaterThan(0);
    expect(result.notes.join()).toMatch(/FID of 30 pictures in 1024 dimensions/);
    expect(told.at(-1)).toBeLessThanOrEqual(1);
    expect(told.every((value, place) => place === 0 || value >= told[place - 1]!)).toBe(true);
    expect(JSON.parse(await readFile(at('result.json'), 'utf8'))).toMatchObject({ n: 30 });
    expect((await readFile(at('sheet.png'))).subarray(1, 4).toString()).toBe('PNG');
    // Real samples may be named after patients: they are in no figure.
    expect(JSON.stringify({ ...result, real: '' })).not.toMatch(/real\d|patient \d/);

    const table = generation.format(result);
    expect(table).toMatch(/copies: 2 \(6\.7 %/);
    expect(table).toMatch(/control: real against real/);
    expect(await evaluateGeneration({ ...options, seeds: true })).toEqual(result);
  });

  it('refuses what cannot be measured', async () => {
    const options = { data: at('own'), real: at('real'), rounds: 10 };
    await expect(evaluateGeneration({ ...options, features: 'project' })).rejects.toThrow(/add --model/);
    await expect(evaluateGeneration({ ...options, features: at('nowhere') })).rejects.toThrow(
      /there is no feature space or folder/,
    );
    await expect(evaluateGeneration({ ...options, real: at('few') })).rejects.toThrow(
      /it has 5 pictures and 14 are needed/,
    );
    await expect(evaluateGeneration({ ...options, real: at('one-patient') })).rejects.toThrow(
      /its 1 patients give halves of/,
    );
    await expect(evaluateGeneration({ ...options, data: at('real'), seeds: true })).rejects.toThrow(
      /no report in it has several pictures/,
    );
  });
});
