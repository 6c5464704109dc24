import { html } from 'hono/html';
import { type Html, page } from '../report/index.js';
import { hundredths, intervalText } from '../results/paper-tables.js';
import type { StudyResults } from '../results/results.js';
import { ablationSection } from './ablations.js';
import { cautions } from './cautions.js';
import { costSection, type StageCost } from './cost.js';
import { type Curve, curveSection } from './curves.js';
import { differenceSection } from './differences.js';
import { type Gallery, gallerySection } from './gallery.js';
import { type CurationLoss, lossSection } from './losses.js';
import { scoreTables } from './score-tables.js';
import { cardSection, type DataCard, type MadeWith, settingSection } from './settings.js';
import { type DataTail, tailSection } from './tails.js';
import { armTitles } from './words.js';

/** All that the page of a study shows. */
export interface StudyPageData extends MadeWith {
  readonly results: StudyResults;
  /** Task → its name for people. */
  readonly taskTitles: Readonly<Record<string, string>>;
  readonly armSteps: readonly { readonly name: string; readonly steps: number }[];
  readonly cards: readonly DataCard[];
  readonly tails: readonly DataTail[];
  readonly losses: readonly CurationLoss[];
  /** Undefined where no task asks for a place. */
  readonly gallery: Gallery | undefined;
  readonly curves: readonly Curve[];
  readonly cost: readonly StageCost[];
}

/** Renders the page. Every number of the scores is from the results. */
export async function renderStudyPage(data: StudyPageData): Promise<string> {
  const { results } = data;
  const titles = armTitles(results);
  const sections: readonly (readonly [id: string, title: string, body: Html])[] = [
    ['shown', 'What this shows and what not', cautions(data)],
    ['differences', 'Differences of arms', await differenceSection(results, data.taskTitles)],
    ['scores', 'Scores', scoreTables(results, data.taskTitles)],
    ['ablations', 'Ablations', await ablationSection(results)],
    ['tail', 'Long tail, before and after', await tailSection(data.tails)],
    ['losses', 'Curation losses', lossSection(data.losses)],
    ['gallery', 'Gallery', gallerySection(data.gallery, titles)],
    ['training', 'Training', await curveSection(data.curves, titles)],
    ['data', 'Data', cardSection(data.cards)],
    ['cost', 'Cost', costSection(data.cost)],
    ['again', 'Make it again', settingSection(data)],
  ];
  const body = html`<header><h1>${results.title}</h1>${headline(results)}</header>
<nav aria-label="Sections"><ul>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(
  ([id, title, content]) => html`<section id="${id}"><h2>${title}</h2>
${content}</section>
`,
)}`;
  return page(results.title, body);
}

/** The first difference in a sentence, and the arms in numbers. */
function headline({ families }: StudyResults): Html {
  const [family] = families;
  if (family === undefined) return html`<p class="headline">Nothing was scored.</p>`;
  const [first] = Object.values(family.differences);
  const { name, metric } = family.family;
  return html`${first === undefined ? '' : html`<p class="headline">${first.sentence}</p>`}
<p class="quiet">Points of ${metric} over ${family.tasks.length === 1 ? 'one task' : `${family.tasks.length} tasks`} of ${name}, the mean of ${Object.keys(family.methods).join(', ')}.</p>
<ul class="figures">${Object.values(family.arms).map(
    arm =>
      html`<li><b>${hundredths(arm.value)}</b><span>${intervalText(arm)}<br>${arm.title}${arm.control ? ' (control)' : ''}</span></li>`,
  )}</ul>`;
}
