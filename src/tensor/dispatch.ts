import { messageOf } from '../base/index.js';
import { TensorError } from './error.js';
import { type NativeOperator, type NativeValue, native } from './native.js';
import { Owned } from './ownership.js';

/** Arguments by name, as the last argument of a call. */
export class Keywords {
  constructor(readonly values: Readonly<Record<string, Argument>>) {}
}

/** What operators take. `undefined` stands for the default of the schema, `null` for none. */
export type Argument =
  | Owned
  | number
  | bigint
  | boolean
  | string
  | null
  | undefined
  | readonly (Owned | null)[]
  | readonly (number | bigint)[]
  | readonly boolean[]
  | readonly string[];

/** What operators give. */
export type Result<T> = T | T[] | number | bigint | boolean | string | null | undefined | unknown[];

/** Says how handles become tensors; the class lives above this file. */
export type Wrap<T extends Owned> = (handle: number) => T;

const byFullName = new Map<string, NativeOperator>();
const overloadsOf = new Map<string, readonly NativeOperator[]>();

/**
 * Calls an operator. A name with overload (`aten::add.Tensor`) is looked up once; for a bare name
 * (`aten::add`) the first overload whose schema takes the arguments is used.
 * @throws TensorError naming the operator, the fault and the argument shapes.
 */
export function invoke<T extends Owned>(
  name: string,
  given: readonly (Argument | Keywords)[],
  wrap: Wrap<T>,
): Result<T> {
  try {
    const operator = byFullName.get(name) ?? lookUp(name);
    if (operator === undefined) return run(choose(name, given) ?? refuse(name, given), given, wrap);
    try {
      return run(operator, given, wrap);
    } catch (error) {
      // Nothing was run; another overload of a bare name may take these arguments.
      const other = isArgumentError(error) && overloadsOf.has(name) ? choose(name, given) : undefined;
      if (other === undefined) throw error;
      return run(other, given, wrap);
    }
  } catch (error) {
    throw asTensorError(name, given, error);
  }
}

function run<T extends Owned>(
  operator: NativeOperator,
  given: readonly (Argument | Keywords)[],
  wrap: Wrap<T>,
): Result<T> {
  const { mask, values } = encode(operator, given);
  return decode(operator, given, native().call(operator.id, mask, ...values), wrap);
}

/** Names of all operators that libtorch has, without overloads. */
export function operatorNames(): string[] {
  return native().overloads().sort();
}

/** Whether this libtorch has the operator (with its overload, if the name has one). */
export function hasOperator(name: string): boolean {
  const [bare, overload] = split(name);
  return overload === undefined
    ? native().overloads(bare).length > 0
    : native().resolve(bare, overload) !== undefined;
}

/** Turns what a native function threw into a TensorError that says what it was given. */
export function asTensorError(
  operator: string,
  given: readonly (Argument | Keywords)[],
  error: unknown,
): Error {
  if (error instanceof TensorError) return error;
  // The first paragraph is the fault; what follows in libtorch's messages is where it looked in its source.
  const fault = messageOf(error).replace(/ Exception raised from .*$/, '');
  return new TensorError({ operator, fault, shapes: given.map(describe), cause: error });
}

/** The operator of a full name, or the plain overload of a bare one; undefined where there is no plain one. */
function lookUp(name: string): NativeOperator | undefined {
  const [bare, overload] = split(name);
  let operator: NativeOperator | undefined;
  if (overload !== undefined) {
    operator = native().resolve(bare, overload);
    if (operator === undefined) throw unknownOperator(name);
  } else {
    operator = candidates(name).find(candidate => isPlain(candidate, name));
  }
  if (operator !== undefined) byFullName.set(name, operator);
  return operator;
}

/** The overloads of a bare name, in the order in which they are tried. */
function candidates(name: string): readonly NativeOperator[] {
  let known = overloadsOf.get(name);
  if (known === undefined) {
    known = native()
      .overloads(name)
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(each => native().resolve(name, each)!);
    if (known.length === 0) throw unknownOperator(name);
    overloadsOf.set(name, known);
  }
  return known;
}

function choose(name: string, given: readonly (Argument | Keywords)[]): NativeOperator | undefined {
  const known = candidates(name);
  const fitting = (strict: boolean) => known.find(candidate => fits(candidate, given, strict));
  return fitting(true) ?? fitting(false);
}

function refuse(name: string, given: readonly (Argument | Keywords)[]): never {
  const schemas = candidates(name).map(candidate => candidate.schema);
  throw new TensorError({
    operator: name,
    fault: 'no overload takes these arguments',
    shapes: given.map(describe),
    mend: `the overloads are: ${schemas.join(' | ')}`,
  });
}

function isPlain(operator: NativeOperator, name: string): boolean {
  return operator.schema.startsWith(`${name}(`);
}

function isArgumentError(error: unknown): boolean {
  return (
    error instanceof ArgumentFault || (error instanceof Error && 'code' in error && error.code === 'ARGUMENT')
  );
}

/** The arguments do not fit the schema (found on this side of the bridge). */
class ArgumentFault extends Error {}

function unknownOperator(name: string): TensorError {
  return new TensorError({
    operator: name,
    fault: `libtorch ${native().about().version} has no such operator`,
    mend: 'check the name, for example aten::add.Tensor',
  });
}

function split(name: string): [string, string | undefined] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** Plain overloads before those with names for dimensions, and out forms last. */
function rank(overload: string): number {
  if (overload === '') return 0;
  if (/out/.test(overload)) return 4;
  if (/name/i.test(overload)) return 3;
  return /Tensor/.test(overload) ? 1 : 2;
}

function fits(operator: NativeOperator, given: readonly (Argument | Keywords)[], strict: boolean): boolean {
  try {
    const { mask, values } = encode(operator, given);
    return native().fits(operator.id, mask, strict, ...values);
  } catch {
    return false;
  }
}

/** Arguments in the order of the schema; tensors as handles, with a bit set in the mask for each. */
function encode(
  operator: NativeOperator,
  given: readonly (Argument | Keywords)[],
): { mask: number; values: NativeValue[] } {
  let mask = 0;
  const values: NativeValue[] = [];
  for (let index = 0; index < given.length; index++) {
    const value = given[index];
    if (value instanceof Keywords) {
      if (index !== given.length - 1) throw new ArgumentFault('arguments by name come last');
      for (const [name, named] of Object.entries(value.values)) {
        const place = operator.parameters.findIndex(parameter => parameter.name === name);
        if (place < 0) throw new ArgumentFault(`there is no argument named "${name}" in ${operator.schema}`);
        if (place < index) throw new ArgumentFault(`argument "${name}" is given twice`);
        while (values.length < place) values.push(undefined);
        if (named instanceof Owned) mask |= 1 << place;
        values[place] = encodeValue(named);
      }
    } else {
      if (operator.parameters[index]?.keywordOnly) {
        throw new ArgumentFault(`argument "${operator.parameters[index]!.name}" must be given by name`);
      }
      if (value instanceof Owned) mask |= 1 << index;
      values.push(encodeValue(value));
    }
  }
  return { mask: mask >>> 0, values };
}

function encodeValue(value: Argument): NativeValue {
  if (value instanceof Owned) return value.handle;
  if (!Array.isArray(value)) return value as NativeValue;
  if (!value.some(item => item instanceof Owned)) {
    // `[null, null]` is a list of absent tensors; other lists have no null in them.
    return value.length > 0 && value.every(item => item === null) ? new Float64Array(value.length) : value;
  }
  return handlesOf(value);
}

/** The handles of a list of tensors, 0 for null. @throws Error for anything else in the list. */
export function handlesOf(list: readonly unknown[]): Float64Array {
  const handles = new Float64Array(list.length);
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (item === null || item === undefined) continue;
    if (!(item instanceof Owned)) throw new ArgumentFault('a list of tensors has something else in it');
    if (item.handle === 0)
      throw new ArgumentFault('a tensor of the list was disposed (or its scope has ended)');
    handles[index] = item.handle;
  }
  return handles;
}

function decode<T extends Owned>(
  operator: NativeOperator,
  given: readonly (Argument | Keywords)[],
  raw: unknown,
  wrap: Wrap<T>,
): Result<T> {
  if (operator.returns === 't') return asTensor(given, raw as number, wrap);
  if (operator.returns.length <= 1) return decodeValue(operator.returns, given, raw, wrap);
  return (raw as unknown[]).map((item, index) => decodeValue(operator.returns[index]!, given, item, wrap));
}

function decodeValue<T extends Owned>(
  code: string,
  given: readonly (Argument | Keywords)[],
  raw: unknown,
  wrap: Wrap<T>,
): Result<T> {
  if (code === 't') return asTensor(given, raw as number, wrap);
  if (code === 'l') return Array.from(raw as Float64Array, handle => wrap(handle));
  return raw as Result<T>;
}

/** A result that is one of the arguments (in place, out) is that very object. */
function asTensor<T extends Owned>(
  given: readonly (Argument | Keywords)[],
  handle: number,
  wrap: Wrap<T>,
): T | null {
  if (handle === 0) return null;
  const first = given[0];
  if (first instanceof Owned && first.handle === handle) return first as T;
  const last = given.at(-1);
  if (last instanceof Keywords) {
    for (const named of Object.values(last.values)) {
      if (named instanceof Owned && named.handle === handle) return named as T;
    }
  }
  for (const each of given) if (each instanceof Owned && each.handle === handle) return each as T;
  return wrap(handle);
}

/** `f32[2, 3]` for a tensor, the value for numbers and words, the kind for the rest. */
function describe(value: unknown): string {
  if (value instanceof Owned) {
    if (value.disposed) return 'disposed tensor';
    return `${native().dtype(value.handle)}[${native().shape(value.handle).join(', ')}]`;
  }
  if (value instanceof Keywords) {
    return Object.entries(value.values)
      .map(([name, named]) => `${name}=${describe(named)}`)
      .join(', ');
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map(describe);
    return `[${shown.join(', ')}${value.length > 8 ? ', …' : ''}]`;
  }
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
