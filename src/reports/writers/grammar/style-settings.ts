import { z } from 'zod';
import { ORDERS, STYLES, type Style } from './styles.js';
import { Weighted } from './weighted.js';

const share = z.number().min(0).max(1);
/** Sentences, or names, and their weights. */
const weights = z
  .record(z.string(), z.number().positive())
  .refine(entries => Object.keys(entries).length > 0, 'expected one entry at least');
/** Whole numbers and their weights. */
const counts = z
  .record(z.string().regex(/^[1-9]\d?$/, 'expected a whole number from 1 up'), z.number().positive())
  .refine(entries => Object.keys(entries).length > 0, 'expected one entry at least');

const names = STYLES.map(({ name }) => name);
const orders = z.enum([...Object.keys(ORDERS), 'findings first', 'denials first', 'as it comes']);

/** A way of reporting of a hospital's own: a style of the grammar with other words and other weights. */
export const StyleSettings = z.strictObject({
  name: z.string().min(1),
  /** How often it is used beside the others. */
  weight: z.number().positive(),
  /** The style that it is like in all that is not said here. */
  like: z.enum(names),
  order: z.partialRecord(orders, z.number().positive()).optional(),
  present: weights.optional(),
  pair: weights.optional(),
  pairChance: share.optional(),
  frameChance: share.optional(),
  verbs: z.boolean().optional(),
  denied: weights.optional(),
  deniedAtOnce: counts.optional(),
  clearWithout: share.optional(),
  shortNormals: share.optional(),
  jointNormals: share.optional(),
  headings: z.boolean().optional(),
  impression: z
    .partialRecord(z.enum(['numbered', 'sentences', 'one line']), z.number().positive())
    .optional(),
  summed: counts.optional(),
});
export type StyleSettings = z.output<typeof StyleSettings>;

/** The style that the settings describe. See {@link Style} for what stands in patterns. */
export function styleOf(settings: StyleSettings): Style {
  const { like, order, present, pair, denied, deniedAtOnce, impression, summed, ...plain } = settings;
  const base = STYLES.find(({ name }) => name === like)!;
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  return {
    ...base,
    ...given,
    ...(order && { order: Weighted.of(order) as Style['order'] }),
    ...(present && { present: Weighted.of(present) }),
    ...(pair && { pair: Weighted.of(pair) }),
    ...(denied && { denied: Weighted.of(denied) }),
    ...(deniedAtOnce && { deniedAtOnce: numbers(deniedAtOnce) }),
    ...(impression && { impression: Weighted.of(impression) as Style['impression'] }),
    ...(summed && { summed: numbers(summed) }),
  };
}

function numbers(weighted: Readonly<Record<string, number>>): Weighted<number> {
  return new Weighted(Object.entries(weighted).map(([count, weight]) => [Number(count), weight] as const));
}
