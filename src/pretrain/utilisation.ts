import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseAs, readJson, writeFileAtomic } from '../base/index.js';
import { encoderFlops, type VisionLanguageConfig } from '../models/index.js';
import { F, noGrad, randn, scope, type Tensor, threads } from '../tensor/index.js';
import type { EncoderInputs } from './encoding.js';

/** What a run measured of its machine. */
const MachineSpeed = z.strictObject({
  device: z.string(),
  precision: z.enum(['f32', 'bf16']),
  threads: z.int(),
  /** Floating-point operations a second (a multiplication and an addition are two), in the best case. */
  peakFlops: z.number().positive(),
});
type MachineSpeed = z.infer<typeof MachineSpeed>;

/**
 * Floating-point operations that the encoders ask for in a step: two a multiply-add, and twice as many backward as
 * forward. What accumulation does over again is not the model's own work and does not count (Chowdhery et al., 2022,
 * arXiv 2204.02311, appendix B); nor does the loss, which is small beside it.
 */
export function stepFlops(config: VisionLanguageConfig, imageSize: number, inputs: EncoderInputs): number {
  const { rows, columns } = inputs.tokens;
  const { image, text } = encoderFlops(config, imageSize, columns);
  return 3 * 2 * (image * inputs.pictures.shape[0]! + text * rows);
}

/**
 * How fast this machine computes large products: the peak of which model FLOPs utilisation is a share. Measured rather
 * than looked up, because a table knows neither the clock nor the cores that this process may use. Kept in
 * `machine.json` of the run. Other work on the machine lowers it: call it when the run has come into its stride.
 * @returns FLOPs a second.
 */
export async function peakFlops(
  out: string,
  { device, precision }: Pick<MachineSpeed, 'device' | 'precision'>,
): Promise<number> {
  const file = join(out, 'machine.json');
  if (existsSync(file)) {
    const found = parseAs(MachineSpeed, await readJson(file, 'machine', `delete ${file}`), file);
    const same = found.device === device && found.precision === precision && found.threads === threads();
    if (same) return found.peakFlops;
  }
  const speed: MachineSpeed = {
    device,
    precision,
    threads: threads(),
    peakFlops: measure(device, precision),
  };
  await writeFileAtomic(file, `${JSON.stringify(speed)}\n`);
  return speed.peakFlops;
}

/** Times a product is measured: the first ones wake threads, and others may meet another process's moment. */
const ROUNDS = 8;

/** Takes about a third of a second. */
function measure(device: string, precision: 'f32' | 'bf16'): number {
  const options = { device, dtype: precision } as const;
  return noGrad(() =>
    scope(() => {
      const size = device === 'cpu' ? 768 : 8192;
      const a = randn([size, size], options);
      const matrices = fastest(2 * size ** 3, () => a.matmul(a));
      if (device !== 'cpu') return matrices;
      // On processors the library of convolutions may be faster than the one of matrices, twice in bf16.
      const [pictures, channels, side] = [8, 128, 28];
      const maps = randn([pictures, channels, side, side], options);
      const weights = randn([channels, channels, 3, 3], options);
      const flops = 2 * 9 * channels ** 2 * side ** 2 * pictures;
      return Math.max(
        matrices,
        fastest(flops, () => F.conv2d(maps, weights, null, { padding: 1 })),
      );
    }),
  );
}

/** FLOPs a second in the fastest of the rounds. */
function fastest(flops: number, product: () => Tensor): number {
  const seconds = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    // Asking for a value waits until the device has it.
    scope(() => product().select(0, 0).select(0, 0).sum().item());
    return (performance.now() - started) / 1000;
  });
  return flops / Math.min(...seconds);
}
