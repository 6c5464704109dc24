import type { AnyResult } from '../scores/index.js';
import { formatGroundingTable } from './grounding.js';
import { formatRetrievalTable } from './retrieval.js';
import { formatSegmentationTable } from './segmentation.js';
import { formatZeroShotTable } from './zero-shot.js';

/** The result of a score file of any task as a table for a terminal. */
export function formatAnyTable(of: AnyResult): string {
  switch (of.form) {
    case 'classes':
      return formatZeroShotTable(of.result);
    case 'grounding':
      return formatGroundingTable(of.result);
    case 'retrieval':
      return formatRetrievalTable(of.result);
    case 'segmentation':
      return formatSegmentationTable(of.result);
  }
}
