import { html } from 'hono/html';
import { duration } from '../../base/index.js';
import type { Html } from '../report/index.js';
import type { StudyOutcome } from '../run/study.js';
import { count, percent } from './words.js';

/** What stages of one kind took. */
export interface StageCost {
  readonly kind: 'data' | 'training' | 'scoring';
  /** The data set, the arm and method, or the task. */
  readonly name: string;
  /** How many stages. */
  readonly stages: number;
  readonly seconds: number;
  /** Pictures made, seen in training (with repetition), or nothing. */
  readonly pictures?: number | undefined;
}

const KINDS = { data: 'data sets', training: 'trainings', scoring: 'scores' } as const;

/** What the study took, by what was done. */
export function gatherCost({ study, datasets, trained, seconds }: StudyOutcome): StageCost[] {
  const costs = new Map<string, StageCost>();
  const add = (cost: StageCost) => {
    const key = `${cost.kind}\n${cost.name}`;
    const before = costs.get(key);
    const pictures = (cost.pictures ?? 0) + (before?.pictures ?? 0);
    costs.set(key, {
      ...cost,
      stages: cost.stages + (before?.stages ?? 0),
      seconds: cost.seconds + (before?.seconds ?? 0),
      ...(pictures > 0 ? { pictures } : {}),
    });
  };
  for (const name of study.sources.keys()) {
    const { samples } = datasets.get(name)!;
    add({ kind: 'data', name, stages: 1, seconds: seconds[`data/${name}`] ?? 0, pictures: samples });
  }
  for (const { training, result } of trained) {
    const pictures = result.steps * training.recipe.training.batch;
    const name = `${training.arm.name}, ${training.method}`;
    add({ kind: 'training', name, stages: 1, seconds: seconds[`train/${training.name}`] ?? 0, pictures });
    for (const task of Object.keys(study.tasks)) {
      add({
        kind: 'scoring',
        name: task,
        stages: 1,
        seconds: seconds[`score/${training.name}/${task}`] ?? 0,
      });
    }
  }
  return [...costs.values()];
}

export function costSection(costs: readonly StageCost[]): Html {
  const all = sumOf('all', costs);
  const kinds = (Object.keys(KINDS) as StageCost['kind'][])
    .map(kind => costs.filter(cost => cost.kind === kind))
    .filter(parts => parts.length > 0)
    .map(parts => ({ parts, sum: sumOf(KINDS[parts[0]!.kind], parts) }));
  return html`<p>${duration(all.seconds)} of work in all, stages of earlier runs included: ${kinds
    .map(({ sum: { name, seconds } }) => `${name} ${duration(seconds)}`)
    .join(', ')}.</p>
<details><summary>What each part took</summary><div class="scroll" tabindex="0" role="region" aria-label="What each part took"><table>
<caption>Time, and pictures that were made or that trainings saw (repetitions count).</caption>
<thead><tr><th scope="col">part</th><th scope="col">stages</th><th scope="col">time</th><th scope="col">share</th><th scope="col">pictures</th></tr></thead>
${kinds.map(
  ({
    parts,
    sum,
  }) => html`<tbody><tr class="sum"><th scope="rowgroup">${sum.name}</th>${figures(sum, all.seconds)}</tr>
${parts.map(
  part => html`<tr><th scope="row">${part.name}</th>${figures(part, all.seconds)}</tr>
`,
)}</tbody>`,
)}</table></div></details>`;
}

type Sum = Omit<StageCost, 'kind'>;

function sumOf(name: string, costs: readonly StageCost[]): Sum {
  const sum = (of: 'stages' | 'seconds' | 'pictures') =>
    costs.reduce((total, cost) => total + (cost[of] ?? 0), 0);
  return { name, stages: sum('stages'), seconds: sum('seconds'), pictures: sum('pictures') };
}

function figures({ stages, seconds, pictures = 0 }: Sum, total: number): Html {
  return html`<td>${count(stages)}</td><td>${duration(seconds)}</td><td>${percent(seconds, total)}</td><td>${pictures === 0 ? '–' : count(pictures)}</td>`;
}
