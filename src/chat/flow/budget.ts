/** A number of tokens that may be spent. What is under way is reserved at its estimate, so that it is never passed. */
export class TokenBudget {
  #spent = 0;
  #reserved = 0;

  /** @param most - Tokens that may be spent; without end when not given. */
  constructor(readonly most: number = Number.POSITIVE_INFINITY) {}

  get spent(): number {
    return this.#spent;
  }

  /**
   * Whether a request of this estimate may be sent: `later` when it depends on what those under way turn out to
   * cost, `never` when nothing that is under way can make room for it.
   */
  room(estimate: number): 'now' | 'later' | 'never' {
    if (this.#spent + this.#reserved + estimate <= this.most) return 'now';
    return this.#spent + estimate <= this.most ? 'later' : 'never';
  }

  reserve(estimate: number): void {
    this.#reserved += estimate;
  }

  /** Ends a reservation with what was really spent. */
  settle(estimate: number, spent: number): void {
    this.#reserved -= estimate;
    this.#spent += spent;
  }
}
