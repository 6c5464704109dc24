import { openDataset } from '../../data/index.js';
import { fromRecipe } from '../recipe/index.js';
import type { SourceKind } from './source-kind.js';

/** A data set that is there. It stays where it is. */
export const folder: SourceKind<string> = {
  label: 'opening',
  async build(path, { recipe }) {
    return (await openDataset(fromRecipe(recipe, path))).folder;
  },
};
