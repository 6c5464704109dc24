import type { Attributes } from './attributes.js';
import type { PixelDescription } from './description.js';
import { type LookupTable, lookUp, lookupTable } from './lookup-table.js';
import { signedValue } from './samples.js';
import { brightness, type Window, windowOf } from './window.js';

/** What makes grey values of stored ones. */
interface Tone {
  readonly modality: Modality;
  readonly voi: LookupTable | Window | undefined;
  /** Whether low values are bright. */
  readonly inverted: boolean;
}

/** Stored values to the device's own unit (PS3.3, C.11.1). */
type Modality =
  | { readonly kind: 'line'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'table'; readonly table: LookupTable };

/** Stored values that stand for no pixel, such as the surround of a collimated field. */
interface Padding {
  readonly least: number;
  readonly greatest: number;
}

/**
 * What each stored value looks like: a table with an entry for each value from 0 to 2^bitsStored − 1, as they lie in
 * the file (two's complement where they are signed).
 *
 * 1. Modality: a table, or slope and intercept.
 * 2. Values of interest: a table, or the first window. Without either, pictures of up to 8 bits are shown from the
 *    least to the greatest value they could have, deeper ones from the least to the greatest they do have, padding
 *    left out: of those, the file does not say how many bits are significant.
 * 3. Inverted for MONOCHROME1, or the presentation shape INVERSE (DX pictures state both; they mean it once).
 * 4. Padding is black.
 *
 * @returns entries of 0 to 255, of 0 to 65,535 for more than 8 bits.
 */
export function toneTable(
  attributes: Attributes,
  description: PixelDescription,
  stored: Uint8Array | Uint16Array,
): Uint8Array | Uint16Array {
  const size = 2 ** description.bitsStored;
  const tone = toneOf(attributes, description);
  const padding = paddingOf(attributes, description);
  const isPadding = (value: number) =>
    padding !== undefined && value >= padding.least && value <= padding.greatest;
  const units = Float64Array.from({ length: size }, (_, at) =>
    inUnits(tone.modality, signedValue(at, description)),
  );
  const most = description.bitsStored > 8 ? 65_535 : 255;
  const table = description.bitsStored > 8 ? new Uint16Array(size) : new Uint8Array(size);
  const voi = tone.voi ?? {
    ...(description.bitsStored <= 8 && tone.modality.kind === 'line'
      ? extent(units)
      : extent(unitsPresent(units, stored, at => isPadding(signedValue(at, description))))),
  };
  for (let at = 0; at < size; at++) {
    const shown = shownIn(voi, units[at]!);
    table[at] = isPadding(signedValue(at, description))
      ? 0
      : Math.floor((tone.inverted ? 1 - shown : shown) * most + 0.5);
  }
  return table;
}

interface Extent {
  readonly least: number;
  readonly greatest: number;
}

function toneOf(attributes: Attributes, description: PixelDescription): Tone {
  const voiItem = attributes.firstItem('x00283010');
  const modality = modalityOf(attributes, description);
  const signedInput =
    modality.kind === 'line' && (description.signed || modality.intercept < 0 || modality.slope < 0);
  const table =
    voiItem === undefined
      ? undefined
      : lookupTable(voiItem, { descriptor: 'x00283002', data: 'x00283006', signedInput });
  return {
    modality,
    voi: table ?? windowOf(attributes),
    inverted: description.photometric === 'MONOCHROME1' || attributes.text('x20500020') === 'INVERSE',
  };
}

function modalityOf(attributes: Attributes, description: PixelDescription): Modality {
  const item = attributes.firstItem('x00283000');
  const table =
    item === undefined
      ? undefined
      : lookupTable(item, {
          descriptor: 'x00283002',
          data: 'x00283006',
          signedInput: description.signed,
        });
  if (table !== undefined) return { kind: 'table', table };
  const slope = attributes.decimal('x00281053');
  return { kind: 'line', slope: slope ?? 1, intercept: attributes.decimal('x00281052') ?? 0 };
}

/** The value, or the range from it to its limit (PS3.3, C.7.5.1.1.2). */
function paddingOf(attributes: Attributes, { signed }: PixelDescription): Padding | undefined {
  const value = attributes.eitherSign('x00280120', signed);
  if (value === undefined) return undefined;
  const limit = attributes.eitherSign('x00280121', signed) ?? value;
  return { least: Math.min(value, limit), greatest: Math.max(value, limit) };
}

function inUnits(modality: Modality, value: number): number {
  return modality.kind === 'line'
    ? value * modality.slope + modality.intercept
    : lookUp(modality.table, value);
}

function shownIn(voi: LookupTable | Window | Extent, value: number): number {
  if ('entries' in voi) return lookUp(voi, value) / voi.most;
  if ('shape' in voi) return brightness(voi, value);
  return voi.greatest > voi.least ? (value - voi.least) / (voi.greatest - voi.least) : 0;
}

function* unitsPresent(
  units: Float64Array,
  stored: Uint8Array | Uint16Array,
  isPadding: (stored: number) => boolean,
): Generator<number> {
  const seen = new Uint8Array(units.length);
  for (const value of stored) seen[value] = 1;
  for (const [at, unit] of units.entries()) if (seen[at] === 1 && !isPadding(at)) yield unit;
}

function extent(values: Iterable<number>): Extent {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return { least, greatest };
}
