import { z } from 'zod';
import { Attributes, EntityType } from './entity.js';

/** One entity that a report must say. The type says whether as present (ABNORMALITY, DISEASE) or absent (NON-…). */
export const PlannedEntity = Attributes.extend({ concept: z.string(), type: EntityType });
export type PlannedEntity = z.infer<typeof PlannedEntity>;

/** What one report must say: all of it and nothing else. Row of the plan. */
export const PlannedReport = z.object({
  /** Belongs to the sample for good; all its random streams are named by it. */
  id: z.string(),
  entities: z.array(PlannedEntity),
});
export type PlannedReport = z.infer<typeof PlannedReport>;

/** The two sections of a report that carry the finding of the day. */
export const ReportText = z.object({ findings: z.string(), impression: z.string() });
export type ReportText = z.infer<typeof ReportText>;

/** A report with its origin. */
export const WrittenReport = ReportText.extend({
  id: z.string(),
  /** The writer and its style, for example `grammar/telegraphic`. */
  writer: z.string(),
});
export type WrittenReport = z.infer<typeof WrittenReport>;
