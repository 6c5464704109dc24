import type { SourceRecipe } from '../recipe/index.js';
import { curated } from './curate.js';
import { folder } from './folder.js';
import { generated } from './generate.js';
import { hospital } from './hospital.js';
import { imported } from './import.js';
import { repainted } from './repaint.js';
import { rewritten } from './rewrite.js';
import { selected } from './select.js';
import type { BuildContext, SourceKind, SourceWay } from './source-kind.js';

/** The ways in which data sets of a study come about: one file and one line each, and its settings in the recipe. */
const ways: { readonly [Way in SourceWay]: SourceKind<NonNullable<SourceRecipe[Way]>> } = {
  folder,
  import: imported,
  generate: generated,
  hospital,
  curate: curated,
  select: selected,
  rewrite: rewritten,
  repaint: repainted,
};

/** A source with its way chosen. */
export interface ChosenSource {
  readonly way: SourceWay;
  readonly label: string;
  build(context: BuildContext): Promise<string>;
}

/** The way in which a data set comes about. */
export function chooseSource(source: SourceRecipe): ChosenSource {
  const found = (Object.keys(ways) as SourceWay[]).find(way => source[way] !== undefined)!;
  // The schema lets exactly one way through, and its settings are those of that way.
  const kind = ways[found] as SourceKind<unknown>;
  return { way: found, label: kind.label, build: context => kind.build(source[found], context) };
}

export { LabelPlanner } from './plan-of-labels.js';
export type { BuildContext, SourceWay } from './source-kind.js';
