import { z } from 'zod';
import { RecipeFile } from './recipe.js';

/**
 * JSON Schema (draft 2020-12) of recipe files, for completion and checks in editors: `recipes/schema.json`. Parts of
 * other stages may hold anything.
 */
export function recipeSchema(): object {
  return { title: 'synray recipe', ...z.toJSONSchema(RecipeFile, { io: 'input' }) };
}
