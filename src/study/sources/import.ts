import { watchProgress } from '../../base/index.js';
import { importDataset, importers } from '../../data/index.js';
import { fromRecipe, type SourceRecipe } from '../recipe/index.js';
import type { SourceKind } from './source-kind.js';

/** Real data in a layout that `synray import` knows. */
export const imported: SourceKind<NonNullable<SourceRecipe['import']>> = {
  label: 'importing',
  async build({ format, source, options }, { out, recipe, signal }) {
    const path = fromRecipe(recipe, source);
    const found = await importers.get(format).open(path, paths(options, recipe));
    const progress = watchProgress('reading', 'pictures');
    await importDataset(found, { out, signal, onProgress: progress.update }).finally(progress.stop);
    return out;
  },
};

/** Options that name folders start from the recipe's folder, as the source does. */
function paths(options: Readonly<Record<string, unknown>>, recipe: string): Record<string, unknown> {
  const of = (value: unknown) =>
    typeof value === 'string' && /^\.{1,2}\//.test(value) ? fromRecipe(recipe, value) : value;
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, of(value)]));
}
