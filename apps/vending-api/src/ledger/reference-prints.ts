import type { EntryIdentity } from "./entry.ts";

/** FNV-1a, 32 bit (draft-eastlake-fnv): offset basis and prime. The second basis only has to be another one. */
const FIRST_BASIS = 0x811c9dc5;
const SECOND_BASIS = 0x9747b28c;
const PRIME = 0x01000193;
/** Together with 32 bits of the other print as many as a double keeps exactly. */
const HIGH_BITS = 21;

/**
 * Finds out whether a reference comes twice in a journal that is read in any order. Equal references have equal prints; unequal
 * ones have them once in 10¹⁶ pairs, so a yes has to be looked into. Keeps 8 bytes a row.
 */
export function createReferencePrints() {
  let prints = new Float64Array(1024);
  let count = 0;
  return {
    add({ siteId, refSpace, ref }: Pick<EntryIdentity, "siteId" | "refSpace" | "ref">): void {
      if (count === prints.length) {
        const larger = new Float64Array(count * 2);
        larger.set(prints);
        prints = larger;
      }
      prints[count] = printOf(`${siteId} ${refSpace} ${ref}`);
      count += 1;
    },
    mayRepeat(): boolean {
      const sorted = prints.slice(0, count).sort();
      return sorted.some((print, index) => index > 0 && print === sorted[index - 1]);
    },
  };
}

function printOf(text: string): number {
  let low = FIRST_BASIS;
  let high = SECOND_BASIS;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, PRIME);
    high = Math.imul(high ^ code ^ (low >>> 16), PRIME);
  }
  return (high >>> (32 - HIGH_BITS)) * 2 ** 32 + (low >>> 0);
}
