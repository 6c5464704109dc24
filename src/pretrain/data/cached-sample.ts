import { z } from 'zod';
import { InputError, UsageError } from '../../base/index.js';
import { decodeGrey, decodeGrey16, pictureSize, Region, type Sample, View } from '../../data/index.js';
import { changeMap, packChangeMap } from './change-map.js';
import { type Section, type Statement, sectionsOf } from './statements.js';

const CachedRegion = Region.pick({ concept: true, side: true }).extend({
  /** Set where the cache has the picture without this finding. */
  twin: z.literal(true).optional(),
});
export type CachedRegion = z.infer<typeof CachedRegion>;

/** A line of `samples.jsonl`. */
export const SampleLine = z.object({
  id: z.string(),
  /** Numbers of lines of `statements.jsonl`. */
  findings: z.array(z.int().nonnegative()),
  impression: z.array(z.int().nonnegative()),
  regions: z.array(CachedRegion).default([]),
  /** First byte of its packed change maps, and their number of bytes. */
  changes: z.tuple([z.int().nonnegative(), z.int().nonnegative()]).optional(),
  /** Row of the first of its twins, which stand in the order of their regions. */
  twins: z.int().nonnegative().optional(),
  /** Row of its reading. */
  reading: z.int().nonnegative().optional(),
  /** The view whose displays its reading may be shown in. */
  redrawnAs: View.optional(),
});
export type SampleLine = z.infer<typeof SampleLine>;

/** All of a sample that training reads besides its pixels. */
export interface CachedSample {
  readonly id: string;
  /** The sentences of its report, FINDINGS first, each distinct one once. */
  readonly statements: readonly Statement[];
  /** The same by section. */
  readonly sections: Readonly<Record<Section, readonly Statement[]>>;
  /** What was drawn into the picture and where; of each there is a change map. */
  readonly regions: readonly CachedRegion[];
  /** Set where the cache has what the detector read: the view whose displays it may be shown in. */
  readonly redrawnAs?: View | undefined;
}

/** How samples are decoded. */
export interface Decoding {
  /** Height and width of the pictures in pixels. */
  readonly size: number;
  /** Also keep what the detectors read, of the samples that store it. */
  readonly readings: boolean;
  /** Also keep the pictures without a finding, of the regions that store one. */
  readonly twins: boolean;
  /** Whether pictures may be smaller than `size`. */
  readonly upscale: boolean;
  /** The data set, for messages. */
  readonly folder: string;
}

/** A sample as it goes into the cache's files. */
export interface DecodedSample {
  readonly id: string;
  readonly sections: Readonly<Record<Section, readonly Statement[]>>;
  readonly pixels: Uint8Array;
  readonly regions: readonly CachedRegion[];
  /** Packed, one after the other. */
  readonly changes: readonly Uint8Array[];
  readonly twins: readonly Uint8Array[];
  readonly reading?: { readonly pixels: Uint16Array; readonly view: View } | undefined;
  /** Shorter side of the picture as stored. */
  readonly stored: number;
}

/**
 * @throws InputError naming the sample when a picture of it cannot be decoded, or when it has no text.
 * @throws UsageError when its picture is smaller than the size asked for.
 */
export async function decodeSample(sample: Sample, decoding: Decoding): Promise<DecodedSample> {
  const { size, folder } = decoding;
  const source = `${folder}, sample ${sample.id}`;
  const sections = sectionsOf(sample);
  if (sections.findings.length + sections.impression.length === 0) {
    throw new InputError({
      file: source,
      fault: 'it has no text to learn from',
      mend: 'leave samples without FINDINGS and IMPRESSION out of the training split, or skip them with --skip-bad',
    });
  }
  const stored = Math.min(...(await pictureSize(sample.image.bytes, source)));
  if (stored < size && !decoding.upscale) throw tooSmall(source, stored, size);
  const { pixels } = await decodeGrey(sample.image.bytes, { size, source });
  const changes = await Promise.all(sample.regions.map(region => changeMap(region, source)));
  const twins: Uint8Array[] = [];
  const regions: CachedRegion[] = [];
  for (const { concept, side, twin } of sample.regions) {
    const region = side === undefined ? { concept } : { concept, side };
    const kept = decoding.twins && twin !== undefined;
    regions.push(kept ? { ...region, twin: true } : region);
    if (!kept) continue;
    const without = `${source}, twin without ${concept}`;
    twins.push((await decodeGrey(twin.bytes, { size, source: without })).pixels);
  }
  const decoded = {
    id: sample.id,
    sections,
    pixels,
    regions,
    changes: changes.map(packChangeMap),
    twins,
    stored,
  };
  const { attenuation, view } = sample;
  if (!decoding.readings || attenuation === undefined) return decoded;
  const reading = await decodeGrey16(attenuation.bytes, { size, source: `${source}, attenuation` });
  return { ...decoded, reading: { pixels: reading.pixels, view: view ?? 'PA' } };
}

/** The error of a recipe that asks for larger pictures than there are. */
export function tooSmall(source: string, stored: number, size: number): UsageError {
  return new UsageError({
    file: source,
    fault: `the recipe asks for pictures of ${size} pixels and this has ${stored}`,
    mend: `set image.size to ${stored} or less, or image.upscale to true`,
  });
}
