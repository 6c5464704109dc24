/** Finds the longest known phrase that starts at a token. */
export class PhraseTrie<T> {
  readonly #root: Node<T> = { next: new Map(), value: undefined };

  /** Adds a phrase; `merge` decides what happens when it is there already. */
  add(words: readonly string[], value: T, merge: (known: T, added: T) => T = known => known): void {
    let node = this.#root;
    for (const word of words) {
      let next = node.next.get(word);
      if (next === undefined) {
        next = { next: new Map(), value: undefined };
        node.next.set(word, next);
      }
      node = next;
    }
    node.value = node.value === undefined ? value : merge(node.value, value);
  }

  /** Every word of every phrase. */
  *words(): Generator<string> {
    const nodes = [this.#root];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      yield* node.next.keys();
      nodes.push(...node.next.values());
    }
  }

  /**
   * The longest phrase of `words` that starts at `start` and whose value is accepted.
   * @returns its value and the position after its last word, or undefined.
   */
  longest(
    words: readonly string[],
    start: number,
    accept: (value: T) => boolean = () => true,
  ): { value: T; end: number } | undefined {
    let node = this.#root;
    let best: { value: T; end: number } | undefined;
    for (let position = start; position < words.length; position++) {
      const next = node.next.get(words[position]!);
      if (next === undefined) break;
      node = next;
      if (node.value !== undefined && accept(node.value)) best = { value: node.value, end: position + 1 };
    }
    return best;
  }
}

interface Node<T> {
  readonly next: Map<string, Node<T>>;
  value: T | undefined;
}
