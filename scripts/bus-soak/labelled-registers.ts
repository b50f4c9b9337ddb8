/**
 * Registers that say whose they are and which request they answer, so that a value in a wrong place is seen wherever it turns
 * up. Four in a row tell one story: unit, place and twin · the request's number, low and high · a check over the three.
 */
export const GROUP = 4;

const TWIN_BIT = 0x80;
const PLACE_MASK = 0x7f;
const CHECK = 0x5a5a;

export interface Label {
  unitId: number;
  /** Which group of the unit, counted from its first register; repeats after 128. */
  place: number;
  /** Said by the second of two meters that have the same address. */
  isTwin: boolean;
  /** Counts the requests that were put on the wire. */
  requestNumber: number;
}

/** The register at `address` of a unit, in answer to this request. */
export function labelledWord(
  address: number,
  { unitId, isTwin, requestNumber }: Omit<Label, "place">,
): number {
  const place = Math.floor(address / GROUP) & PLACE_MASK;
  const who = (unitId << 8) | (isTwin ? TWIN_BIT : 0) | place;
  const low = requestNumber & 0xffff;
  const high = requestNumber >>> 16;
  return [who, low, high, who ^ low ^ high ^ CHECK][address % GROUP] ?? 0;
}

/** One label for every four words; null for four that do not belong together. The words begin at a multiple of four. */
export function labelsOf(words: readonly number[]): (Label | null)[] {
  return Array.from({ length: Math.ceil(words.length / GROUP) }, (_, index) => {
    const [who = 0, low = 0, high = 0, check = 0] = words.slice(index * GROUP, (index + 1) * GROUP);
    if (check !== (who ^ low ^ high ^ CHECK)) return null;
    return {
      unitId: who >>> 8,
      place: who & PLACE_MASK,
      isTwin: (who & TWIN_BIT) !== 0,
      requestNumber: high * 0x1_0000 + low,
    };
  });
}

export function placeOf(address: number): number {
  return Math.floor(address / GROUP) & PLACE_MASK;
}
