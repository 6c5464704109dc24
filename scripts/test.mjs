// `npm test`: the set-up, then every check of the house in the order of their price, then the tests.
// The last line says how many tests passed and failed. Words after `npm test --` choose test files.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupOrExit } from './setup.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RESULTS = join(ROOT, 'build', 'test-results.json');

/**
 * @param {string} label
 * @param {string} script - of a package in node_modules, or of this one
 * @param {string[]} words
 */
function run(label, script, ...words) {
  process.stdout.write(`\n== ${label}\n`);
  return (
    spawnSync(process.execPath, [join(ROOT, script), ...words], { cwd: ROOT, stdio: 'inherit' }).status === 0
  );
}

await setupOrExit();
const checks = [
  () => run('format and lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  () => run('types', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'),
  () => run('types of scripts', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.scripts.json'),
  () =>
    run(
      'imports',
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'src',
    ),
  () => run('package', 'node_modules/publint/src/cli.js', 'run', '--strict', '--pack', 'npm'),
];
const sound = checks.map(check => check()).every(Boolean);

rmSync(RESULTS, { force: true });
mkdirSync(dirname(RESULTS), { recursive: true });
const tested = run(
  'tests',
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${RESULTS}`,
  ...process.argv.slice(2),
);
const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : undefined;
if (results === undefined) process.stdout.write('the tests did not run to their end\n');
else if (results.numPendingTests > 0)
  process.stdout.write(`${results.numPendingTests} skipped (see above)\n`);
if (!sound) process.stdout.write('a check before the tests failed (see above)\n');
process.stdout.write(`${results?.numPassedTests ?? 0} passed, ${results?.numFailedTests ?? 0} failed\n`);
process.exitCode = sound && tested ? 0 : 1;
