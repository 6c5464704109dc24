import { watchProgress } from '../../base/index.js';
import { type GenerateRecipe, generate } from '../../jobs/index.js';
import type { SourceKind } from './source-kind.js';

/** Synthetic pairs. */
export const generated: SourceKind<GenerateRecipe> = {
  label: 'making pairs',
  async build(recipe, { out, signal }) {
    const progress = watchProgress('pairs', 'pairs');
    await generate({ recipe, out, signal, onProgress: progress.update }).finally(progress.stop);
    return out;
  },
};
