import type { Mention, ReportText, View } from '../data/index.js';

/** What a painter is told: the report and what the tagger read in it, never the plan. */
export interface PaintRequest extends ReportText {
  readonly id: string;
  readonly mentions: readonly Mention[];
  /** Side of the square picture in pixels, 128 to 1024. */
  readonly size: number;
  readonly seed: number;
  /** 0 at first; raised when curation refused the picture and it is painted again. */
  readonly attempt: number;
}

/** Where one finding is. */
export interface PaintedRegion {
  readonly concept: string;
  readonly side?: 'left' | 'right' | 'bilateral';
  /** size × size, row by row from the top left: 255 where the finding changed the picture most, 0 where not. */
  readonly change: Uint8Array;
}

/** A picture and the truth about it. */
export interface Painting {
  /** size × size grey values, row by row from the top left. Bone is light. */
  readonly pixels: Uint8Array;
  readonly size: number;
  readonly view: View;
  readonly sex: 'F' | 'M' | null;
  readonly age: number | null;
  readonly regions: readonly PaintedRegion[];
  /** Affirmed concepts of the text that this painter cannot show. Never drawn as nothing in silence. */
  readonly unknown: readonly string[];
}

/** Paints pictures from reports. Random choices come from `Random.of(seed, id, 'image', attempt)` alone. */
export interface Painter {
  readonly name: string;
  /** The concepts it can show, or undefined when it takes any text. */
  readonly concepts: ReadonlySet<string> | undefined;
  paint(requests: readonly PaintRequest[], signal?: AbortSignal): Promise<Painting[]>;
  /** Ends workers and connections. */
  close(): Promise<void>;
}
