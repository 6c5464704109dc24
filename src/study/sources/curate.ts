import { watchProgress } from '../../base/index.js';
import { curateDataset } from '../../curation/index.js';
import { openDataset } from '../../data/index.js';
import type { SourceRecipe } from '../recipe/index.js';
import type { SourceKind } from './source-kind.js';

/** Another data set without what curation refuses. */
export const curated: SourceKind<NonNullable<SourceRecipe['curate']>> = {
  label: 'curating',
  async build({ of, checks, inverted, settings }, { out, folderOf, signal }) {
    // The folder appears when all is done, and only then.
    if ((await openDataset(out).catch(() => undefined)) !== undefined) return out;
    const progress = watchProgress('judging', 'samples');
    const options = { checks, inverted, settings, signal, onProgress: progress.update };
    await curateDataset(folderOf(of), out, options).finally(progress.stop);
    return out;
  },
};
