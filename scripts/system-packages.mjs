// What the machine itself must have: a C++ compiler, libtorch and a fast BLAS. On Debian and Ubuntu they come from apt.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';

/** Ways to mend a machine on which nothing can be installed; told when the set-up has to give up. */
export const CHOICES = `synray needs libtorch and a C++ compiler. Choose one:
  Debian 12, Ubuntu   apt-get install g++ libtorch-dev libopenblas0-pthread   (as root), then run again
  any Linux or macOS  python3 -m pip install torch   in the active Python (2.x; and a C++ compiler: g++ or clang++)
  anywhere            LIBTORCH=/path/to/libtorch   the unpacked folder from https://pytorch.org (and a C++ compiler)`;

/** The set-up cannot go on; the message is for the person at the terminal. */
export class SetupFault extends Error {}

/** @param {string} command */
function has(command) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], { stdio: 'ignore' }).status === 0;
}

/** Whether the compiler that builds the bridge is there: `CXX` where set, else `c++` (g++ or clang++). */
function hasCompiler() {
  return has(process.env.CXX || 'c++');
}

/**
 * The reference BLAS (Debian's libblas3) multiplies matrices some twenty times slower than OpenBLAS.
 * @returns {string | undefined} the path of a slow reference BLAS that Debian's libtorch would use
 */
export function referenceBlas() {
  const machine = process.arch === 'x64' ? 'x86_64' : process.arch === 'arm64' ? 'aarch64' : process.arch;
  const folder = `/usr/lib/${machine}-linux-gnu`;
  const link = `${folder}/libblas.so.3`;
  if (!existsSync(link)) return undefined;
  const path = realpathSync(link);
  return path.startsWith(`${folder}/blas/`) ? path : undefined;
}

/**
 * The apt packages that are missing.
 * @param {{libtorch: boolean, debianLibtorch: boolean}} found - whether any libtorch was found, and whether it is Debian's
 */
export function missingPackages({ libtorch, debianLibtorch }) {
  const missing = [];
  if (!hasCompiler()) missing.push('g++');
  if (!libtorch) missing.push('libtorch-dev', 'libopenblas0-pthread');
  else if (debianLibtorch && referenceBlas() !== undefined) missing.push('libopenblas0-pthread');
  return missing;
}

/**
 * Installs Debian packages, as root or through sudo.
 * @param {string[]} packages
 * @param {(line: string) => void} say
 * @throws {SetupFault} where there is no apt, no right to use it, or the packages do not install
 */
export function installPackages(packages, say) {
  const list = packages.join(' ');
  const give = /** @param {string} why */ why => new SetupFault(`${list} missing: ${why}.\n${CHOICES}`);
  if (process.platform !== 'linux' || !has('apt-get'))
    throw give(`there is no apt on this ${process.platform} machine`);
  const prefix = asRoot();
  if (prefix === undefined)
    throw give('only root may install packages, and sudo is not available or asks for a password');
  say(`installing with apt${prefix.length > 0 ? ' (through sudo)' : ''}: ${list}`);
  const words = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-q',
    '-o',
    'DPkg::Lock::Timeout=600',
  ];
  // apt's own chatter goes to stderr: stdout is for results.
  const apt = /** @param {string[]} more */ (...more) =>
    spawnSync(words[0], [...words.slice(1), ...more], { stdio: ['inherit', 2, 2] }).status === 0;
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
  const listed = packages.every(
    name => spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0,
  );
  // The lists may be absent (a bare image) or old (files that the mirror no longer has).
  if ((listed && install()) || (apt('update') && install())) return;
  throw give('apt could not install them (see above)');
}

/** @returns {string[] | undefined} the words that make a command run as root, or undefined where nothing does */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (!has('sudo')) return undefined;
  // On a terminal sudo may ask for the password; elsewhere it must work without.
  if (process.stdin.isTTY) return ['sudo'];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}
