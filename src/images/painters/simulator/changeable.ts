import { arena } from './arena.js';
import type { Body, Paths, Tissue } from './body-map.js';
import type { Map2 } from './raster.js';

/** A body to change: each of its maps is copied when it is first asked for, so that the original stays. */
export class Changeable {
  /** For the findings to change. */
  readonly body: Body;
  readonly #original: Body;
  readonly #paths: CopiedPaths;
  readonly #others: { lungDensity?: Map2; vessels?: Map2 } = {};

  constructor(original: Body) {
    this.#original = original;
    this.#paths = new CopiedPaths(original.paths);
    const others = this.#others;
    const { lungDensity, vessels, ...rest } = original;
    this.body = {
      ...rest,
      paths: this.#paths,
      get lungDensity() {
        others.lungDensity ??= arena.copy(lungDensity);
        return others.lungDensity;
      },
      get vessels() {
        others.vessels ??= arena.copy(vessels);
        return others.vessels;
      },
    };
  }

  /** As it is now; maps that nobody asked for are those of the original. */
  get changed(): Body {
    const paths = { ...this.#original.paths, ...this.#paths.copies };
    return { ...this.#original, ...this.#others, paths };
  }
}

class CopiedPaths implements Paths {
  readonly copies: { [tissue in Tissue]?: Map2 } = {};
  readonly #from: Paths;

  constructor(from: Paths) {
    this.#from = from;
  }

  get soft(): Map2 {
    this.copies.soft ??= arena.copy(this.#from.soft);
    return this.copies.soft;
  }

  get fat(): Map2 {
    this.copies.fat ??= arena.copy(this.#from.fat);
    return this.copies.fat;
  }

  get lung(): Map2 {
    this.copies.lung ??= arena.copy(this.#from.lung);
    return this.copies.lung;
  }

  get blood(): Map2 {
    this.copies.blood ??= arena.copy(this.#from.blood);
    return this.copies.blood;
  }

  get bone(): Map2 {
    this.copies.bone ??= arena.copy(this.#from.bone);
    return this.copies.bone;
  }

  get spongy(): Map2 {
    this.copies.spongy ??= arena.copy(this.#from.spongy);
    return this.copies.spongy;
  }

  get air(): Map2 {
    this.copies.air ??= arena.copy(this.#from.air);
    return this.copies.air;
  }

  get metal(): Map2 {
    this.copies.metal ??= arena.copy(this.#from.metal);
    return this.copies.metal;
  }
}
