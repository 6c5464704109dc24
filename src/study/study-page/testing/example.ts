import { Random } from '../../../base/index.js';
import type { DifferenceResult, FamilyResult, ScoreRow, StudyResults } from '../../results/results.js';
import { sentenceOf } from '../../results/sentences.js';
import type { StudyPageData } from '../render.js';

/** What must come out as text wherever it stands. */
export const HOSTILE = `<script>alert("x")</script> & 'y' | 50 % of_$#{~^\\}`;

/** 1 × 1. */
const PICTURE = '/9j/4AAQSkZJRg==';

const ARMS = { real: 'Real', control: 'Real, curated', synthetic: 'Synthetic' } as const;
const METHODS = ['convirt', 'gloria'];

export interface ExampleOptions {
  /** In titles, names of tasks, questions, sources, labels. */
  readonly text?: string;
  readonly seeds?: readonly number[];
}

/** Results of two families, two methods, three arms and an ablation; every number is another one. */
export function exampleResults({ text = 'plain', seeds = [1] }: ExampleOptions = {}): StudyResults {
  const random = Random.of('study page');
  const estimate = (from = 0.3, to = 0.7) => {
    const value = random.uniform(from, to);
    return { value, low: value - random.uniform(0.01, 0.04), high: value + random.uniform(0.01, 0.04) };
  };
  const difference = (first: string, second: string): DifferenceResult => {
    const said = {
      first,
      second,
      ...estimate(-0.1, 0.1),
      p: random.uniform(0, 1),
      claim: { value: 0.038, source: `Liu ${text}` },
    };
    return { ...said, sentence: sentenceOf({ ...said, seeds: seeds.length }) };
  };
  const compared = () => ({
    arms: Object.fromEntries(
      Object.entries(ARMS).map(([name, title]) => [
        name,
        { title: `${title} ${text}`, control: name === 'control', ...estimate() },
      ]),
    ),
    differences: {
      'synthetic-real': difference('synthetic', 'real'),
      'control-real': difference('control', 'real'),
    },
  });
  const whole = () => ({
    ...compared(),
    methods: Object.fromEntries(METHODS.map(method => [method, compared()])),
  });
  const family = (name: string, metric: string, tasks: readonly string[]) => ({
    family: { name, metric },
    tasks,
    ...whole(),
    byTask: Object.fromEntries(tasks.map(task => [task, whole()])),
  });
  const families: FamilyResult[] = [
    family('zero-shot', 'mean AUC', ['nih', 'rsna']),
    family('grounding', 'Dice', ['boxes']),
  ];
  const changed = { ...estimate(-0.1, 0.1), p: 0.5 };
  return {
    title: `A study of ${text}`,
    synray: '0.1.0',
    seeds,
    steps: 1234,
    rounds: 987,
    families,
    ablations: {
      'no-curation': {
        question: `Does curation matter? ${text}`,
        of: 'synthetic',
        changed: estimate(),
        unchanged: estimate(),
        difference: changed,
        sentence: sentenceOf({ ...changed, first: 'no-curation', second: 'synthetic', seeds: 1 }),
      },
    },
    scores: scoreRows(families, seeds, estimate),
    data: { hospital: { way: 'generate', samples: 40, patients: 30, fingerprint: 'ab'.repeat(32) } },
    models: [],
  };
}

function scoreRows(
  families: readonly FamilyResult[],
  seeds: readonly number[],
  estimate: () => { value: number; low: number; high: number },
): ScoreRow[] {
  return families.flatMap(({ family: { metric }, tasks }) =>
    tasks.flatMap(task =>
      METHODS.flatMap(method =>
        Object.keys(ARMS).flatMap(arm =>
          seeds.map(seed => ({
            ...{ arm, method, seed, task, metric, n: 40, patients: 30, data: 'hospital', split: 'test' },
            ...{ ...estimate(), classes: {}, file: `scores/${arm}.json` },
          })),
        ),
      ),
    ),
  );
}

/** Everything that a page shows. */
export function examplePage(options: ExampleOptions = {}): StudyPageData {
  const { text = 'plain' } = options;
  const results = exampleResults(options);
  return {
    results,
    taskTitles: { nih: `NIH ${text}`, rsna: 'RSNA', boxes: 'boxes' },
    armSteps: [
      { name: 'real', steps: 1234 },
      { name: 'synthetic', steps: 1234 },
    ],
    cards: [
      {
        name: 'hospital',
        way: 'generate',
        madeHere: true,
        description: `A hospital. ${text}`,
        splits: { train: 30, test: 10 },
        samples: 40,
        patients: 30,
        fingerprint: 'ab'.repeat(32),
      },
    ],
    tails: [
      { name: 'hospital', samples: 30, entities: [20, 10, 5, 1], labels: { [`Mass ${text}`]: 9, Edema: 1 } },
      { name: `pairs ${text}`, samples: 30, entities: [9, 9, 9], labels: { Edema: 5 } },
    ],
    losses: [{ name: 'clean', way: 'curate', kept: 38, refused: 2, reasons: { [`blur ${text}`]: 2 } }],
    gallery: {
      task: 'boxes',
      method: 'convirt',
      seed: 1,
      fromOutside: false,
      items: [
        {
          finding: `Mass ${text}`,
          place: 'test of hospital, number 3',
          picture: PICTURE,
          maps: [{ arm: 'real', picture: PICTURE, inside: true }],
        },
      ],
    },
    curves: ['real', 'synthetic'].map(arm => ({
      ...{ arm, method: 'convirt', seed: 1 },
      points: [1, 2, 3].map(step => ({ step, loss: 4 / step })),
    })),
    cost: [
      { kind: 'data', name: 'hospital', stages: 1, seconds: 75, pictures: 40 },
      { kind: 'training', name: `real, ${text}`, stages: 1, seconds: 225 },
    ],
    settings: `title: ${text}\n`,
    command: 'npx synray study recipe.yaml --out runs/x',
    versions: { synray: '0.1.0', libtorch: '1.13.1' },
  };
}
