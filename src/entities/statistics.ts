/** How unevenly uses are spread over entities. */
export interface LongTail {
  /** How many different entities. */
  readonly entities: number;
  /** How many uses in all. */
  readonly uses: number;
  /** Share of the uses that the 50 most frequent entities take, in [0, 1]. */
  readonly top50: number;
  /** Gini coefficient: 0 when all are used alike, towards 1 when one takes all. */
  readonly gini: number;
  /** Shannon entropy over its greatest value, log(entities): 1 when all are used alike. */
  readonly entropy: number;
}

/**
 * Measures the long tail of a list of counts. Zero counts are entities that are never used; an empty list or
 * a single entity is perfectly even.
 */
export function longTail(counts: readonly number[]): LongTail {
  const sorted = [...counts].sort((a, b) => b - a);
  const uses = sorted.reduce((sum, count) => sum + count, 0);
  const entities = sorted.length;
  if (uses === 0) return { entities, uses, top50: 0, gini: 0, entropy: 1 };
  const top = sorted.slice(0, 50).reduce((sum, count) => sum + count, 0);
  // Mean absolute difference form, over counts in descending order.
  const weighted = sorted.reduce((sum, count, rank) => sum + count * (entities - 1 - 2 * rank), 0);
  const entropy = sorted.reduce((sum, count) => {
    const share = count / uses;
    return share > 0 ? sum - share * Math.log(share) : sum;
  }, 0);
  return {
    entities,
    uses,
    top50: top / uses,
    gini: Math.max(0, weighted / (entities * uses)),
    entropy: entities === 1 ? 1 : entropy / Math.log(entities),
  };
}
