import type { SourceRecipe } from '../recipe/index.js';

/** What the making of a data set gets. */
export interface BuildContext {
  /** Folder of the data set to be. */
  readonly out: string;
  /** The study's recipe file: relative paths start from its folder. */
  readonly recipe: string;
  /** The folder of a data set that was made before. */
  readonly folderOf: (name: string) => string;
  readonly signal: AbortSignal | undefined;
}

/** A way in which the data set of a study comes about. Goes on where it was stopped, and does finished work once. */
export interface SourceKind<Settings> {
  /** What is being done, for the terminal. */
  readonly label: string;
  /** @returns the data set's folder, which for data sets that are there already is not `out`. */
  build(settings: Settings, context: BuildContext): Promise<string>;
}

/** The names of the ways. */
export type SourceWay = keyof SourceRecipe;
