// Bootstrap of the AUC by patient at the size of a public test set: 1,000 rounds, 14 classes, 25,000 pictures.
// Run: npm run bench evaluate

import { Random } from '../dist/base/index.js';
import { bootstrapAuc, Ranking } from '../dist/evaluate/metrics/index.js';

const PICTURES = 25_000;
const PATIENTS = 9_000;
const CLASSES = 14;
const ROUNDS = 1_000;

export default async function bench() {
  const random = Random.of('bench', 'evaluate');
  const groups = Array.from({ length: PICTURES }, () => random.integer(PATIENTS));
  const rankings = Array.from({ length: CLASSES }, (_, index) => {
    const labels = groups.map(() => Number(random.chance(0.01 + 0.02 * index)));
    const scores = labels.map(label => random.normal(0.5 * label));
    return new Ranking(scores, labels, groups);
  });
  const started = performance.now();
  const { mean } = bootstrapAuc(rankings, { groups: PATIENTS, rounds: ROUNDS, seed: 1 });
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${ROUNDS} rounds of ${CLASSES} classes × ${PICTURES} pictures: ${seconds.toFixed(2)} s, one thread`,
  );
  return { seconds, rounds: ROUNDS, classes: CLASSES, pictures: PICTURES, ...mean };
}
