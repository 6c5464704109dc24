import { ChatError } from '../error.js';
import type { TokenBudget } from './budget.js';
import type { Pace } from './pace.js';

/** Leave to send one request; must be given back. */
export interface Pass {
  /** When it was given, in milliseconds of the pace's clock. */
  readonly sentAt: number;
  /**
   * Gives it back.
   * @param spent - Tokens that the request cost, as far as known.
   */
  leave(spent: number): void;
}

interface Waiting {
  readonly estimate: number;
  readonly admit: (pass: Pass) => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * Lets requests out one after the other as pace and budget allow. Repeated requests go before new ones, so that what
 * was begun is finished first; apart from that the order is that of coming.
 */
export class Gate {
  // Sets keep order and let go of any member at once.
  readonly #repeated = new Set<Waiting>();
  readonly #fresh = new Set<Waiting>();
  #out = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly pace: Pace,
    readonly budget: TokenBudget,
  ) {}

  /**
   * Waits for leave to send.
   * @param estimate - Most tokens that the request is expected to cost.
   * @throws ChatError of kind `budget`; the signal's reason when it is given up.
   */
  enter(estimate: number, repeated: boolean, signal: AbortSignal): Promise<Pass> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const queue = repeated ? this.#repeated : this.#fresh;
      const onAbort = (): void => {
        queue.delete(waiting);
        reject(signal.reason);
        // Those behind may fit where this one did not.
        this.open();
      };
      const waiting: Waiting = {
        estimate,
        admit(pass) {
          signal.removeEventListener('abort', onAbort);
          resolve(pass);
        },
        refuse(error) {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queue.add(waiting);
      this.open();
    });
  }

  /** Whether as many requests are out as may be. */
  get full(): boolean {
    return this.#out >= this.pace.limit;
  }

  /** Lets out whoever may go now. Called again whenever that may have changed. */
  open(): void {
    while (this.#out < this.pace.limit) {
      const queue = this.#repeated.size > 0 ? this.#repeated : this.#fresh;
      const [next] = queue;
      if (next === undefined) return;
      const room = this.budget.room(next.estimate);
      if (room === 'never') {
        queue.delete(next);
        next.refuse(this.#spent(next.estimate));
        continue;
      }
      const held = this.pace.heldFor;
      if (held > 0) {
        this.#openAfter(held);
        return;
      }
      if (room === 'later') return;
      queue.delete(next);
      next.admit(this.#pass(next.estimate));
    }
  }

  #pass(estimate: number): Pass {
    this.#out++;
    this.budget.reserve(estimate);
    return {
      sentAt: this.pace.now(),
      leave: spent => {
        this.#out--;
        this.budget.settle(estimate, spent);
        this.open();
      },
    };
  }

  #openAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), Math.ceil(milliseconds));
  }

  #spent(estimate: number): ChatError {
    const { most, spent } = this.budget;
    return new ChatError('budget', {
      fault: `${spent} of ${most} tokens are spent and the next request may take ${estimate}`,
      mend: 'run again with a larger token budget: replies that came are not asked for again',
    });
  }

  /** Stops the clock of a hold. */
  close(): void {
    clearTimeout(this.#timer);
  }
}
