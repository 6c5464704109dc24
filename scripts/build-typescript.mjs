// Compiles src/ to dist/ and copies what is not TypeScript (prompts, word lists, pages' styles) beside it.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { SetupFault } from './system-packages.mjs';

const COMPILED = /\.(ts|tsx)$/;
const TESTS = /(^|\/)__fixtures__(\/|$)|\.test\.ts$/;

/**
 * The files under a folder, in a fixed order.
 * @param {string} folder
 * @returns {string[]}
 */
export function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * @param {string} root - the package's folder
 * @throws {SetupFault} when the compiler reports errors
 */
export function buildTypeScript(root) {
  const source = join(root, 'src');
  const output = join(root, 'dist');
  // The compiler's memory of what it wrote lies in dist/, so that it goes away with it.
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
    stdio: ['inherit', 2, 2],
  });
  if (status !== 0) throw new SetupFault('the TypeScript sources have errors (see above)');

  const assets = filesUnder(source).filter(
    path => !COMPILED.test(path) && !TESTS.test(relative(source, path)),
  );
  for (const path of assets) {
    const target = join(output, relative(source, path));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
  }
  removeStale(source, output);
  chmodSync(join(output, 'cli.js'), 0o755);
}

/**
 * Takes away what was compiled from a source that is no more, so that nothing can import it by mistake.
 * @param {string} source
 * @param {string} output
 */
function removeStale(source, output) {
  for (const path of filesUnder(output)) {
    const compiled = /(\.d\.ts|\.js)(\.map)?$/.exec(path);
    if (compiled === null) continue;
    const stem = join(source, relative(output, path.slice(0, compiled.index)));
    const exists = existsSync(`${stem}.ts`) || existsSync(join(source, relative(output, path)));
    if (!exists && statSync(path).isFile()) rmSync(path);
  }
}
