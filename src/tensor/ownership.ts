import { TensorError } from './error.js';
import { native } from './native.js';

/**
 * Something that owns one native tensor. A handle made inside {@link scope} is freed when the scope ends;
 * one that outlives all scopes is freed by `dispose`, or in the end by the garbage collector.
 */
export class Owned {
  /** The native handle; 0 once disposed. */
  handle: number;
  /** Lives on when its scope ends. */
  kept = false;

  constructor(handle: number) {
    this.handle = handle;
    if (innermost === undefined) standAlone(this);
    else innermost.push(this);
  }

  /** True once the native tensor was freed. */
  get disposed(): boolean {
    return this.handle === 0;
  }

  /** Frees the native tensor now. Other tensors over the same memory, and autograd's graph, keep theirs. */
  dispose(): void {
    if (this.handle === 0) return;
    if (this.kept) finalizer.unregister(this);
    native().release(this.handle);
    this.handle = 0;
  }
}

let innermost: Owned[] | undefined;

const finalizer = new FinalizationRegistry<number>(handle => native().release(handle));

/** From now on the garbage collector decides; V8 is told the size so that it hurries when there is much. */
function standAlone(owned: Owned): void {
  owned.kept = true;
  native().adopt(owned.handle);
  finalizer.register(owned, owned.handle, owned);
}

/** Takes a tensor out of the scope it was made in, for example the state of an optimiser. */
export function keep<T extends Owned>(owned: T): T {
  if (!owned.kept && owned.handle !== 0) standAlone(owned);
  return owned;
}

/** The handle of a tensor for another owner; the tensor it came from counts as disposed. */
export function takeHandle(owned: Owned): number {
  if (owned.kept) finalizer.unregister(owned);
  const handle = owned.handle;
  owned.handle = 0;
  return handle;
}

/**
 * Runs `work` and frees every tensor made inside, but those it returns (a tensor, or any nesting of arrays,
 * maps and objects with tensors) and those given to {@link keep}. Scopes nest: what an inner scope returns
 * belongs to the outer one. Autograd is not disturbed: its graph holds tensors of its own.
 * @param work - Must not be async: between two scopes that wait, nobody could say whose a tensor is.
 */
export function scope<T>(work: () => T): T {
  const outer = innermost;
  const made: Owned[] = [];
  innermost = made;
  let result: T;
  try {
    result = work();
    refusePromise(result, 'scope');
  } catch (error) {
    free(made, undefined);
    throw error;
  } finally {
    innermost = outer;
  }
  const returned = new Set<Owned>();
  collect(result, returned, new Set());
  free(made, returned);
  for (const owned of made) {
    if (owned.handle === 0 || owned.kept) continue;
    if (outer === undefined) standAlone(owned);
    else outer.push(owned);
  }
  return result;
}

/** How many tensors JavaScript holds at the moment. Flat over a training run, or something leaks. */
export function liveTensors(): number {
  return native().live();
}

/** Functions that set a state for the time of a call cannot do so across an await. */
export function refusePromise(result: unknown, name: string): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined);
  throw new TensorError({
    operator: name,
    fault: 'it was given an async function',
    mend: 'do the awaiting outside, and the tensor work inside',
  });
}

function free(made: readonly Owned[], returned: ReadonlySet<Owned> | undefined): void {
  const handles = new Float64Array(made.length);
  let count = 0;
  for (const owned of made) {
    if (owned.handle === 0 || owned.kept || returned?.has(owned)) continue;
    handles[count++] = owned.handle;
    owned.handle = 0;
  }
  if (count > 0) native().releaseAll(handles, count);
}

function collect(value: unknown, found: Set<Owned>, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (value instanceof Owned) {
    found.add(value);
    return;
  }
  if (seen.has(value)) return;
  seen.add(value);
  if (value instanceof Map) {
    for (const [key, entry] of value) {
      collect(key, found, seen);
      collect(entry, found, seen);
    }
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const entry of value) collect(entry, found, seen);
  } else {
    for (const entry of Object.values(value)) collect(entry, found, seen);
  }
}
