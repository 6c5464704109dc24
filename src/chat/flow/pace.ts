/** Requests at once at the start. */
const FIRST_LIMIT = 4;
/** Rounds that must fail one after the other before everything waits. */
const ROUNDS_BEFORE_PAUSE = 3;

/**
 * How many requests a server bears at once, and when the next may go out.
 *
 * Additive increase, multiplicative decrease, as TCP does (Chiu and Jain, "Analysis of the increase and decrease
 * algorithms for congestion avoidance", 1989): up by one for each answer until the first overload, by one for each
 * full round after it; halved on overload, once for all requests that were already out when it was noticed.
 * A server that answers nothing at all is given pauses that grow, so that an outage does not use up the attempts of
 * every request that waits.
 */
export class Pace {
  #limit: number;
  #overloaded = false;
  #halvedAt = Number.NEGATIVE_INFINITY;
  #failedRounds = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #heldUntil = Number.NEGATIVE_INFINITY;

  /**
   * @param most - Upper bound of the limit.
   * @param waitAfter - Seconds to wait after this many failures in a row.
   * @param now - Clock in milliseconds.
   */
  constructor(
    readonly most: number,
    readonly waitAfter: (failures: number) => number,
    readonly now: () => number = () => performance.now(),
  ) {
    this.#limit = Math.min(FIRST_LIMIT, most);
  }

  /** How many requests may be out at once, at least 1. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Milliseconds until the next request may go out; 0 for at once. */
  get heldFor(): number {
    return Math.max(0, this.#heldUntil - this.now());
  }

  /**
   * A request was answered.
   * @param full - Whether the limit was used: one that is not used says nothing about what the server bears.
   */
  succeeded(full: boolean): void {
    this.#failedRounds = 0;
    if (full) this.#limit = Math.min(this.most, this.#limit + (this.#overloaded ? 1 / this.#limit : 1));
  }

  /** The server was too busy for a request that went out at this time. */
  overloaded(sentAt: number): void {
    this.#overloaded = true;
    if (sentAt < this.#halvedAt) return;
    this.#halvedAt = this.now();
    this.#limit = Math.max(1, this.#limit / 2);
  }

  /** A request that went out at this time got no answer of use. */
  failed(sentAt: number): void {
    if (sentAt < this.#failedAt) return;
    this.#failedAt = this.now();
    this.#failedRounds++;
    const beyond = this.#failedRounds - ROUNDS_BEFORE_PAUSE;
    if (beyond >= 0) this.hold(this.waitAfter(beyond));
  }

  /** Nothing goes out for so many seconds. */
  hold(seconds: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.now() + seconds * 1000);
  }
}
