// How fast the simulator paints: `npm run bench painter [-- SECONDS] [-- WORKERS]`: pairs a second at several sizes, on all
// cores (or WORKERS threads) for about SECONDS each (default 6), what a pair costs in CPU time, and the memory held.
// The requests are as `generate` makes them: half without findings, the rest with one or two.
import { availableParallelism, loadavg } from 'node:os';
import { SimulatorPainter, simulatorConcepts } from '../dist/images/index.js';

const SIZES = [128, 144, 256, 512];
const concepts = [...simulatorConcepts].sort();

export default async function painter(words = []) {
  const seconds = Number(words[0] ?? 6);
  const workers = Number(words[1] ?? availableParallelism());
  console.log(
    `${workers} threads on ${availableParallelism()} cores, load before ${loadavg()[0].toFixed(1)}`,
  );
  const results = [];
  for (const size of SIZES) {
    const one = new SimulatorPainter({ workers });
    // Threads start, noise fields are made, and V8 compiles what runs often: the first pairs are half as fast.
    const warm = 160 * workers;
    const opening = performance.now();
    await one.paint(requests(size, -warm, warm));
    const firstPairsPerSecond = Number((warm / ((performance.now() - opening) / 1000)).toFixed(1));
    const cpu = process.cpuUsage();
    const started = performance.now();
    let painted = 0;
    let peak = 0;
    while (performance.now() - started < 1000 * seconds) {
      await one.paint(requests(size, painted, 16 * workers));
      painted += 16 * workers;
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    const wall = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    await one.close();
    const row = {
      size,
      firstPairsPerSecond,
      pairsPerSecond: Number((painted / wall).toFixed(1)),
      cpuMillisecondsPerPair: Number(((user + system) / 1000 / painted).toFixed(1)),
      residentMiB: Math.round(peak / 2 ** 20),
    };
    console.log(
      `${String(size).padStart(5)} px  ${row.pairsPerSecond} pairs/s (the first ${warm}: ${row.firstPairsPerSecond})  ${row.cpuMillisecondsPerPair} ms of CPU a pair  ${row.residentMiB} MiB`,
    );
    results.push(row);
  }
  return results;
}

function requests(size, from, count) {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const findings = (((number % 4) + 4) % 4) % 3;
    return {
      id: `painter ${number}`,
      findings: '',
      impression: '',
      mentions: Array.from({ length: findings }, (_, place) => mention(number * 7 + place * 31)),
      size,
      seed: 0,
      attempt: 0,
    };
  });
}

function mention(number) {
  const concept = concepts[((number % concepts.length) + concepts.length) % concepts.length];
  return {
    section: 'findings',
    start: 0,
    end: concept.length,
    text: concept,
    concept,
    type: 'ABNORMALITY',
    polarity: 'affirmed',
  };
}
