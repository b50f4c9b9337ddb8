/** Random choices that a seed repeats. mulberry32: small, and the same on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A number from 0 up to, but not, 1. */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from `from` to `to`, both possible. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.whole(0, items.length - 1)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  some<Item>(items: readonly Item[], atLeast: number, atMost: number): Item[] {
    const left = [...items];
    const chosen: Item[] = [];
    const wanted = Math.min(this.whole(atLeast, atMost), left.length);
    while (chosen.length < wanted) chosen.push(...left.splice(this.whole(0, left.length - 1), 1));
    return chosen;
  }

  list<Item>(atLeast: number, atMost: number, make: () => Item): Item[] {
    return Array.from({ length: this.whole(atLeast, atMost) }, make);
  }
}
