// Makes a bare clone ready to run: system packages, npm packages, TypeScript build, native build, the `synray`
// command. Runs on Node alone (nothing from npm is there yet) and does again only what has changed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findLibtorch } from './build-native.mjs';
import { buildTypeScript, filesUnder } from './build-typescript.mjs';
import { CHOICES, installPackages, missingPackages, referenceBlas, SetupFault } from './system-packages.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(ROOT, 'build', 'setup.json');
/** What the set-up leaves behind; if one is gone, it runs again. */
const RESULTS = [
  'dist/cli.js',
  'build/native/bridge.node',
  'build/native/painter.node',
  'node_modules/.bin/synray',
];

/** @param {string} line */
const say = line => process.stderr.write(`setup: ${line}\n`);

/** Does what is missing. */
export async function setup() {
  checkNode();
  const before = readStamp();
  if (before.ready === fingerprint() && RESULTS.every(path => existsSync(join(ROOT, path)))) return;

  let libtorch = lookForLibtorch();
  const missing = missingPackages({
    libtorch: libtorch !== undefined,
    debianLibtorch: libtorch?.kind === 'debian',
  });
  if (missing.length > 0) {
    installOrExplain(missing, libtorch !== undefined);
    libtorch ??= lookForLibtorch();
  }
  if (libtorch === undefined) throw new SetupFault(`libtorch was not found.\n${CHOICES}`);

  installNpmPackages();
  const ready = fingerprint();
  const typescript = fingerprintOf(['src', 'tsconfig.json', 'tsconfig.build.json']);
  // The two compilers work side by side: one core each.
  const bridge = buildBridge();
  if (before.typescript !== typescript || !existsSync(join(ROOT, 'dist', 'cli.js'))) {
    say('compiling TypeScript to dist/');
    buildTypeScript(ROOT);
    writeStamp({ typescript });
  }
  await bridge;
  linkCommand();
  writeStamp({ typescript, ready });
  say('ready');
}

/** @throws {SetupFault} when LIBTORCH names a folder that is none */
function lookForLibtorch() {
  try {
    return findLibtorch();
  } catch (error) {
    throw new SetupFault(error instanceof Error ? error.message : String(error));
  }
}

/** Builds the bridge to libtorch in a process of its own; it skips itself when nothing changed. */
function buildBridge() {
  const script = join(ROOT, 'scripts', 'build-native.mjs');
  const build = spawn(process.execPath, [script], { stdio: ['ignore', 2, 2] });
  return new Promise((resolve, reject) => {
    build.on('error', reject);
    build.on('exit', code =>
      code === 0
        ? resolve(undefined)
        : reject(new SetupFault('the bridge to libtorch was not built (see above)')),
    );
  });
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupFault(`Node ${process.versions.node} is too old: synray needs 20.19 or later.`);
  }
}

/**
 * A missing compiler or libtorch ends the set-up; a slow BLAS is named and lived with.
 * @param {string[]} missing
 * @param {boolean} libtorch - whether one is there
 */
function installOrExplain(missing, libtorch) {
  try {
    installPackages(missing, say);
  } catch (error) {
    const onlySlow = libtorch && missing.every(name => name === 'libopenblas0-pthread');
    if (!onlySlow) throw error;
    say(
      `${referenceBlas()} is the slow reference BLAS: training will take some twenty times longer. ` +
        'Mend: apt-get install libopenblas0-pthread',
    );
  }
}

/** Installs what package-lock.json names, unless it is all there. */
function installNpmPackages() {
  if (npmPackagesAreThere()) return;
  say('installing npm packages (npm ci)');
  const { status } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'],
    {
      cwd: ROOT,
      stdio: ['inherit', 2, 2],
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    },
  );
  if (status !== 0) throw new SetupFault('npm ci failed (see above): is the npm registry reachable?');
}

/** Compares npm's own record of node_modules with the lock file: what is not optional must be there as locked. */
function npmPackagesAreThere() {
  try {
    const wanted = readJson(join(ROOT, 'package-lock.json')).packages;
    const installed = readJson(join(ROOT, 'node_modules', '.package-lock.json')).packages;
    return Object.entries(wanted).every(
      ([path, entry]) =>
        path === '' || entry.optional || entry.devOptional || installed[path]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

/** `npx synray` takes the command from node_modules/.bin before it asks a registry: put this clone's build there. */
function linkCommand() {
  const link = join(ROOT, 'node_modules', '.bin', 'synray');
  const target = relative(dirname(link), join(ROOT, 'dist', 'cli.js'));
  mkdirSync(dirname(link), { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  symlinkSync(target, link);
}

/** Changes whenever something changes on which the set-up depends: sources, packages, and where libtorch is looked for. */
function fingerprint() {
  const python = ['python3', 'python'].map(onPath).find(path => path !== undefined);
  const surroundings = [process.version, process.arch, process.env.LIBTORCH, process.env.VIRTUAL_ENV, python];
  return `${fingerprintOf(['src', 'native', 'scripts', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'])}-${hash(JSON.stringify(surroundings))}`;
}

/** @param {string} command */
function onPath(command) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, command))
    .find(path => existsSync(path));
}

/**
 * By name, size and time of change: quick, and enough to see an edit.
 * @param {string[]} names - files and folders of the package
 */
function fingerprintOf(names) {
  const files = names
    .map(name => join(ROOT, name))
    .flatMap(path => (existsSync(path) && statSync(path).isDirectory() ? filesUnder(path) : [path]))
    .filter(path => existsSync(path));
  return hash(
    files
      .map(path => [relative(ROOT, path), statSync(path).size, statSync(path).mtimeMs].join(' '))
      .join('\n'),
  );
}

/** @param {string} text */
function hash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** @returns {{ready?: string, typescript?: string}} */
function readStamp() {
  try {
    return readJson(STAMP);
  } catch {
    return {};
  }
}

/** @param {{ready?: string, typescript?: string}} stamp */
function writeStamp(stamp) {
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(`${STAMP}.tmp`, JSON.stringify(stamp));
  renameSync(`${STAMP}.tmp`, STAMP);
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Runs the set-up; ends the process with one clear message where it cannot be done. */
export async function setupOrExit() {
  try {
    await setup();
  } catch (error) {
    if (!(error instanceof SetupFault)) throw error;
    process.stderr.write(`setup: ${error.message}\n`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setupOrExit();
