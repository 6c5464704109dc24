import { existsSync } from 'node:fs';
import { SynrayError } from '../../base/index.js';
import type { MissingThing } from './plan.js';

/** Longest wait for a server that is asked whether it is there, in milliseconds. */
const PATIENCE = 3000;

/** Collects what is missing. The same thing is named once, with all units that want it. */
export class MissingThings {
  readonly #things = new Map<string, MissingThing & { units: string[] }>();
  /** What was found of each address, so that it is asked once. */
  readonly #answers = new Map<string, Promise<string | undefined>>();

  add(unit: string, thing: Omit<MissingThing, 'units'>): void {
    const key = `${thing.kind} ${thing.what}`;
    const known = this.#things.get(key);
    if (known === undefined) this.#things.set(key, { ...thing, units: [unit] });
    else if (!known.units.includes(unit)) known.units.push(unit);
  }

  /** The same of an error that says what is missing. */
  fault(unit: string, kind: MissingThing['kind'], what: string, error: unknown): void {
    const known = error instanceof SynrayError;
    const fault = known ? error.fault : error instanceof Error ? error.message : String(error);
    this.add(unit, { kind, what, fault, mend: known ? error.mend : 'see the fault' });
  }

  /** Checks that a path is there. @returns whether it is. */
  path(unit: string, kind: 'folder' | 'weights', path: string | undefined, mend: string): boolean {
    if (path === undefined || existsSync(path)) return true;
    this.add(unit, { kind, what: path, fault: 'there is no such file or folder', mend });
    return false;
  }

  /** Checks that a server answers, whatever it says. Nothing is sent but a request for its list of models. */
  async endpoint(unit: string, baseUrl: string, what: string): Promise<boolean> {
    if (!this.#answers.has(baseUrl)) this.#answers.set(baseUrl, ask(baseUrl));
    const fault = await this.#answers.get(baseUrl);
    if (fault === undefined) return true;
    this.add(unit, {
      kind: 'endpoint',
      what: `${baseUrl} (${what})`,
      fault,
      mend: 'start the server, or correct baseUrl in the recipe',
    });
    return false;
  }

  /** Whether anything that a unit wants itself is missing. */
  has(unit: string): boolean {
    return [...this.#things.values()].some(({ units }) => units.includes(unit));
  }

  list(): MissingThing[] {
    return [...this.#things.values()];
  }
}

/** @returns what is wrong; undefined where something answers. */
async function ask(baseUrl: string): Promise<string | undefined> {
  const address = new URL(baseUrl);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/models`;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE), redirect: 'manual' });
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      return `nothing answers within ${PATIENCE / 1000} s`;
    }
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `nothing answers: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
