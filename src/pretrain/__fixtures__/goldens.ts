import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Module, type Tensor, tensor } from '../../tensor/index.js';

const Listed = z.object({ shape: z.array(z.number()), data: z.array(z.number()) });
type Listed = z.infer<typeof Listed>;

const GoldenCase = z.object({
  settings: z.record(z.string(), z.union([z.string(), z.number()])),
  inputs: z.record(z.string(), Listed),
  loss: z.number(),
  /** Of inputs and learnt parameters, by name. */
  gradients: z.record(z.string(), Listed),
});
export type GoldenCase = z.infer<typeof GoldenCase>;

/** Made by make_objectives.py: the definitions restated pair by pair, in double precision. */
export const goldens = z
  .object({
    objectives: z.array(GoldenCase),
    grounding: z.array(GoldenCase),
    twins: z.array(GoldenCase),
  })
  .parse(JSON.parse(readFileSync(new URL('./objectives.json', import.meta.url), 'utf8')));

/** The inputs as tensors; those that have a gradient in the golden case follow one. */
export function inputsOf({ inputs, gradients }: GoldenCase): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, listed]) => {
      const value = given(listed);
      return [name, name in gradients ? value.setRequiresGrad() : value];
    }),
  );
}

/**
 * How far the loss and every gradient, of inputs and of parameters, are from those of the case, as a share of the
 * largest expected value of each; infinite for a gradient that is not there.
 */
export function goldenErrors(
  { loss, gradients }: GoldenCase,
  found: Tensor,
  inputs: Record<string, Tensor>,
  module: Module,
): Record<string, number> {
  found.backward();
  const learnt: Record<string, Tensor> = { ...inputs, ...Object.fromEntries(module.namedParameters()) };
  const errors = Object.entries(gradients).map(([name, listed]): [string, number] => {
    const expected = given(listed);
    const gradient = learnt[name]?.grad ?? null;
    if (gradient === null) return [name, Number.POSITIVE_INFINITY];
    return [name, gradient.sub(expected).abs().amax().item() / expected.abs().amax().item()];
  });
  return { loss: Math.abs(found.item() / loss - 1), ...Object.fromEntries(errors) };
}

function given({ data, shape }: Listed): Tensor {
  return tensor(Float32Array.from(data), { shape });
}
