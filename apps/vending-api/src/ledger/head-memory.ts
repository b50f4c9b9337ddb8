import type { ChainHead } from "./entry.ts";

/**
 * The ends of the chains that this process wrote last. They may be old: whoever appends behind an old one meets the unique
 * index, forgets it and reads. What the index does not guard, a refusal, must not rest on one.
 */
export interface HeadMemory {
  get(account: string): ChainHead | undefined;
  set(account: string, head: ChainHead): void;
  forget(account: string): void;
}

/** Keeps the `most` that were written last. */
export function createHeadMemory(most: number): HeadMemory {
  const heads = new Map<string, ChainHead>();
  return {
    get: (account) => heads.get(account),
    set(account, head) {
      heads.delete(account);
      heads.set(account, head);
      const [oldest] = heads.keys();
      if (heads.size > most && oldest !== undefined) heads.delete(oldest);
    },
    forget: (account) => heads.delete(account),
  };
}
