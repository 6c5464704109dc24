// How fast pictures come in: `npm run bench import [-- PICTURES] [-- ROWS]`. PICTURES (default 600) noisy 1024 px 8-bit PNG, made
// here, through `import table`: pictures a second, CPU time a picture, and the parts of it. Then ROWS rows (default 20,000; 0
// leaves it out) over a few small pictures, for what a row costs in time and memory; an aim is a million rows in bounded memory.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, importTable } from '../dist/data/index.js';

const SIDE = 1024;

export default async function importing(words = []) {
  const pictures = Number(words[0] ?? 600);
  const rows = Number(words[1] ?? 20_000);
  const folder = await mkdtemp(join(tmpdir(), 'synray-bench-import-'));
  console.log(`${availableParallelism()} cores, load before ${loadavg()[0].toFixed(1)}`);
  try {
    const results = [await wide(folder, pictures)];
    if (rows > 0) results.push(await long(folder, rows));
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Large pictures, each of its own. */
async function wide(folder, count) {
  const names = Array.from({ length: count }, (_, index) => `p${index}.png`);
  let bytes = 0;
  await mkdir(join(folder, 'pictures'));
  for (const [index, name] of names.entries()) {
    const file = await encodePng(texture(index), SIDE, SIDE);
    bytes += file.length;
    await writeFile(join(folder, 'pictures', name), file);
  }
  await writeFile(join(folder, 'wide.csv'), `file\n${names.join('\n')}\n`);
  const run = await timed(() =>
    importTable({
      table: join(folder, 'wide.csv'),
      images: join(folder, 'pictures'),
      out: join(folder, 'wide'),
    }),
  );
  const again = await timed(() =>
    importTable({
      table: join(folder, 'wide.csv'),
      images: join(folder, 'pictures'),
      out: join(folder, 'wide'),
    }),
  );
  const row = {
    pictures: count,
    megabytesEach: Number((bytes / count / 1e6).toFixed(2)),
    picturesPerSecond: Number((count / run.seconds).toFixed(1)),
    cpuMillisecondsPerPicture: Number((run.cpu / count).toFixed(1)),
    residentMiB: run.peak,
    secondsAgain: Number(again.seconds.toFixed(2)),
  };
  console.log(
    `${count} PNG of ${SIDE} px, ${row.megabytesEach} MB each: ${row.picturesPerSecond} pictures/s, ` +
      `${row.cpuMillisecondsPerPicture} ms of CPU a picture, ${row.residentMiB} MiB; finished already: ${row.secondsAgain} s`,
  );
  return row;
}

/** Many rows over few small pictures. */
async function long(folder, count) {
  for (let index = 0; index < 10; index++) {
    const small = texture(index).subarray(0, 32 * 32);
    await writeFile(join(folder, `s${index}.png`), await encodePng(small, 32, 32));
  }
  const lines = Array.from({ length: count }, (_, row) => `r${row},s${row % 10}.png,p${row >> 2}`);
  await writeFile(join(folder, 'long.csv'), `id,file,patient\n${lines.join('\n')}\n`);
  const run = await timed(() => importTable({ table: join(folder, 'long.csv'), out: join(folder, 'long') }));
  const row = {
    rows: count,
    rowsPerSecond: Number((count / run.seconds).toFixed(0)),
    residentMiB: run.peak,
  };
  console.log(`${count} rows of 32 px: ${row.rowsPerSecond} rows/s, ${row.residentMiB} MiB`);
  return row;
}

async function timed(work) {
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 50);
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpu: (user + system) / 1000, peak: Math.round(peak / 2 ** 20) };
}

/** Shades like those of a chest, with noise of a detector: about 0.7 bytes a pixel as PNG. */
function texture(seed) {
  const pixels = new Uint8Array(SIDE * SIDE);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let y = 0; y < SIDE; y++) {
    const down = 40 * Math.cos((y + 31 * seed) / 130) + 8 * Math.cos(y / 17);
    for (let x = 0; x < SIDE; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const noise = ((state >>> 24) + ((state >>> 12) & 255) - 255) / 32;
      pixels[y * SIDE + x] = 120 + 50 * Math.sin((x + 57 * seed) / 90) + down + noise;
    }
  }
  return pixels;
}
