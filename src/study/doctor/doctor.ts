import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { InputError, messageOf, nativeFolder, SynrayError } from '../../base/index.js';

/** One thing looked at. */
export interface Observation {
  readonly name: string;
  /** `fault`: something does not work or works far too slowly. `note`: worth knowing, nothing is wrong. */
  readonly state: 'ok' | 'note' | 'fault';
  readonly found: string;
  /** What to do about it; empty when nothing is to be done. */
  readonly mend: string;
}

/** What `synray doctor` found. */
export interface Examination {
  readonly observations: readonly Observation[];
  readonly faults: number;
  /** The same for machines: what libtorch is used, on how many threads. Null when it does not load. */
  readonly libtorch: {
    version: string;
    kind: string;
    blas: string;
    threads: number;
    cudaDevices: number;
  } | null;
}

/** Least memory with which the quickstart is known to run, in bytes. */
const LEAST_MEMORY = 3 * 2 ** 30;
/** Least free disk for a small data set and a model, in bytes. */
const LEAST_DISK = 2 * 2 ** 30;

/** Looks at everything that synray stands on: Node, libtorch and its BLAS, packages, memory, disk. Changes nothing. */
export async function examine(): Promise<Examination> {
  const { observations: engine, libtorch } = await examineEngine();
  const observations = [
    examineNode(),
    ...engine,
    await examinePackages(),
    examineMemory(),
    await examineDisk(),
  ];
  return { observations, faults: observations.filter(({ state }) => state === 'fault').length, libtorch };
}

/** The examination as lines for a terminal. */
export function formatExamination({ observations, faults }: Examination): string {
  const width = Math.max(...observations.map(({ name }) => name.length));
  const lines = observations.flatMap(({ name, state, found, mend }) => [
    `${{ ok: 'ok   ', note: 'note ', fault: 'FAULT' }[state]}  ${name.padEnd(width)}  ${found}`,
    ...(mend === '' ? [] : [`${' '.repeat(width + 9)}mend: ${mend}`]),
  ]);
  return [...lines, '', faults === 0 ? 'no faults' : `${faults} ${faults === 1 ? 'fault' : 'faults'}`].join(
    '\n',
  );
}

function examineNode(): Observation {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const old = major < 20 || (major === 20 && minor < 19);
  return {
    name: 'Node',
    state: old ? 'fault' : 'ok',
    found: `${process.versions.node} on ${process.platform} ${process.arch}`,
    mend: old ? 'install Node 20.19 or later' : '',
  };
}

async function examineEngine(): Promise<{ observations: Observation[]; libtorch: Examination['libtorch'] }> {
  const tensor = await import('../../tensor/index.js');
  try {
    const version = tensor.libtorchVersion();
    const build = readBuild(join(nativeFolder(), 'build.json'));
    const blas = tensor.blasLibrary();
    const speed = matrixSpeed(tensor);
    const threads = tensor.threads();
    const devices = tensor.cudaAvailable() ? tensor.cudaDeviceCount() : 0;
    const slow = blas.name === 'reference';
    return {
      observations: [
        { name: 'libtorch', state: 'ok', found: `${version} (${build.kind}: ${build.libtorch})`, mend: '' },
        {
          name: 'native build',
          state: 'ok',
          found: `${nativeFolder()}, ${tensor.operatorNames().length} operators`,
          mend: '',
        },
        {
          name: 'BLAS',
          state: slow ? 'fault' : 'ok',
          found: `${blas.name}${blas.path === null ? '' : ` (${blas.path})`}, ${speed.toFixed(0)} GFLOP/s${
            slow ? ': the reference BLAS is about twenty times slower than OpenBLAS' : ''
          }`,
          mend: slow ? 'apt-get install libopenblas0-pthread' : '',
        },
        threadsObserved(threads),
        {
          name: 'CUDA',
          state: devices > 0 ? 'ok' : 'note',
          found: devices > 0 ? `${devices} ${devices === 1 ? 'device' : 'devices'}` : cudaAbsence(),
          mend:
            devices === 0 && hasNvidiaDriver()
              ? 'set LIBTORCH to a CUDA build of libtorch, or pip install torch, and run npm run setup'
              : '',
        },
      ],
      libtorch: { version, kind: build.kind, blas: blas.name, threads, cudaDevices: devices },
    };
  } catch (error) {
    const known = error instanceof SynrayError;
    return {
      observations: [
        {
          name: 'native build',
          state: 'fault',
          found: known ? error.fault : messageOf(error),
          mend: known ? error.mend : 'run npm run setup',
        },
      ],
      libtorch: null,
    };
  }
}

/** libtorch's own choice may be fewer than there are (1.13 counts what it takes for physical cores); training takes all. */
function threadsObserved(threads: number): Observation {
  const processors = availableParallelism();
  const found = `${processors} processors${threads === processors ? '' : `; libtorch alone takes ${threads}, training all`}`;
  return { name: 'threads', state: 'ok', found, mend: '' };
}

/** GFLOP/s of a 512 × 512 matrix product in f32, the best of a few: what training time hangs on. */
function matrixSpeed(tensor: typeof import('../../tensor/index.js')): number {
  const side = 512;
  return tensor.scope(() => {
    const a = tensor.randn([side, side]);
    const b = tensor.randn([side, side]);
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 4; round++) {
      const started = performance.now();
      a.matmul(b);
      best = Math.min(best, performance.now() - started);
    }
    return (2 * side ** 3) / (best * 1e6);
  });
}

function readBuild(path: string): { kind: string; libtorch: string } {
  try {
    const { kind, libtorch } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return { kind: String(kind), libtorch: String(libtorch) };
  } catch {
    return { kind: 'unknown build', libtorch: path };
  }
}

function cudaAbsence(): string {
  return hasNvidiaDriver()
    ? 'there is an NVIDIA driver, but this libtorch is a CPU build'
    : 'no GPU: training is on the CPU';
}

function hasNvidiaDriver(): boolean {
  try {
    execFileSync('nvidia-smi', ['-L'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

async function examinePackages(): Promise<Observation> {
  try {
    const [sharp, duckdb] = await Promise.all([import('sharp'), import('@duckdb/node-api')]);
    return {
      name: 'packages',
      state: 'ok',
      found: `sharp ${sharp.default.versions.sharp} (libvips ${sharp.default.versions.vips}), DuckDB ${duckdb.version()}`,
      mend: '',
    };
  } catch (error) {
    return { name: 'packages', state: 'fault', found: messageOf(error), mend: 'run npm run setup' };
  }
}

function examineMemory(): Observation {
  // In a container the limit is the container's.
  const limit = process.constrainedMemory();
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  const little = total < LEAST_MEMORY;
  return {
    name: 'memory',
    state: little ? 'note' : 'ok',
    found: `${gibibytes(total)}, ${gibibytes(Math.min(total, freemem()))} free`,
    mend: little ? `the quickstart wants ${gibibytes(LEAST_MEMORY)}` : '',
  };
}

async function examineDisk(): Promise<Observation> {
  const folder = process.cwd();
  try {
    const { bavail, bsize } = await statfs(folder);
    const little = bavail * bsize < LEAST_DISK;
    return {
      name: 'disk',
      state: little ? 'note' : 'ok',
      found: `${gibibytes(bavail * bsize)} free in ${folder}`,
      mend: little ? `a small study wants ${gibibytes(LEAST_DISK)}` : '',
    };
  } catch (error) {
    throw new InputError({
      file: folder,
      fault: messageOf(error),
      mend: 'go to a folder that exists',
      cause: error,
    });
  }
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
