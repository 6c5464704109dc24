import { synrayVersion } from '../../data/index.js';
import type { StudyOutcome } from '../run/study.js';
import { type Choice, type DifferenceEstimate, type Estimate, Estimates } from './estimates.js';
import { familyOf, type TaskFamily } from './families.js';
import { readStudyScores } from './read-scores.js';
import { sentenceOf } from './sentences.js';

/** One score of one model. */
export interface ScoreRow extends Estimate {
  readonly arm: string;
  readonly method: string;
  readonly seed: number;
  readonly task: string;
  /** Of what: `mean AUC`, `Dice` … */
  readonly metric: string;
  /** What was scored: pictures, findings or reports. */
  readonly n: number;
  readonly patients: number;
  readonly data: string;
  readonly split: string;
  /** Class → its own score, where there are classes. */
  readonly classes: Readonly<Record<string, Estimate>>;
  /** The result and, beside it, the scores; from the study's folder. */
  readonly file: string;
}

/** An arm's mean over tasks, methods and seeds. */
export interface ArmResult extends Estimate {
  readonly title: string;
  readonly control: boolean;
}

/** One arm less another. */
export interface DifferenceResult extends DifferenceEstimate {
  readonly first: string;
  readonly second: string;
  /** What a publication says of it. */
  readonly claim?: { readonly value: number; readonly source: string };
  /** What was shown and what not, for people. */
  readonly sentence: string;
}

/** Arms, and their differences, over some tasks and methods. */
export interface Compared {
  readonly arms: Readonly<Record<string, ArmResult>>;
  /** `first-second`. */
  readonly differences: Readonly<Record<string, DifferenceResult>>;
}

/** All tasks of one kind together. */
export interface FamilyResult extends Compared {
  readonly family: TaskFamily;
  readonly tasks: readonly string[];
  /** Method → the same for it alone. */
  readonly methods: Readonly<Record<string, Compared>>;
  /** Task → the same for it alone, and by method. */
  readonly byTask: Readonly<
    Record<string, Compared & { readonly methods: Readonly<Record<string, Compared>> }>
  >;
}

/** What an ablation showed: the changed arm, the arm it was made of, and the difference over the first family. */
export interface AblationResult {
  readonly question: string;
  readonly of: string;
  readonly changed: Estimate;
  readonly unchanged: Estimate;
  readonly difference: DifferenceEstimate;
  readonly sentence: string;
}

/** `results.json`: everything that a study found. The same for the same recipe, however often it was stopped. */
export interface StudyResults {
  readonly title: string;
  readonly synray: string;
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly rounds: number;
  /** The kinds of tasks; the first is the headline. */
  readonly families: readonly FamilyResult[];
  readonly ablations: Readonly<Record<string, AblationResult>>;
  readonly scores: readonly ScoreRow[];
  readonly data: Readonly<
    Record<
      string,
      {
        readonly way: string;
        readonly samples: number;
        readonly patients: number;
        readonly fingerprint: string;
      }
    >
  >;
  readonly models: readonly {
    readonly arm: string;
    readonly method: string;
    readonly seed: number;
    readonly steps: number;
    readonly loss: number;
  }[];
}

/** Reads the score files of a study that is done, and measures arms against each other. */
export async function resultsOf(outcome: StudyOutcome, out: string): Promise<StudyResults> {
  const { study, datasets, trained, scores } = outcome;
  const { rounds } = study.intervals;
  const { rows, cells } = await readStudyScores(scores, study, out);
  const estimates = new Estimates(cells, study.intervals);
  const arms = study.arms.filter(arm => arm.ablation === undefined);
  const tasks = Object.entries(study.tasks);
  const families = [...new Map(tasks.map(([, task]) => [familyOf(task).name, familyOf(task)])).values()];

  // A claim is of the mean over the tasks and methods of the headline, and says nothing of other scores.
  const measured = (choice: Choice & { readonly tasks: readonly string[] }, isClaimed = false) => ({
    arms: Object.fromEntries(
      arms.flatMap(({ name, title, control }) => {
        const mean = estimates.mean(name, choice);
        return mean === undefined ? [] : [[name, { title, control, ...mean }] as const];
      }),
    ),
    differences: Object.fromEntries(
      study.differences.flatMap(({ first, second, claim }) => {
        const difference = estimates.difference(first, second, choice);
        if (difference === undefined) return [];
        const said = { ...difference, first, second, ...(isClaimed && claim && { claim }) };
        const sentence = sentenceOf({ ...said, seeds: study.recipe.seeds.length });
        return [[`${first}-${second}`, { ...said, sentence }] as const];
      }),
    ),
  });
  const byMethod = (tasks: readonly string[], isClaimed = false) => ({
    ...measured({ tasks }, isClaimed),
    methods: Object.fromEntries(
      Object.keys(study.recipe.methods).map(method => [method, measured({ tasks, methods: [method] })]),
    ),
  });
  const ablations = study.arms.flatMap(({ name, ablation, seeds, methods }) => {
    if (ablation === undefined) return [];
    const choice = { tasks: tasksOf(families[0]!.name), methods: Object.keys(methods) };
    const difference = estimates.difference(name, ablation.of, choice);
    if (difference === undefined) return [];
    const sentence = sentenceOf({ ...difference, first: name, second: ablation.of, seeds: seeds.length });
    const [changed, unchanged] = [estimates.mean(name, choice)!, estimates.mean(ablation.of, choice)!];
    return [[name, { ...ablation, changed, unchanged, difference, sentence }] as const];
  });
  function tasksOf(family: string): string[] {
    return tasks.filter(([, task]) => familyOf(task).name === family).map(([name]) => name);
  }
  return {
    title: study.title,
    synray: synrayVersion,
    seeds: study.recipe.seeds,
    steps: study.recipe.steps,
    rounds,
    families: families.map((family, place) => {
      const names = tasksOf(family.name);
      return {
        family,
        tasks: names,
        ...byMethod(names, place === 0),
        byTask: Object.fromEntries(names.map(task => [task, byMethod([task])])),
      };
    }),
    ablations: Object.fromEntries(ablations),
    scores: rows,
    data: Object.fromEntries(
      [...study.sources].map(([name, source]) => {
        const { samples, patients, fingerprint } = datasets.get(name)!;
        const way = Object.keys(source).find(key => source[key as keyof typeof source] !== undefined)!;
        return [name, { way, samples, patients, fingerprint }];
      }),
    ),
    models: trained.map(({ training: { arm, method, seed }, result: { steps, loss } }) => ({
      arm: arm.name,
      method,
      seed,
      steps,
      loss,
    })),
  };
}
