import { z } from 'zod';
import type { Sample } from '../records/index.js';

const count = z.int().nonnegative().default(0);

/** How much of what samples may hold is there. */
export const DatasetContents = z.object({
  /** Samples with what the detector read. */
  attenuations: count,
  /** Findings with a box, and how many of them have a change map, a twin, or are faint. */
  regions: count,
  masks: count,
  twins: count,
  faint: count,
  /** Things that reports say and pictures do not show. */
  unknown: count,
  /** Outlines of organs and the like. */
  structures: count,
  /** Names of findings that the source leaves open. */
  uncertain: count,
});
export type DatasetContents = z.infer<typeof DatasetContents>;

/** What samples hold. */
export function contentsOf(samples: readonly Sample[]): DatasetContents {
  const contents = DatasetContents.parse({});
  for (const { attenuation, regions, unknown, structures, uncertain } of samples) {
    if (attenuation !== undefined) contents.attenuations++;
    contents.regions += regions.length;
    for (const { mask, twin, faint } of regions) {
      if (mask !== null) contents.masks++;
      if (twin !== undefined) contents.twins++;
      if (faint === true) contents.faint++;
    }
    contents.unknown += unknown?.length ?? 0;
    contents.structures += structures?.length ?? 0;
    contents.uncertain += uncertain?.length ?? 0;
  }
  return contents;
}

/** Adds what one shard holds to what others do. */
export function addContents(sum: DatasetContents, more: DatasetContents): DatasetContents {
  return {
    attenuations: sum.attenuations + more.attenuations,
    regions: sum.regions + more.regions,
    masks: sum.masks + more.masks,
    twins: sum.twins + more.twins,
    faint: sum.faint + more.faint,
    unknown: sum.unknown + more.unknown,
    structures: sum.structures + more.structures,
    uncertain: sum.uncertain + more.uncertain,
  };
}
