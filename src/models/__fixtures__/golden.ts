import assert from 'node:assert/strict';
import { type Module, readSafetensors, type Tensor } from '../../tensor/index.js';

/** Tensors that another library computed, by name. */
export class Golden {
  readonly #tensors: ReadonlyMap<string, Tensor>;

  constructor(file: URL) {
    this.#tensors = readSafetensors(file.pathname).tensors;
  }

  get(name: string): Tensor {
    const found = this.#tensors.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  /** Those whose name begins so, without that. */
  below(prefix: string): Map<string, Tensor> {
    const found = [...this.#tensors].filter(([name]) => name.startsWith(prefix));
    return new Map(found.map(([name, value]) => [name.slice(prefix.length), value]));
  }
}

/** Greatest difference over the greatest value. */
export function relativeError(given: Tensor, expected: Tensor): number {
  assert.deepEqual(given.shape, expected.shape);
  return given.sub(expected).abs().amax().item() / expected.abs().amax().item();
}

/**
 * Asserts that the gradients of a module's parameters are these, to a relative 1e-5. A key's bias adds the same to all
 * scores of a query: its gradient is 0 up to rounding, which is measured against that of the query's bias.
 */
export function expectGradients(module: Module, gradients: ReadonlyMap<string, Tensor>): void {
  const parameters = new Map(module.namedParameters());
  assert.ok(gradients.size > 0, 'there are no gradients to compare');
  for (const [name, expected] of gradients) {
    const scale = gradients.get(name.replace('key.bias', 'query.bias'))!.abs().amax().item();
    const gradient = parameters.get(name)?.grad;
    assert.ok(gradient, `${name} has no gradient`);
    assert.deepEqual(gradient.shape, expected.shape, name);
    const error = gradient.sub(expected).abs().amax().item() / scale;
    assert.ok(error < 1e-5, `${name} is off by ${error}`);
  }
}
