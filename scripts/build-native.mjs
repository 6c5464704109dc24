// Builds what is written in C++ with the system's compiler: the bridge to libtorch (native/bridge.cpp), for which it
// finds a libtorch, and the painter's inner loops (native/painter).
// Run as a program: node scripts/build-native.mjs [--force] [--out FOLDER] [--libtorch FOLDER]
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nativeFolder = join(root, 'build', 'native');
const nodeHeaders = join(root, 'node_modules', 'node-api-headers', 'include');

/**
 * A libtorch to build against.
 * @typedef {object} Libtorch
 * @property {'LIBTORCH' | 'python' | 'debian'} kind Where it was found.
 * @property {string} path The folder a person would name.
 * @property {string} version For example `1.13.0` or `2.15.0`.
 * @property {string[]} includes Header folders.
 * @property {string} libraries The folder of libtorch_cpu.
 * @property {boolean} cxx11Abi Whether std::string is the new one (_GLIBCXX_USE_CXX11_ABI).
 */

/**
 * What build.json beside the built bridge says.
 * @typedef {object} Build
 * @property {string} libtorch
 * @property {string} version
 * @property {string} kind
 * @property {string} hash SHA-256 of source, headers' version, compiler and flags.
 * @property {number} seconds How long the compiler took.
 */

/**
 * Looks for libtorch: the `LIBTORCH` folder, then the active Python's torch 2.x, then Debian's libtorch-dev.
 * @param {{ libtorch?: string, python?: string }} [choice] A folder or a Python to use instead of looking.
 * @returns {Libtorch | undefined}
 */
export function findLibtorch(choice = {}) {
  const folder = choice.libtorch ?? process.env.LIBTORCH;
  if (folder !== undefined && folder !== '') {
    const found = inFolder(resolve(folder), 'LIBTORCH');
    if (found === undefined) {
      throw new Error(
        `LIBTORCH=${folder} is not a libtorch folder (it has no include/ATen or no lib/libtorch_cpu)`,
      );
    }
    return found;
  }
  if (choice.python !== undefined) {
    const found = inPython(choice.python);
    if (found === undefined) throw new Error(`${choice.python} has no torch 2.x with headers`);
    return found;
  }
  return inPython('python3') ?? inPython('python') ?? inDebian();
}

/**
 * Compiles the bridge, unless the one that is there was made from the same source, flags and libtorch.
 * @param {{ libtorch: Libtorch, out?: string, force?: boolean }} options `out` is a folder, `build/native` by default.
 * @returns {Build & { skipped: boolean, path: string }}
 */
export function buildNative({ libtorch, out = nativeFolder, force = false }) {
  return compile({
    name: 'bridge',
    record: 'build.json',
    sources: ['bridge.cpp', 'allocator.h'],
    flags: flagsFor(libtorch),
    about: { libtorch: libtorch.path, version: libtorch.version, kind: libtorch.kind },
    fault: `the bridge did not compile against libtorch ${libtorch.version}`,
    out,
    force,
  });
}

/**
 * Compiles the painter's inner loops, unless those that are there were made from the same source and flags.
 * @param {{ out?: string, force?: boolean }} [options] `out` is a folder, `build/native` by default.
 * @returns {{ hash: string, seconds: number, skipped: boolean, path: string }}
 */
export function buildPainter({ out = nativeFolder, force = false } = {}) {
  const folder = join(root, 'native', 'painter');
  const flags = [
    '-std=c++17',
    // Exact operations in the order they are written, so that every machine paints the same bits.
    ...['-O3', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math', '-Wall', '-Wextra'],
    ...shared(),
    `-I${nodeHeaders}`,
  ];
  return compile({
    name: 'painter',
    record: 'painter.json',
    sources: readdirSync(folder)
      .sort()
      .map(file => join('painter', file)),
    flags: { before: flags, after: [] },
    about: {},
    fault: "the painter's loops did not compile",
    out,
    force,
  });
}

/**
 * Compiles sources of `native/` to NAME.node, which appears in one step, and a record of how beside it.
 * @template {object} About
 * @param {{ name: string, record: string, sources: string[], flags: { before: string[], after: string[] }, about: About,
 *   fault: string, out: string, force: boolean }} options Headers among the sources count for the hash alone.
 * @returns {About & { hash: string, seconds: number, skipped: boolean, path: string }}
 */
function compile({ name, record, sources, flags, about, fault, out, force }) {
  const compiler = process.env.CXX || 'c++';
  const files = sources.map(source => join(root, 'native', source));
  const digest = createHash('sha256').update(JSON.stringify([compiler, flags, about, process.arch]));
  for (const file of files) digest.update(readFileSync(file));
  const hash = digest.digest('hex');
  const path = join(out, `${name}.node`);
  const recordPath = join(out, record);
  const before = readRecord(recordPath);
  if (!force && before?.hash === hash && existsSync(path)) {
    return { ...about, ...before, skipped: true, path };
  }
  mkdirSync(out, { recursive: true });
  const temporary = join(out, `.${name}.${process.pid}.node`);
  const started = performance.now();
  const units = files.filter(file => file.endsWith('.cpp'));
  const result = spawnSync(compiler, [...flags.before, ...units, '-o', temporary, ...flags.after], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (result.status !== 0) {
    rmSync(temporary, { force: true });
    if (result.error !== undefined) {
      throw new Error(`no C++ compiler: ${compiler} could not be started (install g++, or set CXX)`);
    }
    const line = result.stderr.split('\n').find(each => /error|undefined reference|cannot find/.test(each));
    throw new Error(`${fault}: ${line ?? result.stderr}`);
  }
  renameSync(temporary, path);
  const made = { ...about, hash, seconds: Math.round((performance.now() - started) / 100) / 10 };
  writeFileSync(`${recordPath}.tmp`, `${JSON.stringify(made, null, 2)}\n`);
  renameSync(`${recordPath}.tmp`, recordPath);
  return { ...made, skipped: false, path };
}

/** Flags of a library that Node loads. */
function shared() {
  return ['-fPIC', '-shared', ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [])];
}

/**
 * @param {Libtorch} libtorch
 * @returns {{ before: string[], after: string[] }} Compiler arguments before and after the source file.
 */
function flagsFor(libtorch) {
  const major = Number.parseInt(libtorch.version, 10);
  const mac = process.platform === 'darwin';
  const include = [nodeHeaders, ...libtorch.includes];
  const backends = ['torch_cuda'].filter(name => existsSync(join(libtorch.libraries, `lib${name}.so`)));
  return {
    before: [
      // Headers of 2.x use C++20; those of 1.13 do not compile as C++20 everywhere.
      major >= 2 ? '-std=c++20' : '-std=c++17',
      // The bridge only moves arguments: -O2 compiles longer and is not faster.
      '-O1',
      ...shared(),
      '-w',
      ...(mac ? [] : [`-D_GLIBCXX_USE_CXX11_ABI=${libtorch.cxx11Abi ? 1 : 0}`]),
      ...include.map(folder => `-I${folder}`),
    ],
    after: [
      `-L${libtorch.libraries}`,
      `-Wl,-rpath,${libtorch.libraries}`,
      // CUDA kernels register themselves when their library is loaded: keep it though nothing here calls it.
      ...(mac ? [] : ['-Wl,--no-as-needed']),
      ...['torch', 'torch_cpu', 'c10', ...backends].map(name => `-l${name}`),
    ],
  };
}

/**
 * @param {string} folder A libtorch distribution, or the folder of the Python package torch.
 * @param {Libtorch['kind']} kind
 * @returns {Libtorch | undefined}
 */
function inFolder(folder, kind) {
  const include = join(folder, 'include');
  const libraries = join(folder, 'lib');
  if (!existsSync(join(include, 'ATen', 'ATen.h')) || !hasLibrary(libraries)) return undefined;
  return {
    kind,
    path: folder,
    version: versionIn(include),
    includes: [include, join(include, 'torch', 'csrc', 'api', 'include')],
    libraries,
    cxx11Abi: usesCxx11Abi(join(libraries, 'libc10.so')),
  };
}

/**
 * @param {string} python
 * @returns {Libtorch | undefined} Undefined where there is no such Python, or no torch, or one older than 2.0.
 */
function inPython(python) {
  const code = 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])';
  let folder;
  try {
    folder = execFileSync(python, ['-c', code], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
  const found = inFolder(folder, 'python');
  return found !== undefined && Number.parseInt(found.version, 10) >= 2 ? found : undefined;
}

/** @returns {Libtorch | undefined} */
function inDebian() {
  if (!existsSync('/usr/include/ATen/ATen.h')) return undefined;
  const triples = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(triple => `/usr/lib/${triple}`);
  const libraries = triples.find(hasLibrary);
  if (libraries === undefined) return undefined;
  return {
    kind: 'debian',
    path: '/usr',
    version: versionIn('/usr/include'),
    includes: ['/usr/include/torch/csrc/api/include'],
    libraries,
    cxx11Abi: true,
  };
}

/** @param {string} folder */
function hasLibrary(folder) {
  return ['so', 'dylib'].some(ending => existsSync(join(folder, `libtorch_cpu.${ending}`)));
}

/**
 * @param {string} include
 * @returns {string}
 */
function versionIn(include) {
  const places = ['torch/headeronly/version.h', 'torch/version.h', 'torch/csrc/api/include/torch/version.h'];
  for (const place of places) {
    const path = join(include, place);
    if (!existsSync(path)) continue;
    const text = readFileSync(path, 'utf8');
    const part = /** @param {string} name */ name =>
      text.match(new RegExp(`TORCH_VERSION_${name}\\s+(\\d+)`))?.[1];
    return [part('MAJOR'), part('MINOR'), part('PATCH')].map(number => number ?? '0').join('.');
  }
  return '0.0.0';
}

/**
 * The old and the new std::string have different mangled names; c10::Error takes one, so its symbol tells.
 * @param {string} library
 */
function usesCxx11Abi(library) {
  if (!existsSync(library)) return true;
  return readFileSync(realpathSync(library)).includes('__cxx1112basic_string');
}

/**
 * @param {string} path
 * @returns {{ hash: string, seconds: number } | undefined}
 */
function readRecord(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const value = /** @param {string} name */ name => {
    const place = process.argv.indexOf(name);
    return place < 0 ? undefined : process.argv[place + 1];
  };
  try {
    const libtorch = findLibtorch({ libtorch: value('--libtorch'), python: value('--python') });
    if (libtorch === undefined)
      throw new Error('no libtorch found (set LIBTORCH, or install torch 2.x or libtorch-dev)');
    const options = { out: value('--out'), force: process.argv.includes('--force') };
    const painter = buildPainter(options);
    process.stderr.write(
      painter.skipped ? 'painter: up to date\n' : `painter: built in ${painter.seconds} s\n`,
    );
    const build = buildNative({ libtorch, ...options });
    process.stderr.write(
      build.skipped
        ? `bridge: up to date (libtorch ${build.version}, ${build.libtorch})\n`
        : `bridge: built in ${build.seconds} s against libtorch ${build.version} (${build.libtorch})\n`,
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
