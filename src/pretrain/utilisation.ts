import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseAs, readJson, writeFileAtomic } from '../base/index.js';
import { encoderFlops, type VisionLanguageConfig } from '../models/index.js';
import { noGrad, randn, scope, threads } from '../tensor/index.js';
import type { EncoderInputs } from './encoding.js';

/** What a run measured of its machine. */
const MachineSpeed = z.strictObject({
  device: z.string(),
  precision: z.enum(['f32', 'bf16']),
  threads: z.int(),
  /** Floating-point operations a second (a multiplication and an addition are two) of a large matrix product. */
  matrixFlops: z.number().positive(),
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
 * How fast this machine multiplies matrices: the peak of which model FLOPs utilisation is a share. Measured rather
 * than looked up, because a table knows neither the clock nor the cores that this process may use. Kept in
 * `machine.json` of the run.
 * @returns FLOPs a second.
 */
export async function matrixFlops(
  out: string,
  { device, precision }: Pick<MachineSpeed, 'device' | 'precision'>,
): Promise<number> {
  const file = join(out, 'machine.json');
  if (existsSync(file)) {
    const found = parseAs(MachineSpeed, await readJson(file, 'machine', `delete ${file}`), file);
    const same = found.device === device && found.precision === precision && found.threads === threads();
    if (same) return found.matrixFlops;
  }
  const speed: MachineSpeed = {
    device,
    precision,
    threads: threads(),
    matrixFlops: measure(device, precision),
  };
  await writeFileAtomic(file, `${JSON.stringify(speed)}\n`);
  return speed.matrixFlops;
}

/** Best of three, so that another process's moment does not count. Takes about a tenth of a second. */
function measure(device: string, precision: 'f32' | 'bf16'): number {
  const size = device === 'cpu' ? 768 : 8192;
  return noGrad(() =>
    scope(() => {
      const a = randn([size, size], { device, dtype: precision });
      const seconds = [0, 1, 2, 3].map(() => {
        const started = performance.now();
        // Asking for a value waits until the device has it.
        a.matmul(a).select(0, 0).select(0, 0).item();
        return (performance.now() - started) / 1000;
      });
      return (2 * size ** 3) / Math.min(...seconds.slice(1));
    }),
  );
}
