/**
 * Maps items with up to `width` calls under way, and gives the results in the order of the items. No more
 * than `width` results wait in memory.
 */
export async function* mapOrdered<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = map(item);
      // It may fail while the next item is still awaited: the failure is met when its turn comes.
      result.catch(() => {});
      running.push(result);
      if (running.length >= width) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    // Whatever still runs after a failure ends before the caller cleans up; its own failure says nothing new.
    await Promise.allSettled(running);
  }
}
