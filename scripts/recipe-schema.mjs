// Writes recipes/schema.json, which editors complete recipes by, from the schema that synray checks them with.
// Run it after a change of recipe keys: node scripts/recipe-schema.mjs (dist/ must be built).
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FILE = join(ROOT, 'recipes', 'schema.json');

const { recipeSchema } = await import(join(ROOT, 'dist', 'pretrain', 'index.js'));
writeFileSync(FILE, JSON.stringify(recipeSchema()));
const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
process.exitCode =
  spawnSync(process.execPath, [biome, 'format', '--write', FILE], { stdio: 'inherit' }).status ?? 1;
