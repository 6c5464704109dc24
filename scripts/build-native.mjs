// Builds what is written in C++ with the system's compiler: the bridge to libtorch (native/*.cpp), for which it finds a
// libtorch, and the painter's inner loops (native/painter).
// Run as a program: node scripts/build-native.mjs [--force] [--out FOLDER] [--libtorch FOLDER]
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
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
 * @returns {Promise<Build & { skipped: boolean, path: string }>}
 */
export async function buildNative({ libtorch, out = nativeFolder, force = false }) {
  return build({
    name: 'bridge',
    record: 'build.json',
    read: ['.', 'gloo'],
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
 * @returns {Promise<{ hash: string, seconds: number, skipped: boolean, path: string }>}
 */
export async function buildPainter({ out = nativeFolder, force = false } = {}) {
  const exact = ['-O3', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math'];
  return build({
    name: 'painter',
    record: 'painter.json',
    read: ['painter'],
    flags: {
      sources: filesIn('painter').filter(file => file.endsWith('.cpp')),
      // Exact operations in the order they are written, so that every machine paints the same bits.
      compile: ['-std=c++17', ...exact, '-fPIC', '-Wall', '-Wextra', `-I${nodeHeaders}`],
      shared: sharedFlags(),
      link: [],
    },
    about: {},
    fault: "the painter's loops did not compile",
    out,
    force,
  });
}

/**
 * How a library is compiled: files of `native/`, and arguments.
 * @typedef {{ sources: string[], compile: string[], shared: string[], link: string[] }} Flags
 */

/**
 * Compiles NAME.node, which appears in one step, and a record of how beside it.
 * @template {object} About
 * @param {{ name: string, record: string, read: string[], flags: Flags, about: About, fault: string, out: string,
 *   force: boolean }} options `read`: folders of `native/` on whose sources and headers the library depends.
 * @returns {Promise<About & { hash: string, seconds: number, skipped: boolean, path: string }>}
 */
async function build({ name, record, read, flags, about, fault, out, force }) {
  const compiler = process.env.CXX || 'c++';
  const digest = createHash('sha256').update(JSON.stringify([compiler, flags, about, process.arch]));
  for (const file of read.flatMap(filesIn)) digest.update(readFileSync(join(root, 'native', file)));
  const hash = digest.digest('hex');
  const path = join(out, `${name}.node`);
  const recordPath = join(out, record);
  const before = readRecord(recordPath);
  if (!force && before?.hash === hash && existsSync(path))
    return { ...about, ...before, skipped: true, path };

  mkdirSync(out, { recursive: true });
  const temporary = mkdtempSync(join(out, '.build-'));
  const started = performance.now();
  try {
    /** @param {string[]} words */
    const compile = words => run(compiler, words, fault);
    const objects = flags.sources.map(source => join(temporary, `${source.replaceAll('/', '-')}.o`));
    await Promise.all(
      flags.sources.map((source, index) =>
        compile([...flags.compile, '-c', join(root, 'native', source), '-o', objects[index] ?? '']),
      ),
    );
    const library = join(temporary, `${name}.node`);
    await compile([...flags.shared, ...objects, '-o', library, ...flags.link]);
    renameSync(library, path);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  const made = { ...about, hash, seconds: Math.round((performance.now() - started) / 100) / 10 };
  writeFileSync(`${recordPath}.tmp`, `${JSON.stringify(made, null, 2)}\n`);
  renameSync(`${recordPath}.tmp`, recordPath);
  return { ...made, skipped: false, path };
}

/**
 * Sources and headers of a folder of `native/`, as places in `native/`.
 * @param {string} folder
 * @returns {string[]}
 */
function filesIn(folder) {
  return readdirSync(join(root, 'native', folder))
    .filter(file => /\.(cpp|h)$/.test(file))
    .sort()
    .map(file => join(folder, file));
}

/** Arguments that make a library for Node to load. */
function sharedFlags() {
  return ['-shared', ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [])];
}

/**
 * Runs the compiler to its end.
 * @param {string} compiler
 * @param {string[]} words
 * @param {string} fault What to say before the compiler's own words.
 * @returns {Promise<void>}
 */
function run(compiler, words, fault) {
  return new Promise((done, failed) => {
    execFile(compiler, words, { encoding: 'utf8', maxBuffer: 1 << 26 }, (error, _, stderr) => {
      if (error === null) return done();
      if (error.code === 'ENOENT' || error.code === 'EACCES') {
        return failed(
          new Error(`no C++ compiler: ${compiler} could not be started (install g++, or set CXX)`),
        );
      }
      const line = stderr.split('\n').find(each => /error|undefined reference|cannot find/.test(each));
      failed(new Error(`${fault}: ${line ?? stderr}`));
    });
  });
}

/**
 * @param {Libtorch} libtorch
 * @returns {Flags}
 */
function flagsFor(libtorch) {
  const major = Number.parseInt(libtorch.version, 10);
  const mac = process.platform === 'darwin';
  const backends = ['torch_cuda'].filter(name => existsSync(join(libtorch.libraries, `lib${name}.so`)));
  const nccl = major >= 2 && backends.length > 0 ? ncclHeaders(libtorch) : undefined;
  const include = [nodeHeaders, join(root, 'native'), ...libtorch.includes, ...(nccl ?? [])];
  return {
    sources: ['bridge.cpp', 'distributed.cpp', ...(nccl === undefined ? [] : ['nccl.cpp'])],
    compile: [
      // Headers of 2.x use C++20; those of 1.13 do not compile as C++20 everywhere.
      major >= 2 ? '-std=c++20' : '-std=c++17',
      // The bridge only moves arguments: -O2 compiles longer and is not faster.
      '-O1',
      '-fPIC',
      '-w',
      ...(nccl === undefined ? [] : ['-DSYNRAY_NCCL']),
      ...(mac ? [] : [`-D_GLIBCXX_USE_CXX11_ABI=${libtorch.cxx11Abi ? 1 : 0}`]),
      ...include.map(folder => `-I${folder}`),
    ],
    shared: sharedFlags(),
    link: [
      `-L${libtorch.libraries}`,
      `-Wl,-rpath,${libtorch.libraries}`,
      // CUDA kernels register themselves when their library is loaded: keep it though nothing here calls it.
      ...(mac ? [] : ['-Wl,--no-as-needed']),
      ...['torch', 'torch_cpu', 'c10', ...backends, ...(nccl === undefined ? [] : ['c10_cuda'])].map(
        name => `-l${name}`,
      ),
    ],
  };
}

/**
 * Header folders of CUDA and NCCL: a toolkit's, or those of the packages beside the Python package torch.
 * @param {Libtorch} libtorch
 * @returns {string[] | undefined} Undefined where one of the two is missing.
 */
function ncclHeaders(libtorch) {
  const packages = join(dirname(libtorch.path), 'nvidia');
  const cuda = process.env.CUDA_HOME || '/usr/local/cuda';
  const folders = [
    join(cuda, 'include'),
    ...(existsSync(packages) ? readdirSync(packages).map(name => join(packages, name, 'include')) : []),
  ];
  // PyPI's CUDA runtime comes without crt/, which its headers include; Triton, which torch brings along, has it.
  const triton = join(dirname(libtorch.path), 'triton', 'backends', 'nvidia', 'include');
  folders.push(triton);
  const needed = [
    'cuda_runtime_api.h',
    'crt/host_config.h',
    'cusparse.h',
    'cublas_v2.h',
    'cusolver_common.h',
    'nccl.h',
  ];
  const found = folders.filter(folder => existsSync(folder));
  const all = needed.every(name => [...found, '/usr/include'].some(folder => existsSync(join(folder, name))));
  return all ? found : undefined;
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
    const painter = await buildPainter(options);
    process.stderr.write(
      painter.skipped ? 'painter: up to date\n' : `painter: built in ${painter.seconds} s\n`,
    );
    const bridge = await buildNative({ libtorch, ...options });
    process.stderr.write(
      bridge.skipped
        ? `bridge: up to date (libtorch ${bridge.version}, ${bridge.libtorch})\n`
        : `bridge: built in ${bridge.seconds} s against libtorch ${bridge.version} (${bridge.libtorch})\n`,
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
