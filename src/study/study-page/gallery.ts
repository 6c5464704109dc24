import { html } from 'hono/html';
import { openDataset, type Sample } from '../../data/index.js';
import { chooseSplit } from '../../evaluate/encode.js';
import { type ClassPrompts, loadPrompts, MapKind, pointsInside } from '../../evaluate/index.js';
import { regionMask } from '../../evaluate/tasks/region-masks.js';
import { loadModel } from '../../models/index.js';
import type { TaskRecipe } from '../recipe/index.js';
import type { Html } from '../report/index.js';
import type { StudyOutcome } from '../run/study.js';
import { findingMaps } from './maps.js';
import { isFromOutside } from './settings.js';
import { drawTile } from './tiles.js';

/** One finding of one test picture, and where each model sees it. */
export interface GalleryItem {
  readonly finding: string;
  /** Where to find the picture again: `test of hospital, number 3`. Ids of imported pictures may tell of patients. */
  readonly place: string;
  /** Base64 of a JPEG: the square that models see, with the outline of the truth. */
  readonly picture: string;
  readonly maps: readonly {
    readonly arm: string;
    /** The same with the map over it. */
    readonly picture: string;
    /** Whether the map is highest inside the outline. */
    readonly inside: boolean;
  }[];
}

export interface Gallery {
  /** The prompts are of this task. */
  readonly task: string;
  /** The models are those of this method and seed. */
  readonly method: string;
  readonly seed: number;
  /** Whether the pictures are not the study's own making. */
  readonly fromOutside: boolean;
  readonly items: readonly GalleryItem[];
}

/** Findings shown, each of another class while there are any. */
const SHOWN = 6;
/** Samples that are looked through for them. */
const SEARCHED = 2000;
/** Side of a tile in pixels. */
const SIDE = 224;

/** Maps of the first trainings for findings of test pictures: the first of their class, chosen by no score. */
export async function gatherGallery(outcome: StudyOutcome): Promise<Gallery | undefined> {
  const { study, datasets, trained } = outcome;
  const [name, task] = Object.entries(study.tasks).find(([, { task }]) => task === 'grounding') ?? [];
  const first = trained.find(({ training }) => training.arm.ablation === undefined)?.training;
  if (name === undefined || task === undefined || first === undefined) return undefined;
  const prompts = await loadPrompts(optionsOf(task));
  const dataset = await openDataset(datasets.get(task.data)!.folder);
  const split = chooseSplit(dataset, task.split);
  const chosen = await choose(dataset.samples(split), prompts.classes, task.data);
  const place = (number: number) => `${split ?? 'all'} of ${task.data}, number ${number}`;

  const pictures = chosen.map(async ({ sample, entry, truth, number }) => ({
    finding: entry.name,
    place: place(number),
    picture: await drawTile(sample, { side: SIDE, truth, source: place(number) }),
    maps: [] as GalleryItem['maps'][number][],
  }));
  const items = await Promise.all(pictures);
  const { method, seed } = first;
  const isShown = ({ training }: (typeof trained)[number]) =>
    training.method === method && training.seed === seed && training.arm.ablation === undefined;
  const wanted = chosen.map(({ sample, entry }) => ({ sample, prompts: entry.positive }));
  for (const { training, result } of trained.filter(isShown)) {
    const model = await loadModel(result.model);
    const kind = MapKind.optional().catch(undefined).parse(task.options.map);
    const maps = await findingMaps(model, wanted, { side: SIDE, kind, source: task.data });
    for (const [index, { sample, truth, number }] of chosen.entries()) {
      const map = maps[index]!;
      const picture = await drawTile(sample, { side: SIDE, truth, map, source: place(number) });
      items[index]!.maps.push({ arm: training.arm.name, picture, inside: pointsInside(map, truth) });
    }
  }
  const fromOutside = isFromOutside(study.sources, task.data);
  return { task: name, method, seed, fromOutside, items };
}

/** Options of the task that name prompts, where they are texts. */
function optionsOf({ options: { prompts, vocabulary } }: TaskRecipe) {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { prompts: text(prompts), vocabulary: text(vocabulary) };
}

interface Chosen {
  readonly sample: Sample;
  readonly entry: ClassPrompts;
  readonly truth: Uint8Array;
  /** Of the sample in its split, from 1. */
  readonly number: number;
}

async function choose(
  samples: AsyncIterable<Sample>,
  classes: readonly ClassPrompts[],
  source: string,
): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  const later: Chosen[] = [];
  let number = 0;
  for await (const sample of samples) {
    if (++number > SEARCHED || chosen.length === SHOWN) break;
    for (const entry of classes) {
      const regions = sample.regions.filter(({ concept }) => entry.labels.has(concept));
      const isNew = !chosen.some(other => other.entry === entry);
      if (regions.length === 0 || !(isNew || later.length < SHOWN)) continue;
      const truth = await regionMask(sample, regions, SIDE, source);
      if (!truth.includes(1)) continue;
      (isNew ? chosen : later).push({ sample, entry, truth, number });
      break;
    }
  }
  return [...chosen, ...later].slice(0, SHOWN);
}

export function gallerySection(gallery: Gallery | undefined, titles: ReadonlyMap<string, string>): Html {
  if (gallery === undefined || gallery.items.length === 0) {
    return html`<p class="quiet">The study asks for no finding's place, so that there is no map to show.</p>`;
  }
  const { method, seed, items, fromOutside } = gallery;
  return html`<p>The first test pictures of their class, chosen by no score. The white line is where the finding is; the orange is where a model
(${method}, seed ${seed}) finds that its prompt is true, from the lowest value of its map (clear) to the highest. Each map has a scale of its own,
so that strength cannot be compared between models.</p>
${fromOutside ? html`<p><b>These pictures come from outside the study. Where their use is restricted, so is this page.</b></p>` : ''}
${items.map(({ finding, place, picture, maps }) => {
  return html`<section class="maps"><h3>${finding}</h3><p class="quiet">${place}</p><div class="tiles">
${tile(picture, 'picture', `chest X-ray with ${finding} outlined`)}
${maps.map(({ arm, picture, inside }) => {
  const title = titles.get(arm) ?? arm;
  const where = inside ? 'highest inside' : 'highest outside';
  return tile(picture, `${title}: ${where}`, `map of ${title} for ${finding}, ${where} the outline`);
})}</div></section>
`;
})}`;
}

function tile(base64: string, caption: string, alt: string): Html {
  return html`<figure><img src="data:image/jpeg;base64,${base64}" width="${SIDE}" height="${SIDE}" alt="${alt}"><figcaption>${caption}</figcaption></figure>
`;
}
