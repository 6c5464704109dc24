import { Random } from '../../base/index.js';
import { encodePng, type Sample } from '../../data/index.js';
import { type Painter, type PaintRequest, type PictureFaultName, pictureFaults } from '../../images/index.js';
import { sampleOf } from '../generate/sample.js';
import type { Patient, Study } from './patient.js';
import type { HospitalReport } from './report.js';
import type { HospitalSettings } from './settings.js';

/** A study with its report. */
export interface ReportedStudy {
  readonly patient: Patient;
  readonly study: Study;
  readonly report: HospitalReport;
}

/** What is known of a sample that an archive would not tell: a line of `truth.jsonl`. */
export interface Truth extends Omit<HospitalReport, 'findings' | 'impression'> {
  readonly id: string;
  /** What is wrong with the picture. */
  readonly fault: PictureFaultName | null;
  /** What the patient has, whether or not the picture can show it. */
  readonly has: readonly string[];
}

export interface HospitalSample {
  readonly sample: Sample;
  readonly truth: Truth;
}

/** The pictures of studies, and what an archive would hold of them. */
export async function pictureStudies(
  studies: readonly ReportedStudy[],
  {
    settings,
    painter,
    size,
    seed,
    signal,
  }: {
    readonly settings: HospitalSettings;
    readonly painter: Painter;
    readonly size: number;
    readonly seed: number;
    readonly signal: AbortSignal;
  },
): Promise<HospitalSample[]> {
  const requests = studies.map(({ patient, study, report }): PaintRequest => {
    const shown = study.findings.filter(({ painted }) => painted);
    return {
      id: study.id,
      findings: report.findings,
      impression: report.impression,
      mentions: [],
      size,
      seed,
      attempt: 0,
      person: { id: patient.id, view: study.view, sex: patient.sex, age: study.age },
      shown: shown.map(({ concept, side, site, severity, extent, level, episode }) => ({
        concept,
        ...(side && { side }),
        ...(site && { site }),
        ...(severity && { severity }),
        ...(extent && { extent }),
        ...(level !== undefined && { level }),
        episode,
      })),
    };
  });
  const paintings = await painter.paint(requests, signal);
  return Promise.all(
    studies.map(async ({ patient, study, report }, index) => {
      const painting = paintings[index]!;
      const { findings, impression, ...rest } = report;
      const made = await sampleOf({
        report: { id: study.id, findings, impression, mentions: [] },
        painting: settings.regions ? painting : { ...painting, regions: [] },
        verdicts: [],
        source: `hospital:${settings.name}`,
      });
      const has = [...new Set(study.findings.map(({ concept }) => concept))];
      const random = Random.of(seed, study.id, 'hospital picture');
      const { bad, kinds } = settings.pictures;
      const fault = random.chance(bad) ? (random.weighted(known(kinds)) as PictureFaultName) : null;
      // An archive says nothing of what a painter could not show.
      const { unknown = [], ...sample } = made;
      const labels = has.filter(concept => !unknown.includes(concept));
      const truth: Truth = { id: study.id, fault, has, ...rest };
      const whole: Sample = { ...sample, labels, patient: patient.id, study: study.id };
      if (fault === null) return { sample: whole, truth };
      const kind = pictureFaults[fault];
      const good = { pixels: painting.pixels, width: size, height: size };
      const { pixels, width, height } = kind.make(good, size, random);
      const image = { bytes: await encodePng(pixels, width, height), path: whole.image.path };
      // Places are those of the good picture.
      return {
        sample: { ...whole, image, regions: [], labels: kind.shows === 'nothing' ? [] : labels },
        truth,
      };
    }),
  );
}

function known(weights: Readonly<Partial<Record<string, number>>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(weights).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}
