import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** A module from one tensor to one tensor. */
export interface Layer extends Module {
  forward(input: Tensor): Tensor;
}

/** A list of modules, named by their places: `0`, `1`, … */
export class ModuleList<M extends Module> extends Module implements Iterable<M> {
  readonly #modules: readonly M[];

  constructor(modules: readonly M[]) {
    super();
    this.#modules = modules.map((module, index) => this.add(String(index), module));
  }

  get length(): number {
    return this.#modules.length;
  }

  /** The module at a place; negative places count from the end. */
  at(index: number): M {
    const found = this.#modules.at(index);
    if (found === undefined) throw new RangeError(`there is no module ${index} of ${this.length}`);
    return found;
  }

  [Symbol.iterator](): Iterator<M> {
    return this.#modules[Symbol.iterator]();
  }
}

/** Layers one after another, named by their places. */
export class Sequential extends ModuleList<Layer> implements Layer {
  constructor(...layers: readonly Layer[]) {
    super(layers);
  }

  forward(input: Tensor): Tensor {
    let value = input;
    for (const layer of this) value = layer.forward(value);
    return value;
  }
}
