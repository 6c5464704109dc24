import { UsageError } from '../../base/index.js';
import { curate, isReportCheck, type ReportCheck, refusals } from '../../curation/index.js';
import { mapOrdered, type Sample, type Verdict } from '../../data/index.js';
import type { Painting } from '../../images/index.js';
import { type AcceptedReport, type Planner, writeReports } from '../../reports/index.js';
import type { GenerateRecipe } from './recipe.js';
import { sampleOf } from './sample.js';
import type { Stages } from './stages.js';

/** A sample that was given up, and why. */
export interface SetAside {
  readonly id: string;
  readonly stage: 'report' | 'image';
  readonly reason: string;
}

/** What became of a stretch of the plan: each sample is in one of the lists, in the order of the plan. */
export interface ShardResult {
  readonly samples: Sample[];
  readonly setAside: SetAside[];
}

/** Pictures asked of the painter at a time; a few such batches are under way, so that no worker waits. */
const BATCH = 16;
const BATCHES_AHEAD = 3;

export interface ShardRequest {
  readonly recipe: GenerateRecipe;
  readonly stages: Stages;
  readonly planner: Planner;
  /** The samples [from, to) of the plan. */
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal;
  /** Called with the number of samples that a batch brought to an end. */
  readonly onProgress: (samples: number) => void;
}

/** Makes a stretch of a data set. Depends on recipe and indices alone: not on batches, workers or other shards. */
export async function makeShard(request: ShardRequest): Promise<ShardResult> {
  const { planner, from, to, signal, onProgress } = request;
  const samples: Sample[] = [];
  const setAside: SetAside[] = [];
  for await (const batch of mapOrdered(stretches(from, to), BATCHES_AHEAD, stretch =>
    makeBatch(request, [...planner.reports(...stretch)]),
  )) {
    signal.throwIfAborted();
    samples.push(...batch.samples);
    setAside.push(...batch.setAside);
    onProgress(batch.samples.length + batch.setAside.length);
  }
  return { samples, setAside };
}

function* stretches(from: number, to: number): Generator<[number, number]> {
  for (let start = from; start < to; start += BATCH) yield [start, Math.min(start + BATCH, to)];
}

async function makeBatch(
  { recipe, stages, signal }: ShardRequest,
  plans: Parameters<typeof writeReports>[0]['plans'],
): Promise<ShardResult> {
  const { writer, tagger, painter } = stages;
  const { seed, attempts } = recipe;
  const tries = writer.parts.length === 1 ? attempts : writer.attempts;
  const written = await writeReports({ plans, writer, tagger, seed, attempts: tries, signal });
  const setAside: SetAside[] = written.setAside.map(({ id, reason }) => ({
    id,
    stage: 'report',
    reason,
  }));
  const samples = new Map<string, Sample>();
  // What is wrong with a report no painting mends: it is not painted at all.
  const judged = await judgeReports(stages.checks.filter(isReportCheck), written.accepted, signal);
  setAside.push(...judged.setAside);
  let open: readonly JudgedReport[] = judged.accepted;
  for (let attempt = 0; attempt < attempts && open.length > 0; attempt++) {
    signal.throwIfAborted();
    const again: JudgedReport[] = [];
    const painted = await paint(recipe, stages, open, attempt, signal);
    for (const { judged, painting, verdicts } of painted) {
      const { report } = judged;
      const reasons = refusals(verdicts);
      if (painting.unknown.length > 0 && recipe.unknown === 'set-aside') {
        const reason = `the painter cannot show ${painting.unknown.join(', ')}`;
        setAside.push({ id: report.id, stage: 'image', reason });
      } else if (reasons.length === 0) {
        samples.set(report.id, await sampleOf({ report, painting, verdicts, source: painter.name }));
      } else if (attempt + 1 < attempts) {
        again.push(judged);
      } else {
        setAside.push({ id: report.id, stage: 'image', reason: reasons.join('; ') });
      }
    }
    open = again;
  }
  const order = new Map(plans.map(({ id }, index) => [id, index]));
  return {
    samples: plans.flatMap(({ id }) => samples.get(id) ?? []),
    setAside: setAside.sort((a, b) => order.get(a.id)! - order.get(b.id)!),
  };
}

/** @throws UsageError when a painter does not give what the recipe asks it for. */
function refuseLess(name: string, painting: Painting, image: GenerateRecipe['image']): void {
  const missing =
    image.bits === 16 && painting.deepPixels === undefined
      ? 'bits: 16'
      : image.attenuation && painting.attenuation === undefined
        ? 'attenuation: true'
        : image.twins && painting.regions.some(region => region.twin === undefined)
          ? 'twins: true'
          : image.structures && painting.structures === undefined
            ? 'structures: true'
            : undefined;
  if (missing === undefined) return;
  throw new UsageError({
    fault: `the painter ${name} does not do what image asks for: ${missing}`,
    mend: 'leave it out of the recipe, or choose another painter',
  });
}

interface JudgedReport {
  readonly report: AcceptedReport;
  /** What the checks of the report said. */
  readonly verdicts: readonly Verdict[];
}

/** The reports that pass the checks of reports, and why the others do not. */
async function judgeReports(
  checks: readonly ReportCheck[],
  reports: readonly AcceptedReport[],
  signal: AbortSignal,
): Promise<{ accepted: JudgedReport[]; setAside: SetAside[] }> {
  const accepted: JudgedReport[] = [];
  const setAside: SetAside[] = [];
  const all = await curate(reports, checks, signal);
  for (const [index, report] of reports.entries()) {
    const verdicts = all[index]!;
    const reasons = refusals(verdicts);
    if (reasons.length === 0) accepted.push({ report, verdicts });
    else setAside.push({ id: report.id, stage: 'report', reason: reasons.join('; ') });
  }
  return { accepted, setAside };
}

interface Painted {
  readonly judged: JudgedReport;
  readonly painting: Painting;
  /** Of all checks, in their order. */
  readonly verdicts: Verdict[];
}

async function paint(
  { size, seed, image }: GenerateRecipe,
  { painter, checks }: Stages,
  reports: readonly JudgedReport[],
  attempt: number,
  signal: AbortSignal,
): Promise<Painted[]> {
  // A painter is told the report and its reading; nothing of the plan.
  const requests = reports.map(({ report: { id, findings, impression, mentions } }) => {
    return { id, findings, impression, mentions, size, seed, attempt, ...image };
  });
  const paintings = await painter.paint(requests, signal);
  for (const painting of paintings) refuseLess(painter.name, painting, image);
  const inputs = requests.map(({ id, findings, impression, mentions }, index) => {
    const { pixels } = paintings[index]!;
    return { id, findings, impression, mentions, pixels, width: size, height: size };
  });
  const pictureChecks = checks.filter(check => !isReportCheck(check));
  const verdicts = await curate(inputs, pictureChecks, signal);
  const order = new Map(checks.map(({ name }, place) => [name, place]));
  const placeOf = ({ check }: Verdict) => order.get(check) ?? order.size;
  return reports.map((judged, index) => ({
    judged,
    painting: paintings[index]!,
    verdicts: [...judged.verdicts, ...verdicts[index]!].sort((a, b) => placeOf(a) - placeOf(b)),
  }));
}
