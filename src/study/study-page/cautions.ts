import { html } from 'hono/html';
import type { Html } from '../report/index.js';
import type { StudyResults } from '../results/results.js';
import type { StudyPageData } from './render.js';
import { count, listed } from './words.js';

/** What was shown of every difference, and what must be known to read it. */
export function cautions(data: StudyPageData): Html {
  const { results } = data;
  const said = results.families.map(({ family, differences }) => ({
    name: `${family.name}, ${family.metric}`,
    sentences: Object.values(differences).map(({ sentence }) => sentence),
  }));
  return html`${said
    .filter(({ sentences }) => sentences.length > 0)
    .map(
      ({ name, sentences }) =>
        html`<h3>${name}</h3><ul>${sentences.map(sentence => html`<li>${sentence}</li>`)}</ul>`,
    )}
<h3>How to read this</h3>
<ul>${[seeds(results), intervals(results), steps(data), controls(results), pictures(data), many(results)]
    .filter(sentence => sentence !== '')
    .map(sentence => html`<li>${sentence}</li>`)}</ul>`;
}

function seeds({ seeds }: StudyResults): string {
  if (seeds.length === 1) {
    return `Each arm and method was trained once (seed ${seeds[0]}): how much another seed would change is not known, and no interval holds it.`;
  }
  const few =
    seeds.length < 5
      ? ' Of so few, the part of the interval that is the trainings’ comes out too small.'
      : '';
  return `Each arm and method was trained ${seeds.length} times, with the seeds ${listed(seeds.map(String))}; numbers are means over them.${few}`;
}

function intervals({ rounds, seeds }: StudyResults): string {
  const drawn = seeds.length > 1 ? 'patients, and the trainings,' : 'patients';
  return (
    `Intervals hold 95 % of ${count(rounds)} rounds in which ${drawn} were drawn again with replacement. Arms that were asked about the same patients see the same draws of them, so that a ` +
    `difference may be sure where the intervals of two arms overlap. An interval that holds zero shows no difference; it does not show that there is none.`
  );
}

function steps({ armSteps, results }: StudyPageData): string {
  const others = armSteps.filter(({ steps }) => steps !== results.steps);
  const all = `Every training took ${count(results.steps)} steps, so that more data is not more training`;
  if (others.length === 0) return `${all}.`;
  const named = others.map(({ name, steps }) => `${name} (${count(steps)})`);
  return `${all}, but for ${listed(named)}: a difference to these may be that of the steps.`;
}

function controls({ families }: StudyResults): string {
  const controls = Object.values(families[0]?.arms ?? {}).filter(({ control }) => control);
  if (controls.length === 0) {
    return 'There is no control: whether cleaning the real data alone would bring as much is not answered here.';
  }
  return `${listed(controls.map(({ title }) => title))} ${controls.length === 1 ? 'is a control' : 'are controls'}: what it gains over the arm that it is made of is not due to synthetic data.`;
}

/** What the tests were made on, by how the data set came about. */
function pictures({ results, cards }: StudyPageData): string {
  const tested = [...new Set(results.scores.map(({ data }) => data))];
  const made = tested.filter(name => cards.find(card => card.name === name)?.madeHere === true);
  if (made.length === 0) return '';
  const all = made.length === tested.length ? 'All tests' : `Tests on ${listed(made)}`;
  return `${all} are on simulated pictures: what holds there need not hold on people.`;
}

function many({ families }: StudyResults): string {
  const number = families.reduce((sum, { differences }) => sum + Object.keys(differences).length, 0);
  if (number < 2) return '';
  return `${number} differences were looked at, and none was corrected for it: of twenty that are nothing, one would look like something.`;
}
