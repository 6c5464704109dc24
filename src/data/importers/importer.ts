import type { OptionSpec } from '../../base/index.js';
import type { Sample } from '../records/index.js';

/** One row of a source: a sample whose picture is still a file. */
export interface ImportRow
  extends Pick<
    Sample,
    | 'id'
    | 'findings'
    | 'impression'
    | 'labels'
    | 'uncertain'
    | 'patient'
    | 'study'
    | 'view'
    | 'sex'
    | 'age'
    | 'source'
  > {
  /** Lower-case letters, digits and `_`. */
  readonly split: string;
  /** Where the picture is: PNG, JPEG, TIFF, WebP or DICOM. */
  readonly file: string;
  readonly boxes: readonly SourceBox[];
  /** Where findings are, pixel by pixel. Masks of one label become one region. */
  readonly masks?: readonly SourceMask[];
  /** Organs and the like, outlined whether or not anything is wrong with them. Masks of one name become one. */
  readonly structures?: readonly SourceMask[];
}

/** A box as the source drew it. */
export interface SourceBox {
  readonly label: string;
  /** x, y, width, height in pixels, origin top left. */
  readonly pixels: readonly [number, number, number, number];
  /** Width and height of the picture it was drawn on; undefined: of the picture's file. */
  readonly drawnOn: readonly [number, number] | undefined;
}

/** A mask as the source holds it. */
export interface SourceMask {
  /** The finding's or the structure's name. */
  readonly label: string;
  readonly shape:
    | {
        /** A picture file of the same proportions; inside where it is brighter than half. */
        readonly kind: 'file';
        readonly file: string;
      }
    | {
        /** Runs of pixels that are inside, counted down the columns from the top left. */
        readonly kind: 'runs';
        readonly size: readonly [width: number, height: number];
        /** Start and length of each run, one after the other. */
        readonly runs: readonly number[];
      }
    | {
        /** Corners of closed outlines, in pixels: x, y, x, y … */
        readonly kind: 'polygons';
        readonly size: readonly [width: number, height: number];
        readonly polygons: readonly (readonly number[])[];
      };
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
  /** What the source is, for `--help`: `the folder with Data_Entry_2017*.csv`. */
  readonly source: string;
  /** Options of its own, beside those of every import. */
  readonly options: readonly OptionSpec[];
  /** Command lines without the leading `synray`. */
  readonly examples: readonly string[];
  /** Looks at the source and checks it as far as that is cheap. */
  open(source: string, options: Options): Promise<ImportSource>;
}
