import type { Sample } from '../records/index.js';

/** One row of a source: a sample whose picture is still a file. */
export interface ImportRow
  extends Pick<
    Sample,
    'id' | 'findings' | 'impression' | 'labels' | 'patient' | 'view' | 'sex' | 'age' | 'source'
  > {
  /** Lower-case letters, digits and `_`. */
  readonly split: string;
  /** Where the picture is. */
  readonly file: string;
  readonly boxes: readonly SourceBox[];
}

/** A box as the source drew it. */
export interface SourceBox {
  readonly label: string;
  /** x, y, width, height in pixels, origin top left. */
  readonly pixels: readonly [number, number, number, number];
  /** Width and height of the picture it was drawn on; undefined: of the picture's file. */
  readonly drawnOn: readonly [number, number] | undefined;
}

/** What an importer found in a source: enough to know, before any picture is read, what the data set will be. */
export interface ImportSource {
  /** One or two sentences for the card. */
  readonly description: string;
  /** Everything besides the pictures that decides the samples: options, hashes of tables. No machine's paths. */
  readonly settings: Readonly<Record<string, string | readonly string[] | null>>;
  readonly count: number;
  /** May be read more than once. */
  rows(): AsyncIterable<ImportRow>;
}

/** Reads one layout in which chest X-ray data comes. A new one is one file and one line in `index.ts`. */
export interface Importer<Options = object> {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** Looks at the source and checks it as far as that is cheap. */
  open(source: string, options: Options): Promise<ImportSource>;
}
