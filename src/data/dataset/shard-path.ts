/** The name of a shard, as the Hugging Face hub names them: `data/train-00003-of-00010.parquet`. */
export function shardPath(split: string, index: number, count: number): string {
  const digits = (value: number) => String(value).padStart(5, '0');
  return `data/${split}-${digits(index)}-of-${digits(count)}.parquet`;
}

/** Takes a shard's path (relative to the data set's folder) apart; undefined when it is no shard's. */
export function parseShardPath(path: string): { split: string; index: number; count: number } | undefined {
  const match = /^data\/([a-z][a-z0-9_]*)-(\d{5})-of-(\d{5})\.parquet$/.exec(path);
  if (match === null) return undefined;
  return { split: match[1]!, index: Number(match[2]), count: Number(match[3]) };
}
