import { sha256 } from '../../base/index.js';
import { type Check, expandChecks, type OpenChecks, openChecks } from '../../curation/index.js';
import { synrayVersion } from '../../data/index.js';
import { type Bank, LexiconTagger, loadBank, type Tagger } from '../../entities/index.js';
import { type Painter, painters } from '../../images/index.js';
import { openWriter, type PlanSettings, type ReportWriter } from '../../reports/index.js';
import type { GenerateRecipe } from './recipe.js';

/** What works on a sample, one after the other. */
export interface Stages {
  readonly bank: Bank;
  readonly writer: ReportWriter;
  readonly tagger: Tagger;
  readonly painter: Painter;
  readonly checks: readonly Check[];
  /** Ends what the checks hold open. */
  readonly closeChecks?: () => Promise<void>;
}

/**
 * The stages that a recipe names, but for those that are given. Close them with {@link closeStages}.
 * @param store - Folder where a writer keeps the replies that it paid for; a judge keeps its own in a folder in it.
 */
export async function stagesOf(
  recipe: GenerateRecipe,
  store: string,
  given: Partial<Stages> = {},
): Promise<Stages> {
  const bank = given.bank ?? (await loadBank(recipe.bank));
  const painterOf = given.painter === undefined ? painters.get(recipe.painter) : undefined;
  // The writer is opened when the other names are known to be right: it may hold a store open.
  const open: OpenChecks =
    given.checks === undefined
      ? await openChecks(recipe.checks, recipe.curation, { store: `${store}/curation` })
      : { checks: given.checks, close: async () => {} };
  try {
    const writer = given.writer ?? (await openWriter(recipe.writer, { bank, store }));
    return {
      bank,
      writer,
      tagger: given.tagger ?? new LexiconTagger(bank, { unknown: writer.freeText }),
      checks: open.checks,
      closeChecks: open.close,
      painter: given.painter ?? painterOf!(),
    };
  } catch (error) {
    await open.close();
    throw error;
  }
}

export async function closeStages({ writer, painter, closeChecks }: Stages): Promise<void> {
  await Promise.all([writer.close(), painter.close(), closeChecks?.()]);
}

/** The plan of all splits of a recipe. */
export function planOf(recipe: GenerateRecipe, stages: Stages): PlanSettings {
  const { painter, bank } = stages;
  const settings: PlanSettings = { ...recipe.plan, pairs: recipe.pairs + recipe.test, seed: recipe.seed };
  const [first, ...rest] = bank.entities
    .filter(({ kind, concept }) => !isFinding(kind) || painter.concepts?.has(concept) !== false)
    .map(({ concept }) => concept);
  if (settings.concepts !== undefined || painter.concepts === undefined || first === undefined)
    return settings;
  return { ...settings, concepts: [first, ...rest] };
}

function isFinding(kind: Bank['entities'][number]['kind']): boolean {
  return kind === 'abnormality' || kind === 'disease';
}

/** SHA-256 of everything that decides the samples. */
export function fingerprintOf(recipe: GenerateRecipe, stages: Stages): string {
  // Of writer and checks only what decides their results: a server may move, and may be asked faster.
  const { bank: _, writer: __, curation: ___, checks, ...settings } = recipe;
  const { bank, writer, tagger, painter } = stages;
  const names = [
    writer.fingerprint,
    tagger.name,
    painter.name,
    ...stages.checks.flatMap(check => [check.name, check.fingerprint ?? '']),
  ];
  return sha256(JSON.stringify([synrayVersion, { ...settings, checks: expandChecks(checks) }, bank, names]));
}
