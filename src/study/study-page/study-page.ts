import { synrayVersion } from '../../data/index.js';
import { libtorchVersion } from '../../tensor/index.js';
import type { StudyResults } from '../results/results.js';
import type { StudyOutcome } from '../run/study.js';
import { gatherCost } from './cost.js';
import { gatherCurves } from './curves.js';
import { gatherGallery } from './gallery.js';
import { gatherLosses } from './losses.js';
import { renderStudyPage } from './render.js';
import { commandOf, gatherCards, settingsOf } from './settings.js';
import { gatherTails } from './tails.js';

export interface StudyPageOptions {
  readonly results: StudyResults;
  readonly outcome: StudyOutcome;
  /** The recipe's file, as it was given. */
  readonly recipe: string;
  /** The study's folder. */
  readonly out: string;
}

/**
 * The page of a study that is done: one HTML file that needs nothing else, no script, no network.
 * @throws InputError when a data set, a log or a model of the study cannot be read.
 */
export async function studyPage({ results, outcome, recipe, out }: StudyPageOptions): Promise<string> {
  const { study } = outcome;
  return renderStudyPage({
    results,
    taskTitles: Object.fromEntries(
      Object.entries(study.tasks).map(([name, { title }]) => [name, title ?? name]),
    ),
    armSteps: study.arms.map(({ name, steps }) => ({ name, steps })),
    cards: await gatherCards(outcome),
    tails: await gatherTails(outcome),
    losses: await gatherLosses(outcome),
    gallery: await gatherGallery(outcome),
    curves: await gatherCurves(outcome, out),
    cost: gatherCost(outcome),
    settings: settingsOf(study),
    command: commandOf(recipe, out),
    versions: { synray: synrayVersion, libtorch: libtorchVersion(), Node: process.versions.node },
  });
}
