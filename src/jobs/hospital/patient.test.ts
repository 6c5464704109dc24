import { beforeAll, describe, expect, it } from 'vitest';
import { defaultBank } from '../../entities/index.js';
import { simulatorConcepts } from '../../images/index.js';
import { choosePatients } from './choose.js';
import { FindingTable } from './findings.js';
import { LabelSets } from './label-sets.js';
import { Admissions, type Patient } from './patient.js';
import { type HospitalSettings, readHospital } from './settings.js';

const bands = [20, 35, 50, 65, 80];
const sets = LabelSets.nih();
const { labels } = sets;
const has = (mask: number, bit: number) => (mask >> bit) & 1;

function admissionsOf(settings: HospitalSettings, seed = 7): Admissions {
  return new Admissions(settings, new FindingTable(defaultBank(), settings, simulatorConcepts), seed);
}

describe('patients of hospital a', () => {
  let a: HospitalSettings;
  let patients: Patient[];
  beforeAll(async () => {
    a = await readHospital('a');
    const admissions = admissionsOf(a);
    patients = Array.from({ length: 20_000 }, (_, index) => admissions.patient(index));
  }, 120_000);

  /** Shares of the table among adults: of its pictures, of each label, of each two together. */
  function expected(of: (mask: number, view: string) => number): number {
    let sum = 0;
    let all = 0;
    for (const band of bands)
      for (const sex of ['F', 'M'] as const)
        for (const row of sets.rows({ band, sex })) {
          all += row.count;
          sum += row.count * of(row.labels, row.view);
        }
    return sum / all;
  }

  function seen(of: (mask: number, view: string) => number, least = 0): number {
    const studies = patients.flatMap(patient => patient.studies.filter(({ number }) => number >= least));
    return studies.reduce((sum, study) => sum + of(study.labels, study.view), 0) / studies.length;
  }

  it('have each label as often as the table, in first studies and in later ones', () => {
    labels.forEach((_, bit) => {
      const share = expected(mask => has(mask, bit));
      expect(Math.abs(seen(mask => has(mask, bit)) - share)).toBeLessThan(0.006);
      expect(Math.abs(seen(mask => has(mask, bit), 3) - share)).toBeLessThan(0.01);
    });
  });

  it('have labels together as often as the table', () => {
    for (let one = 0; one < labels.length; one++)
      for (let other = 0; other < one; other++) {
        const both = (mask: number) => has(mask, one) & has(mask, other);
        expect(Math.abs(seen(both) - expected(both))).toBeLessThan(0.004);
      }
  });

  it('are free of all labels, and pictured standing, as often as the table', () => {
    const none = (mask: number) => Number(mask === 0);
    expect(Math.abs(seen(none) - expected(none))).toBeLessThan(0.015);
    const standing = (_: number, view: string) => Number(view === 'PA');
    expect(Math.abs(seen(standing) - expected(standing))).toBeLessThan(0.015);
  });

  it('keep each label from one study to the next at least as the settings say', () => {
    for (const label of ['Effusion', 'Pneumothorax', 'Atelectasis', 'Mass'] as const) {
      const bit = labels.indexOf(label);
      let [before, again] = [0, 0];
      for (const { studies } of patients)
        for (let at = 1; at < studies.length; at++) {
          if (has(studies[at - 1]!.labels, bit) === 0) continue;
          before++;
          again += has(studies[at]!.labels, bit);
        }
      const share = expected(mask => has(mask, bit));
      const correlation = (again / before - share) / (1 - share);
      const { [label]: wanted = 0 } = a.persistence.labels;
      expect(correlation).toBeGreaterThan(wanted - 0.03);
      expect(correlation).toBeLessThan(wanted + 0.15);
    }
  });

  it('have tails and devices at the shares of their sources', () => {
    const share = (concept: string, view?: string) => {
      const studies = patients
        .flatMap(patient => patient.studies)
        .filter(study => view === undefined || (view === 'PA') === (study.view === 'PA'));
      return (
        studies.filter(({ findings }) => findings.some(finding => finding.concept === concept)).length /
        studies.length
      );
    };
    expect(share('spine degeneration')).toBeCloseTo(370 / 2334, 1);
    expect(share('bulla')).toBeLessThan(0.01);
    expect(share('endotracheal tube', 'AP')).toBeGreaterThan(10 * share('endotracheal tube', 'PA'));
  });

  it('show a finding that goes on as the same episode at the same place, and what lasts for good', () => {
    let kept = 0;
    for (const { studies } of patients.slice(0, 3000))
      for (let at = 1; at < studies.length; at++) {
        const before = new Map(studies[at - 1]!.findings.map(finding => [finding.episode, finding]));
        for (const finding of studies[at]!.findings) {
          const old = before.get(finding.episode);
          expect(finding.change === 'new').toBe(old === undefined);
          if (old === undefined) continue;
          kept++;
          expect([finding.concept, finding.side, finding.site]).toEqual([old.concept, old.side, old.site]);
          if (finding.change === 'increased') expect(finding.level).toBeGreaterThan(old.level!);
          if (finding.change === 'decreased') expect(finding.level).toBeLessThan(old.level!);
        }
        for (const gone of studies[at]!.resolved)
          expect(studies[at]!.findings.some(({ episode }) => episode === gone.episode)).toBe(false);
      }
    expect(kept).toBeGreaterThan(1000);
  });

  it('are the same whenever they are drawn, and others for another seed or hospital', async () => {
    const again = admissionsOf(a).patient(4711);
    expect(again).toEqual(patients[4711]);
    expect(admissionsOf(a, 8).patient(4711).studies).not.toEqual(again.studies);
    const b = admissionsOf(await readHospital('b'));
    const ids = new Set(patients.flatMap(({ id, studies }) => [id, ...studies.map(study => study.id)]));
    for (let index = 0; index < 500; index++) expect(ids.has(b.patient(index).id)).toBe(false);
    expect(ids.size).toBe(patients.length + patients.flatMap(({ studies }) => studies).length);
  });
});

describe('choosePatients', () => {
  it('takes patients as they come, then those who bring what is missing', async () => {
    const b = admissionsOf(await readHospital('b'));
    const chosen = choosePatients(b, labels, { patients: 100, enrich: 50 });
    expect(chosen.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(new Set(chosen).size).toBe(chosen.length);
    const studies = chosen.flatMap(index => b.patient(index).studies);
    labels.forEach((_, bit) => {
      const count = studies.filter(study => has(study.labels, bit) === 1).length;
      expect(count).toBeGreaterThanOrEqual(50);
    });
    expect(chosen.length).toBeLessThan(1000);
  }, 60_000);

  it('says when some label never comes', () => {
    const nobody = { patient: () => ({ id: '', sex: 'F' as const, studies: [] }) };
    expect(() => choosePatients(nobody, labels, { patients: 1, enrich: 1 })).toThrow(/too few patients/);
  });
});
