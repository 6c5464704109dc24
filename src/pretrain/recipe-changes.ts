import { existsSync } from 'node:fs';
import { parse } from 'yaml';
import { messageOf, parseAs, UsageError } from '../base/index.js';
import { DataSource, PretrainRecipe } from './recipe.js';

/** Another value for one key of the `pretrain` part of a recipe. */
export interface RecipeChange {
  /** Keys from the outside in, with points: `training.batch`. */
  readonly key: string;
  readonly value: unknown;
}

/**
 * Reads `training.batch=96`; what follows the first `=` is YAML.
 * @throws UsageError when it is not of this form.
 */
export function recipeChangeIn(text: string): RecipeChange {
  const [, key, value] = /^([a-zA-Z]+(?:\.[a-zA-Z]+)*)=(.*)$/s.exec(text) ?? [];
  const fault = `"${text}" is no change of a recipe`;
  if (key === undefined || value === undefined) {
    throw new UsageError({ fault, mend: 'write it as training.batch=96' });
  }
  try {
    return { key, value: parse(value) as unknown };
  } catch (error) {
    throw new UsageError({ fault: `${fault}: ${messageOf(error)}`, mend: 'mend the YAML behind the =' });
  }
}

/**
 * The recipe with other values.
 * @throws UsageError naming the key that is unknown or whose value is out of range.
 */
export function changeRecipe(recipe: PretrainRecipe, changes: readonly RecipeChange[]): PretrainRecipe {
  let changed: unknown = recipe;
  for (const { key, value } of changes) changed = withValue(changed, key.split('.'), value);
  const source = changes.map(({ key }) => key).join(', ');
  return changes.length === 0 ? recipe : parseAs(PretrainRecipe, changed, source, UsageError);
}

function withValue(whole: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const fields: Record<string, unknown> = typeof whole === 'object' && whole !== null ? { ...whole } : {};
  fields[key] = withValue(Object.hasOwn(fields, key) ? fields[key] : undefined, rest, value);
  return fields;
}

/** Reads `runs/mine=3` as a data set with a weight, and a folder's name as one without. */
export function dataSourceIn(text: string): DataSource {
  const [, folder, weight] = /^(.+)=([0-9.eE+-]+)$/.exec(text) ?? [];
  if (folder === undefined || existsSync(text)) return { folder: text };
  return parseAs(DataSource, { folder, weight: Number(weight) }, `--data ${text}`, UsageError);
}
