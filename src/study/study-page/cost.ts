import { html } from 'hono/html';
import { duration } from '../../base/index.js';
import type { Html } from '../report/index.js';
import type { StudyOutcome } from '../run/study.js';
import { count } from './words.js';

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
  const sum = (rows: readonly StageCost[]) => rows.reduce((total, { seconds }) => total + seconds, 0);
  const total = sum(costs);
  const kinds = (Object.keys(KINDS) as StageCost['kind'][]).filter(kind =>
    costs.some(cost => cost.kind === kind),
  );
  return html`<p>${duration(total)} of work in all, stages of earlier runs included: ${kinds
    .map(kind => `${KINDS[kind]} ${duration(sum(costs.filter(cost => cost.kind === kind)))}`)
    .join(', ')}.</p>
<details><summary>What each part took</summary><div class="scroll" tabindex="0" role="region" aria-label="What each part took"><table>
<caption>Time, and pictures that were made or that trainings saw (repetitions count).</caption>
<thead><tr><th scope="col">part</th><th scope="col">stages</th><th scope="col">time</th><th scope="col">share</th><th scope="col">pictures</th></tr></thead>
${kinds.map(
  kind => html`<tbody><tr class="sum"><th scope="rowgroup" colspan="5">${KINDS[kind]}</th></tr>
${costs
  .filter(cost => cost.kind === kind)
  .map(
    ({
      name,
      stages,
      seconds,
      pictures,
    }) => html`<tr><th scope="row">${name}</th><td>${count(stages)}</td><td>${duration(seconds)}</td>
<td>${total === 0 ? '–' : `${((100 * seconds) / total).toFixed(1)}\u00a0%`}</td><td>${pictures === undefined ? '–' : count(pictures)}</td></tr>
`,
  )}</tbody>`,
)}</table></div></details>`;
}
