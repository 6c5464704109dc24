import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../base/index.js';
import { decodeGrey, openDataset, type Sample } from '../../data/index.js';
import { defaultBank } from '../../entities/index.js';
import { type Painter, SimulatorPainter, simulatorConcepts } from '../../images/index.js';
import { GrammarWriter } from '../../reports/index.js';
import { LocalExecutor } from '../executors/local.js';
import { FindingTable } from './findings.js';
import { type HospitalOptions, simulateHospital } from './hospital.js';
import { Admissions } from './patient.js';
import type { Truth } from './pictures.js';
import { Reporter } from './report.js';
import { HospitalSettings, readHospital } from './settings.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hospital-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Paints nothing much, fast: a grey that tells the study, and a mark for each finding. */
function sketch(): Painter {
  return {
    name: 'sketch',
    concepts: simulatorConcepts,
    async paint(requests) {
      return requests.map(({ id, size, person, shown = [] }) => {
        const grey = Number.parseInt(sha256(id).slice(0, 2), 16);
        return {
          pixels: new Uint8Array(size * size).map((_, at) => (at % 7) * 10 + (grey >> 1)),
          size,
          view: person!.view,
          sex: person!.sex,
          age: person!.age,
          regions: shown.map(({ concept }) => ({
            concept,
            change: new Uint8Array(size * size).fill(9),
            box: [0.1, 0.1, 0.5, 0.5] as const,
          })),
          unknown: [],
        };
      });
    },
    async close() {},
  };
}

async function bytesOf(out: string): Promise<Record<string, string>> {
  const files = (await readdir(out, { recursive: true, withFileTypes: true })).filter(file => file.isFile());
  const entries = files.map(async file => {
    const path = join(file.parentPath, file.name);
    return [path.slice(out.length), sha256(await readFile(path))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function samplesOf(out: string, split: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(out)).samples(split)) samples.push(sample);
  return samples;
}

const recipe = { patients: 12, seed: 3, shardSize: 3 };
const run = (name: string, more: Partial<HospitalOptions> = {}) =>
  simulateHospital({ recipe, out: join(folder, name), painter: sketch(), ...more });

describe('simulateHospital', () => {
  it('gives the same bytes for any number of shards under way, and after being stopped', async () => {
    await run('one', { executor: new LocalExecutor(1) });
    await run('many', { executor: new LocalExecutor(4) });
    const stop = new AbortController();
    const stopped = run('stopped', {
      executor: new LocalExecutor(1),
      signal: stop.signal,
      onProgress: done => done >= 6 && stop.abort(),
    });
    await expect(stopped).rejects.toThrow();
    const left = await readdir(join(folder, 'stopped/data'));
    expect(left.length).toBeGreaterThan(0);
    await writeFile(join(folder, 'stopped/data/.train-1.tmp'), 'half a shard');
    await run('stopped');
    const whole = await bytesOf(join(folder, 'one'));
    expect(Object.keys(whole)).toContain('/truth.jsonl');
    expect(await bytesOf(join(folder, 'many'))).toEqual(whole);
    expect(await bytesOf(join(folder, 'stopped'))).toEqual(whole);
  }, 120_000);

  it('refuses a folder of other settings', async () => {
    await expect(run('one', { recipe: { ...recipe, seed: 4 } })).rejects.toThrow(/other settings/);
  });

  it('says that all of it is simulated, and holds what an archive holds', async () => {
    const card = await readFile(join(folder, 'one/README.md'), 'utf8');
    expect(card).toContain('Everything here is simulated: no patient, picture or report is real.');
    expect(card).toMatch(/leave a finding out \(each is with a chance of 0\.19\)/);
    const samples = await samplesOf(join(folder, 'one'), 'train');
    expect(new Set(samples.map(({ patient }) => patient)).size).toBe(12);
    expect(new Set(samples.map(({ study }) => study)).size).toBe(samples.length);
    for (const { regions, mentions, unknown, source } of samples) {
      expect([regions, mentions]).toEqual([[], []]);
      expect([unknown ?? undefined, source]).toEqual([undefined, 'hospital:a']);
    }
  });

  it('gives labels as the patient has them, and none where a bad picture shows nothing', async () => {
    const a = await readHospital('a');
    const settings = { ...a, pictures: { ...a.pictures, bad: 1, kinds: { lateral: 1, blur: 1 } } };
    const result = await run('bad', { settings });
    const truths = (await readFile(join(folder, 'bad/truth.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Truth);
    const samples = await samplesOf(join(folder, 'bad'), 'train');
    expect(truths.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
    truths.forEach(({ fault, has }, index) => {
      expect(samples[index]!.labels).toEqual(fault === 'lateral' ? [] : has);
    });
    expect(Object.values(result.badPictures).reduce((sum, count) => sum + count, 0)).toBe(samples.length);
  }, 60_000);

  it('fills a test set of another hospital with regions, each label often enough', async () => {
    const test = { hospital: 'b', patients: 20, enrich: 5, seed: 3 };
    const { samples } = await run('test', { recipe: test });
    const found = await samplesOf(join(folder, 'test'), 'test');
    expect(found.length).toBe(samples);
    const bank = defaultBank();
    const nih = new Map(bank.entities.map(({ concept, labels }) => [concept, labels.nih]));
    const counts = new Map<string, number>();
    for (const { labels } of found)
      for (const label of new Set(labels.map(concept => nih.get(concept))))
        if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
    expect(counts.size).toBe(14);
    for (const count of counts.values()) expect(count).toBeGreaterThanOrEqual(5);
    expect(found.some(({ regions }) => regions[0]?.mask != null)).toBe(true);
    const train = await samplesOf(join(folder, 'one'), 'train');
    const patients = new Set(train.map(({ patient }) => patient));
    expect(found.filter(({ patient }) => patients.has(patient))).toEqual([]);
  }, 120_000);

  it('shows the same body in every study of a patient', async () => {
    const a = await readHospital('a');
    const painter = new SimulatorPainter({ workers: 0, site: a.pictures.site });
    const settings = HospitalSettings.parse({
      ...a,
      patients: { ...a.patients, studies: { 2: 1 } },
      pictures: { ...a.pictures, bad: 0 },
    });
    await run('pairs', { painter, settings, recipe: { patients: 6, seed: 5 } });
    const samples = await samplesOf(join(folder, 'pairs'), 'train');
    const small = await Promise.all(
      samples.map(async ({ image }) => (await decodeGrey(image.bytes, { source: '' })).pixels),
    );
    const alike = (one: number, other: number) => correlation(small[one]!, small[other]!);
    let [same, different] = [0, 0];
    for (let patient = 0; patient < 6; patient++) {
      same += alike(2 * patient, 2 * patient + 1) / 6;
      different += alike(2 * patient, (2 * patient + 3) % 12) / 6;
    }
    expect(same).toBeGreaterThan(different);
    expect(same).toBeLessThan(0.999);
  }, 120_000);
});

describe('reports of hospital a', () => {
  it('leave out, repeat, compare and err at the rates of the settings', async () => {
    const a = await readHospital('a');
    const table = new FindingTable(defaultBank(), a, simulatorConcepts);
    const admissions = new Admissions(a, table, 11);
    const writer = new GrammarWriter(defaultBank(), a.reports.styles);
    const reporter = new Reporter(a, table, writer, defaultBank(), 11);
    let [findings, omitted, follow, copied, own, errors, material, onlyImpression, later, compared] = Array(
      10,
    ).fill(0) as number[] as [number, number, number, number, number, number, number, number, number, number];
    for (let index = 0; index < 700; index++) {
      const patient = admissions.patient(index);
      const reports = reporter.reports(patient);
      expect(reporter.reports(patient)).toEqual(reports);
      reports.forEach((report, number) => {
        if (number > 0) follow++;
        if (report.copied) {
          copied++;
          const { findings: text, impression } = reports[number - 1]!;
          expect([report.findings, report.impression]).toEqual([text, impression]);
          return;
        }
        own++;
        findings += patient.studies[number]!.findings.length;
        omitted += report.omitted.length;
        if (report.error !== 'none') errors++;
        if (report.error === 'material') material++;
        if (report.sections === 'impression only') onlyImpression++;
        if (number > 0) later++;
        if (report.compared) compared++;
        expect(`${report.findings}${report.impression}`).not.toBe('');
        if (report.sections === 'impression only') expect(report.findings).toBe('');
      });
    }
    expect(Math.abs(omitted / findings - 0.19)).toBeLessThan(0.03);
    expect(Math.abs(errors / own - 0.097)).toBeLessThan(0.025);
    expect(Math.abs(material / own - 0.019)).toBeLessThan(0.012);
    expect(Math.abs(onlyImpression / own - 0.136)).toBeLessThan(0.03);
    expect(Math.abs(compared / later - 0.474)).toBeLessThan(0.05);
    expect(copied / follow).toBeGreaterThan(0.02);
    expect(copied / follow).toBeLessThan(0.1);
  }, 120_000);
});

function correlation(one: Uint8Array, other: Uint8Array): number {
  const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  let [both, first, second] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    both += (one[at]! - a) * (other[at]! - b);
    first += (one[at]! - a) ** 2;
    second += (other[at]! - b) ** 2;
  }
  return both / Math.sqrt(first * second);
}
