import { scope, type Tensor } from '../../tensor/index.js';
import { type FeatureTable, rowsOf } from './feature-table.js';

/** Rows that are worked on at once: a block of the kernel has 2,048² values, 32 MB. */
const BLOCK = 2048;

/** The kernel of KID (Bińkowski et al., 2018, arXiv 1801.01401): (x·y / D + 1)³. */
function kernel(first: Tensor, second: Tensor): Tensor {
  const dimension = first.shape[1]!;
  const base = first.matmul(second.transpose(0, 1)).div(dimension).add(1);
  return base.mul(base).mul(base);
}

/** Sums of the kernel over pairs, by the groups of both partners. */
interface PairSums {
  /** groups × groups */
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/**
 * Sums the kernel over all pairs of rows of two tables, by group; of a table with itself without the pairs of a row
 * with itself. The rows must lie group by group. Memory holds one block of the kernel.
 */
function pairSums(first: GroupedRows, second: GroupedRows): PairSums {
  const same = first === second;
  const sums = new Float64Array(first.groups * second.groups);
  const counts = new Float64Array(sums.length);
  for (const [rowGroup, rowStart, rowEnd] of stretches(first)) {
    for (const [columnGroup, columnStart, columnEnd] of stretches(second)) {
      const at = rowGroup * second.groups + columnGroup;
      scope(() => {
        const block = kernel(
          rowsOf(first.table, rowStart, rowEnd),
          rowsOf(second.table, columnStart, columnEnd),
        );
        sums[at]! += block.sum().item();
        counts[at]! += (rowEnd - rowStart) * (columnEnd - columnStart);
        if (same && rowStart === columnStart) {
          sums[at]! -= block.diagonal().sum().item();
          counts[at]! -= rowEnd - rowStart;
        }
      });
    }
  }
  return { sums, counts };
}

/** A table whose rows lie group by group. */
export interface GroupedRows {
  readonly table: FeatureTable;
  /** Where each group's rows end; ascending, the last one the table's count. */
  readonly ends: readonly number[];
  readonly groups: number;
}

/** The stretches of rows within one group, of at most a block. */
function* stretches({ ends }: GroupedRows): Generator<[group: number, start: number, end: number]> {
  for (const [group, end] of ends.entries()) {
    for (let start = group === 0 ? 0 : ends[group - 1]!; start < end; start += BLOCK) {
      yield [group, start, Math.min(end, start + BLOCK)];
    }
  }
}

/** The squared maximum mean discrepancy of two sets, and what it is without each group. */
export interface KernelDistance {
  /** Unbiased: below zero by chance where the distributions are the same. */
  readonly distance: number;
  /** The same without the first set's groups one by one, and without the second's. */
  readonly without: readonly [Float64Array, Float64Array];
}

/**
 * KID over all pairs: the unbiased estimate of the squared maximum mean discrepancy with the cubic kernel. That is what
 * a mean over random subsets goes to, without the chance of the subsets.
 */
export function kernelDistance(first: GroupedRows, second: GroupedRows): KernelDistance {
  const own = [pairSums(first, first), pairSums(second, second)] as const;
  const across = pairSums(first, second);
  const estimate = (dropped?: { side: 0 | 1; group: number }) => {
    const within = ([0, 1] as const).map(side =>
      meanWithout(
        own[side],
        own[side].sums.length ** 0.5,
        group => dropped?.side === side && dropped.group === group,
      ),
    );
    let sum = 0;
    let count = 0;
    for (let row = 0; row < first.groups; row++) {
      if (dropped?.side === 0 && dropped.group === row) continue;
      for (let column = 0; column < second.groups; column++) {
        if (dropped?.side === 1 && dropped.group === column) continue;
        sum += across.sums[row * second.groups + column]!;
        count += across.counts[row * second.groups + column]!;
      }
    }
    return within[0]! + within[1]! - (2 * sum) / count;
  };
  const each = (side: 0 | 1, groups: number) =>
    Float64Array.from({ length: groups }, (_, group) => estimate({ side, group }));
  return { distance: estimate(), without: [each(0, first.groups), each(1, second.groups)] };
}

function meanWithout(
  { sums, counts }: PairSums,
  groups: number,
  isDropped: (group: number) => boolean,
): number {
  let sum = 0;
  let count = 0;
  for (let row = 0; row < groups; row++) {
    if (isDropped(row)) continue;
    for (let column = 0; column < groups; column++) {
      if (isDropped(column)) continue;
      sum += sums[row * groups + column]!;
      count += counts[row * groups + column]!;
    }
  }
  return sum / count;
}

/** A table as one group. */
export function ungrouped(table: FeatureTable): GroupedRows {
  return { table, ends: [table.count], groups: 1 };
}
