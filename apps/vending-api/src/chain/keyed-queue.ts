/** One piece of work that waits for its turn. */
export interface Pending<Item, Result> {
  readonly item: Item;
  readonly settle: (result: Result) => void;
  readonly fail: (error: unknown) => void;
}

export type Batch<Item, Result> = readonly [Pending<Item, Result>, ...Pending<Item, Result>[]];

export interface KeyedQueue<Item, Result> {
  /** Queues behind everything of the same key; other keys do not wait. */
  add(key: string, item: Item): Promise<Result>;
  /** Resolves once nothing waits or runs. */
  idle(): Promise<void>;
}

/**
 * First come, first served per key, and neighbours share one turn: `process` gets everything that waits for the key, up
 * to `largestBatch`, and settles each, at the latest some time after it has returned. What it leaves unsettled fails with the
 * error that it throws.
 */
export function createKeyedQueue<Item, Result>(
  process: (key: string, batch: Batch<Item, Result>) => Promise<void>,
  largestBatch: number,
): KeyedQueue<Item, Result> {
  const waiting = new Map<string, Pending<Item, Result>[]>();
  const running = new Map<string, Promise<void>>();

  async function drain(key: string): Promise<void> {
    for (;;) {
      const queue = waiting.get(key) ?? [];
      const [first, ...others] = queue.splice(0, largestBatch);
      if (first === undefined) break;
      const batch: Batch<Item, Result> = [first, ...others];
      try {
        await process(key, batch);
      } catch (error) {
        for (const pending of batch) pending.fail(error);
      }
    }
    waiting.delete(key);
    running.delete(key);
  }

  return {
    add(key, item) {
      return new Promise<Result>((settle, fail) => {
        const queue = waiting.get(key);
        if (queue) {
          queue.push({ item, settle, fail });
          return;
        }
        waiting.set(key, [{ item, settle, fail }]);
        running.set(key, drain(key));
      });
    },
    async idle() {
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}
