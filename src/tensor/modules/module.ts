import type { DType } from '../dtype.js';
import { TensorError } from '../error.js';
import { noGrad } from '../modes.js';
import { native } from '../native.js';
import { keep, takeHandle } from '../ownership.js';
import { callValue, Tensor } from '../tensor.js';

/** A tensor that is learned. Modules find it by the property it is stored in. */
export class Parameter extends Tensor {
  readonly learned = true;
}

/** Makes a parameter of a tensor: the same memory, outside of any graph and of any scope. */
export function parameter(values: Tensor, requiresGrad = true): Parameter {
  return keep(new Parameter(takeHandle(values.detach()))).setRequiresGrad(requiresGrad);
}

/** What did not fit when a state was loaded. */
export interface LoadReport {
  /** Names of the module that the state lacks. */
  readonly missing: readonly string[];
  /** Names of the state that the module lacks. */
  readonly unexpected: readonly string[];
  /** Names whose shapes differ, with both shapes. */
  readonly mismatched: readonly string[];
}

/**
 * A layer or model. Parameters and children are found by the property that holds them, and named by it:
 * `this.conv1 = new Conv2d(…)` gives `conv1.weight`. Where the published name is another (`layer.0`,
 * `in_proj_weight`), `register` and `add` say it.
 */
export abstract class Module {
  training = true;
  readonly #names = new Map<Parameter | Module, string>();
  readonly #buffers = new Map<string, Tensor>();

  /** Gives a parameter a name that differs from its property. */
  protected register(name: string, value: Parameter): Parameter {
    this.#names.set(value, name);
    return value;
  }

  /** Gives a child a name that differs from its property. */
  protected add<M extends Module>(name: string, child: M): M {
    this.#names.set(child, name);
    return child;
  }

  /** A tensor that is stored with the state but not learned, such as running statistics. */
  protected registerBuffer(name: string, values: Tensor): Tensor {
    this.#buffers.set(name, keep(values));
    return values;
  }

  /** Sets the mode of this module and of all below: dropout and batch statistics depend on it. */
  train(on = true): this {
    this.training = on;
    for (const [, child] of this.children()) child.train(on);
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Direct children, with their names. */
  children(): [string, Module][] {
    return this.#members().filter((member): member is [string, Module] => member[1] instanceof Module);
  }

  /** This module and all below, with their paths (`` for this one). */
  namedModules(prefix = ''): [string, Module][] {
    const below = this.children().flatMap(([name, child]) => child.namedModules(join(prefix, name)));
    return [[prefix, this], ...below];
  }

  /** Each parameter once, with its path. */
  namedParameters(): [string, Parameter][] {
    const seen = new Set<Parameter>();
    return this.#allParameters('').filter(([, value]) => {
      if (seen.has(value)) return false;
      seen.add(value);
      return true;
    });
  }

  parameters(): Parameter[] {
    return this.namedParameters().map(([, value]) => value);
  }

  namedBuffers(prefix = ''): [string, Tensor][] {
    const own = [...this.#buffers].map(([name, value]): [string, Tensor] => [join(prefix, name), value]);
    return [...own, ...this.children().flatMap(([name, child]) => child.namedBuffers(join(prefix, name)))];
  }

  /** Parameters and buffers by path, as PyTorch names them. The tensors are the module's own, not copies. */
  stateDict(): Map<string, Tensor> {
    return new Map<string, Tensor>([...this.#allParameters(''), ...this.namedBuffers()]);
  }

  /**
   * Copies values into the parameters and buffers of the same names.
   * @param options.strict - By default every name and shape must fit; without, what fits is loaded.
   * @throws TensorError naming what does not fit; then nothing was changed.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: { strict?: boolean } = {}): LoadReport {
    const own = this.stateDict();
    const missing = [...own.keys()].filter(name => !state.has(name));
    const unexpected = [...state.keys()].filter(name => !own.has(name));
    const fitting: [Tensor, Tensor][] = [];
    const mismatched: string[] = [];
    for (const [name, target] of own) {
      const source = state.get(name);
      if (source === undefined) continue;
      const wanted = target.shape.join(', ');
      const given = source.shape.join(', ');
      if (wanted === given) fitting.push([target, source]);
      else mismatched.push(`${name}: [${given}] for [${wanted}]`);
    }
    const report = { missing, unexpected, mismatched };
    if ((options.strict ?? true) && missing.length + unexpected.length + mismatched.length > 0) {
      throw new TensorError({
        operator: 'loadStateDict',
        fault: Object.entries(report)
          .filter(([, names]) => names.length > 0)
          .map(([kind, names]) => `${names.length} ${kind} (${names.slice(0, 5).join('; ')})`)
          .join(', '),
        mend: 'use weights of this very model, or load with strict: false',
      });
    }
    noGrad(() => {
      for (const [target, source] of fitting) target.copy_(source);
    });
    return report;
  }

  /** Moves parameters and buffers, in place. Only tensors of floats change their dtype. */
  to(target: { dtype?: DType; device?: string }): this {
    noGrad(() => {
      for (const value of [...this.parameters(), ...this.namedBuffers().map(([, buffer]) => buffer)]) {
        const dtype = isFloat(value.dtype) ? target.dtype : undefined;
        const moved = value.to({ dtype, device: target.device });
        callValue('aten::set_data', value, moved);
        value.clearGrad();
        moved.dispose();
      }
    });
    return this;
  }

  /** Lets all gradients go. */
  zeroGrad(): void {
    for (const value of this.parameters()) native().setGrad(value.handle, 0);
  }

  /** Whether gradients are computed for the parameters; a frozen module is used as it is. */
  requireGrad(on: boolean): this {
    for (const value of this.parameters()) value.setRequiresGrad(on);
    return this;
  }

  /** Frees all parameters and buffers now. */
  dispose(): void {
    for (const value of this.stateDict().values()) value.dispose();
  }

  #allParameters(prefix: string): [string, Parameter][] {
    const found: [string, Parameter][] = [];
    for (const [name, member] of this.#members()) {
      const path = join(prefix, name);
      if (member instanceof Module) found.push(...member.#allParameters(path));
      else found.push([path, member]);
    }
    return found;
  }

  #members(): [string, Parameter | Module][] {
    const members: [string, Parameter | Module][] = [];
    const seen = new Set<Parameter | Module>();
    for (const [property, value] of Object.entries(this)) {
      if (!(value instanceof Parameter) && !(value instanceof Module)) continue;
      members.push([this.#names.get(value) ?? property, value]);
      seen.add(value);
    }
    for (const [value, name] of this.#names) if (!seen.has(value)) members.push([name, value]);
    return members;
  }
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'f64' || dtype === 'f16' || dtype === 'bf16';
}
