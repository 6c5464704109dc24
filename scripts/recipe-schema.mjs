// Writes recipes/schema.json and recipes/study.schema.json, which editors complete recipes by, from the schemas that synray
// checks them with. Run it after a change of recipe keys: node scripts/recipe-schema.mjs (dist/ must be built).
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FILES = ['schema.json', 'study.schema.json'].map(name => join(ROOT, 'recipes', name));

const { recipeSchema, studySchema } = await import(join(ROOT, 'dist', 'study', 'recipe', 'index.js'));
writeFileSync(FILES[0], JSON.stringify(recipeSchema()));
writeFileSync(FILES[1], JSON.stringify(studySchema()));
const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
process.exitCode =
  spawnSync(process.execPath, [biome, 'format', '--write', ...FILES], { stdio: 'inherit' }).status ?? 1;
