/** Plain data from YAML. */
type Plain = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `base` with the values of `change`: objects are merged key by key, everything else (lists too) takes its place. */
export function merge(base: unknown, change: unknown): unknown {
  if (change === undefined) return base;
  if (!isPlain(base) || !isPlain(change)) return change;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    merged[key] = merge(Object.hasOwn(base, key) ? base[key] : undefined, value);
  }
  return merged;
}
