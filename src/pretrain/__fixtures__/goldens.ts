import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
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

/** That loss and all gradients, of inputs and of parameters, are those of the case to 1e-5 of the largest. */
export function expectGolden(
  { loss, gradients }: GoldenCase,
  found: Tensor,
  inputs: Record<string, Tensor>,
  module: Module,
): void {
  expect(Math.abs(found.item() / loss - 1)).toBeLessThan(1e-5);
  found.backward();
  const learnt: Record<string, Tensor> = { ...inputs, ...Object.fromEntries(module.namedParameters()) };
  for (const [name, expected] of Object.entries(gradients)) {
    const gradient = learnt[name]!.grad;
    expect(gradient, name).not.toBeNull();
    const difference = gradient!.sub(given(expected)).abs().amax().item();
    expect(difference / given(expected).abs().amax().item(), name).toBeLessThan(1e-5);
  }
}

function given({ data, shape }: Listed): Tensor {
  return tensor(Float32Array.from(data), { shape });
}
