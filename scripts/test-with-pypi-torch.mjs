// Builds the bridge a second time, against the torch 2.x of PyPI, and runs the tests of src/tensor on it.
//   node scripts/test-with-pypi-torch.mjs                     makes a virtual environment in build/ (a large download)
//   node scripts/test-with-pypi-torch.mjs --python PYTHON     uses the torch of that Python
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNative, findLibtorch } from './build-native.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const chosen = process.argv.indexOf('--python');
const python = chosen < 0 ? pythonWithTorch() : (process.argv[chosen + 1] ?? 'python3');

const libtorch = findLibtorch({ python });
if (libtorch === undefined) throw new Error(`${python} has no torch`);
const out = join(root, 'build', 'native-pypi');
const build = await buildNative({ libtorch, out });
process.stderr.write(`libtorch ${build.version} from ${build.libtorch}\n`);
run('npx', ['vitest', 'run', 'src/tensor'], { ...process.env, SYNRAY_NATIVE: out });

/** @returns {string} The Python of a virtual environment in build/ with torch from PyPI. */
function pythonWithTorch() {
  const folder = join(root, 'build', 'pypi-torch');
  const inside = join(folder, 'bin', 'python');
  if (!existsSync(inside)) run('python3', ['-m', 'venv', folder]);
  run(inside, ['-m', 'pip', 'install', '--quiet', 'torch', 'numpy']);
  return inside;
}

/**
 * Runs a command to its end; ends this program where the command fails.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
function run(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (error !== undefined) process.stderr.write(`${command}: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}
