import { zerosLike } from '../create.js';
import type { Argument, Keywords } from '../dispatch.js';
import { TensorError } from '../error.js';
import { noGrad } from '../modes.js';
import { native } from '../native.js';
import { keep, scope } from '../ownership.js';
import { callTensors, callValue, type Tensor } from '../tensor.js';

/** Parameters that share settings; what a group leaves out is as given to the optimiser. */
export interface ParameterGroup<S> {
  readonly params: readonly Tensor[];
  readonly settings?: Partial<S>;
}

/** Settings that every optimiser has. */
export interface CommonSettings {
  /** Learning rate; schedules multiply it. */
  readonly lr: number;
  readonly weightDecay: number;
}

/** Parameters of a group that have a gradient now, and their gradients. */
export interface Batch<S> {
  readonly params: Tensor[];
  readonly gradients: Tensor[];
  /** Places of the parameters in the optimiser, to find their state. */
  readonly places: number[];
  readonly settings: S;
  /** Learning rate of this step. */
  readonly lr: number;
}

/**
 * The common part of the optimisers: groups, state by parameter, and stepping in one go over lists of
 * parameters (foreach operators), so that a step costs a few calls and not a few per parameter.
 */
export abstract class Optimiser<S extends CommonSettings> {
  readonly groups: readonly { readonly params: readonly Tensor[]; readonly settings: S }[];
  /** Factor on the learning rate of every group; a schedule sets it before each step. */
  factor = 1;
  /** Steps taken so far. */
  steps = 0;
  readonly #state = new Map<string, Tensor>();

  constructor(params: readonly Tensor[] | readonly ParameterGroup<S>[], standard: S) {
    const groups = params.map(entry => ('params' in entry ? entry : undefined));
    const listed = groups.every(group => group !== undefined)
      ? groups
      : [{ params: params as readonly Tensor[] }];
    this.groups = listed.map(group => ({
      params: group.params,
      settings: { ...standard, ...('settings' in group ? group.settings : {}) },
    }));
    const all = this.groups.flatMap(group => group.params);
    if (all.length === 0) throw this.#fault('there is nothing to optimise');
    if (new Set(all).size < all.length) throw this.#fault('a parameter is given twice');
  }

  /** Changes every parameter by its gradient. Parameters without a gradient stay. */
  step(): void {
    noGrad(() =>
      scope(() => {
        this.steps++;
        let place = 0;
        for (const { params, settings } of this.groups) {
          const batch: Batch<S> = {
            params: [],
            gradients: [],
            places: [],
            settings,
            lr: settings.lr * this.factor,
          };
          for (const parameter of params) {
            const gradient = parameter.grad;
            if (gradient !== null) {
              batch.params.push(parameter);
              batch.gradients.push(gradient);
              batch.places.push(place);
            }
            place++;
          }
          if (batch.params.length > 0) this.update(batch);
        }
      }),
    );
  }

  /** Lets the gradients go, so that the next backward starts anew. */
  zeroGrad(): void {
    for (const { params } of this.groups) for (const value of params) native().setGrad(value.handle, 0);
  }

  /** State by `<place>.<name>` (places count over all groups), to be stored with `steps` in a checkpoint. */
  stateDict(): Map<string, Tensor> {
    return new Map(this.#state);
  }

  /** Takes over a stored state: copies the tensors. @throws TensorError if one does not fit its parameter. */
  loadStateDict(state: ReadonlyMap<string, Tensor>, steps: number): void {
    const params = this.groups.flatMap(group => group.params);
    for (const [key, value] of state) {
      const owner = params[Number(key.split('.')[0])];
      const scalar = value.ndim === 0;
      if (owner === undefined || !(scalar || sameShape(owner, value))) {
        throw this.#fault(`the stored state "${key}" fits no parameter`, 'load the state of this very model');
      }
    }
    for (const old of this.#state.values()) old.dispose();
    this.#state.clear();
    for (const [key, value] of state) {
      const owner = params[Number(key.split('.')[0])]!;
      // On the parameter's device and laid out as it is, or the operators over lists take their slow way.
      const own = noGrad(() =>
        value.ndim === 0 ? value.detach().clone() : zerosLike(owner.detach()).copy_(value),
      );
      this.#state.set(key, keep(own));
    }
    this.steps = steps;
  }

  /** One step over parameters that all have a gradient. Runs without recording, in a scope. */
  protected abstract update(batch: Batch<S>): void;

  /** The state of this name of each parameter of the batch; made where there is none yet. */
  protected stateOf(batch: Batch<S>, name: string, make: (parameter: Tensor) => Tensor): Tensor[] {
    return batch.places.map((place, index) => {
      const key = `${place}.${name}`;
      let value = this.#state.get(key);
      if (value === undefined) {
        value = keep(make(batch.params[index]!));
        this.#state.set(key, value);
      }
      return value;
    });
  }

  #fault(fault: string, mend = 'give each parameter of the model once'): TensorError {
    return new TensorError({ operator: this.constructor.name, fault, mend });
  }
}

/** An operator over lists of tensors that changes the first list in place. */
export function foreachInPlace(name: string, ...args: readonly (Argument | Keywords)[]): void {
  callValue(`aten::_foreach_${name}`, ...args);
}

/** An operator over lists of tensors that gives a new list. */
export function foreach(name: string, ...args: readonly (Argument | Keywords)[]): Tensor[] {
  return callTensors(`aten::_foreach_${name}`, ...args) as Tensor[];
}

function sameShape(a: Tensor, b: Tensor): boolean {
  return a.shape.join() === b.shape.join();
}
