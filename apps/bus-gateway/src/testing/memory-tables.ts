import { GatewayError } from "../errors.ts";
import type { Change, Key, Tables } from "../store/tables.ts";

function compare(a: Key, b: Key): number {
  const left = Array.isArray(a) ? a : [a];
  const right = Array.isArray(b) ? b : [b];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const x = left[index];
    const y = right[index];
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/**
 * For tests only: the tables without a disk. What a gateway leaves here when it is dropped is what `kill -9` would leave
 * on the disk: everything whose write was answered. `killed` refuses the writes of a gateway that is dead.
 */
export class MemoryTables implements Tables {
  readonly #rows = new Map<string, Map<string, { key: Key; text: string }>>();
  #isKilled = false;
  /** Makes every write that `refuses` names fail, as on a full disk. */
  refuses: (changes: readonly Change[]) => boolean = () => false;
  free = Number.POSITIVE_INFINITY;
  writes = 0;

  #table(name: string): Map<string, { key: Key; text: string }> {
    const table = this.#rows.get(name) ?? new Map();
    this.#rows.set(name, table);
    return table;
  }

  get(table: string, key: Key): unknown {
    const row = this.#table(table).get(JSON.stringify(key));
    return row === undefined ? undefined : JSON.parse(row.text);
  }

  entries(table: string, { from, to, limit }: { from?: Key; to?: Key; limit?: number } = {}) {
    return [...this.#table(table).values()]
      .filter(
        ({ key }) =>
          (from === undefined || compare(key, from) >= 0) && (to === undefined || compare(key, to) < 0),
      )
      .sort((a, b) => compare(a.key, b.key))
      .slice(0, limit)
      .map(({ key, text }) => ({ key, value: JSON.parse(text) as unknown }));
  }

  lastKey(table: string, upTo?: Key): Key | undefined {
    const keys = [...this.#table(table).values()].map(({ key }) => key);
    return keys
      .filter((key) => upTo === undefined || compare(key, upTo) <= 0)
      .sort(compare)
      .at(-1);
  }

  async write(changes: readonly Change[]): Promise<void> {
    if (this.#isKilled || this.refuses(changes)) throw new GatewayError("store-unavailable", "no space");
    this.writes += 1;
    for (const { table, key, value } of changes) {
      const text = JSON.stringify(key);
      if (value === undefined) this.#table(table).delete(text);
      else this.#table(table).set(text, { key, text: JSON.stringify(value) });
    }
  }

  size(table: string): { bytes: number; count: number } {
    const rows = this.#table(table);
    let bytes = 0;
    for (const { text } of rows.values()) bytes += text.length;
    return { bytes, count: rows.size };
  }

  freeBytes(): number {
    return this.free;
  }

  async close(): Promise<void> {}

  /** What a process that was killed leaves behind; the dead one can write no more. */
  afterKill(): MemoryTables {
    this.#isKilled = true;
    const left = new MemoryTables();
    for (const [name, rows] of this.#rows) left.#rows.set(name, new Map(rows));
    return left;
  }
}
