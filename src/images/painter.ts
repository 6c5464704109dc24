import type { Finding, Mention, ReportText, View } from '../data/index.js';
import type { Box } from './box.js';

/** Somebody who is pictured more than once. */
export interface KnownPerson {
  /** The same id and seed give the same body in every picture. */
  readonly id: string;
  readonly view: Exclude<View, 'lateral'>;
  readonly sex: 'F' | 'M';
  /** Years. */
  readonly age: number;
}

/** Something that is there, whatever a report says. */
export interface ShownFinding extends Finding {
  /** How far it has gone: 0 hardly there to 1 extreme; else drawn by the severity. */
  readonly level?: number;
  /** The same word gives the same place and form in every picture of a person. */
  readonly episode?: string;
}

/** What a painter is told: the report and what the tagger read in it, never the plan. */
export interface PaintRequest extends ReportText {
  readonly id: string;
  readonly mentions: readonly Mention[];
  /** Side of the square picture in pixels, 128 to 1024. */
  readonly size: number;
  readonly seed: number;
  /** Who it is, where that is settled. A painter without bodies of its own may pay no heed. */
  readonly person?: KnownPerson;
  /** What is there, where that is known better than from the mentions. */
  readonly shown?: readonly ShownFinding[];
  /** 0 at first; raised when curation refused the picture and it is painted again. */
  readonly attempt: number;
  /** Grey levels of the picture: 8 bits (default) or 16, which adds `deepPixels`. */
  readonly bits?: 8 | 16;
  /** Also give what the detector read, from which training may redraw the display. */
  readonly attenuation?: boolean;
  /** Paint for every finding its twin as well: the same patient, beam and noise without that finding. */
  readonly twins?: boolean;
  /** Also outline the organs: see `PaintedStructure`. */
  readonly structures?: boolean;
}

/** Where one finding is. A finding that changed no pixel has no region. */
export interface PaintedRegion {
  readonly concept: string;
  readonly side?: 'left' | 'right' | 'bilateral';
  /** size × size, row by row from the top left: 255 where the finding changed the picture most, 0 where not. */
  readonly change: Uint8Array;
  /** The smallest box around what was clearly changed: `boxOf` of the map. */
  readonly box: Box;
  /** Fainter than the floor of what can be seen, as a text asks that calls it minimal or mild. */
  readonly faint?: true;
  /** The twin's grey values, when twins were asked for. */
  readonly twin?: Uint8Array;
}

/** An organ as a radiologist would outline it. */
export interface PaintedStructure {
  /** `lungs`, `left lung`, `right lung`, `heart` …; sides are the patient's. */
  readonly name: string;
  /** size × size, row by row from the top left: 255 inside, 0 outside. */
  readonly mask: Uint8Array;
}

/** A picture and the truth about it. */
export interface Painting {
  /** size × size grey values, row by row from the top left. Bone is light. */
  readonly pixels: Uint8Array;
  readonly size: number;
  /** The same in 16 bits (0 to 65,535), when the request asks for them. */
  readonly deepPixels?: Uint16Array;
  /** What the detector read, as stored by `encodeReading`, when the request asks for it; without words and borders. */
  readonly attenuation?: Uint16Array;
  readonly view: View;
  readonly sex: 'F' | 'M' | null;
  readonly age: number | null;
  readonly regions: readonly PaintedRegion[];
  /** Outlines of organs, when the request asks for them. */
  readonly structures?: readonly PaintedStructure[];
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
