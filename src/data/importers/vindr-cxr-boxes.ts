import { InputError } from '../../base/index.js';
import type { SourceBox } from './importer.js';
import type { TableFile } from './table-file.js';

/** A box that one reader drew, as x0, y0, x1, y1 in pixels of the original picture. */
export interface ReaderBox {
  readonly reader: string;
  readonly label: string;
  readonly corners: readonly [number, number, number, number];
}

/** The boxes of each picture in `annotations_train.csv` or `annotations_test.csv`; the latter names no readers. */
export async function readerBoxes(table: TableFile): Promise<Map<string, ReaderBox[]>> {
  const reader = table.find(['rad_id']);
  const columns = ['image_id', 'class_name', 'x_min', 'y_min', 'x_max', 'y_max'].map(name =>
    table.column(name),
  );
  const boxes = new Map<string, ReaderBox[]>();
  for await (const cells of table.texts(reader === undefined ? columns : [...columns, reader])) {
    const [picture, label, ...rest] = cells.map(cell => cell?.trim() ?? '');
    const edges = rest.slice(0, 4);
    // `No finding` stands in the table without a box.
    if (edges.every(edge => edge === '')) continue;
    const corners = edges.map(Number) as [number, number, number, number];
    const [x0, y0, x1, y1] = corners;
    if (edges.includes('') || !corners.every(Number.isFinite) || x1 <= x0 || y1 <= y0) {
      throw new InputError({
        file: table.path,
        fault: 'a row has no box x_min < x_max, y_min < y_max',
        mend: 'use the table as published',
      });
    }
    const box = { reader: rest[4] ?? '', label: plainLabel(label!), corners };
    boxes.set(picture!, [...(boxes.get(picture!) ?? []), box]);
  }
  return boxes;
}

/** Train and test spell one label in two ways. */
export function plainLabel(name: string): string {
  return name === 'Other diseases' ? 'Other disease' : name;
}

/** Boxes of two readers are of one thing when they share at least half of the area that they cover together. */
const SAME = 0.5;

/**
 * The places that more than half of the readers agree on. Boxes of a label are joined to the first group in which they
 * overlap each box by {@link SAME} and whose readers are others; a group's box is the mean of its corners.
 */
export function agreedBoxes(boxes: readonly ReaderBox[], readers: number): SourceBox[] {
  const groups: ReaderBox[][] = [];
  for (const box of boxes) {
    const group = groups.find(
      others =>
        others[0]!.label === box.label &&
        others.every(other => other.reader !== box.reader && overlap(other.corners, box.corners) >= SAME),
    );
    if (group === undefined) groups.push([box]);
    else group.push(box);
  }
  return groups
    .filter(group => 2 * group.length > readers)
    .map(group => {
      const mean = (corner: 0 | 1 | 2 | 3) =>
        group.reduce((sum, box) => sum + box.corners[corner], 0) / group.length;
      return sourceBox(group[0]!.label, [mean(0), mean(1), mean(2), mean(3)]);
    });
}

export function sourceBox(label: string, [x0, y0, x1, y1]: ReaderBox['corners']): SourceBox {
  return { label, pixels: [x0, y0, x1 - x0, y1 - y0], drawnOn: undefined };
}

/** Intersection over union. */
function overlap(a: ReaderBox['corners'], b: ReaderBox['corners']): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (box: ReaderBox['corners']) => (box[2] - box[0]) * (box[3] - box[1]);
  const shared = width * height;
  return shared / (area(a) + area(b) - shared);
}
