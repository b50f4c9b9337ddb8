import { GatewayError } from "../errors.ts";
import type { Change, Key, Tables } from "../store/tables.ts";

type Part = string | number;

function compareParts(a: Part, b: Part): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Values in the order of their parts; most are put at the end and taken from the front. */
class Sorted<T> {
  #parts: Part[] = [];
  #values: T[] = [];
  /** Taken from the front, and not yet cut off. */
  #start = 0;

  get count(): number {
    return this.#parts.length - this.#start;
  }

  /** How many are below the part. */
  place(part: Part): number {
    let low = this.#start;
    let high = this.#parts.length;
    const last = this.#parts[high - 1];
    if (last === undefined || high === low || compareParts(last, part) < 0) return high - this.#start;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareParts(this.#parts[middle] ?? part, part) < 0) low = middle + 1;
      else high = middle;
    }
    return low - this.#start;
  }

  at(place: number): { part: Part; value: T } | undefined {
    const index = this.#start + place;
    const part = this.#parts[index];
    const value = this.#values[index];
    return place < 0 || part === undefined || value === undefined ? undefined : { part, value };
  }

  get(part: Part): T | undefined {
    const index = this.#start + this.place(part);
    return this.#parts[index] === part ? this.#values[index] : undefined;
  }

  /** @returns what was there before */
  set(part: Part, value: T): T | undefined {
    const index = this.#start + this.place(part);
    if (index === this.#parts.length) {
      this.#parts.push(part);
      this.#values.push(value);
      return undefined;
    }
    if (this.#parts[index] === part) {
      const before = this.#values[index];
      this.#values[index] = value;
      return before;
    }
    this.#parts.splice(index, 0, part);
    this.#values.splice(index, 0, value);
    return undefined;
  }

  /** @returns what was there */
  delete(part: Part): T | undefined {
    const index = this.#start + this.place(part);
    if (this.#parts[index] !== part) return undefined;
    const before = this.#values[index];
    if (index !== this.#start) {
      this.#parts.splice(index, 1);
      this.#values.splice(index, 1);
      return before;
    }
    this.#start += 1;
    if (this.#start < 1000 || this.#start * 2 < this.#parts.length) return before;
    this.#parts = this.#parts.slice(this.#start);
    this.#values = this.#values.slice(this.#start);
    this.#start = 0;
    return before;
  }

  copy(copyValue: (value: T) => T): Sorted<T> {
    const copied = new Sorted<T>();
    copied.#parts = this.#parts.slice(this.#start);
    copied.#values = this.#values.slice(this.#start).map(copyValue);
    return copied;
  }
}

const NO_SECOND = "";
const partsOf = (key: Key): [Part, Part] =>
  Array.isArray(key) ? [key[0] ?? NO_SECOND, key[1] ?? NO_SECOND] : [key, NO_SECOND];

function compare(a: Key, b: Key): number {
  const [a1, a2] = partsOf(a);
  const [b1, b2] = partsOf(b);
  return compareParts(a1, b1) || compareParts(a2, b2);
}

/** As JSON text, or the value itself where nobody changes what was written. */
interface Row {
  value: unknown;
  bytes: number;
}

/** One table: rows by the first and the second part of their keys. */
class MemoryTable {
  readonly #rows: Sorted<Sorted<Row>>;
  #count = 0;
  #bytes = 0;

  constructor(from?: MemoryTable) {
    this.#rows = from === undefined ? new Sorted() : from.#rows.copy((row) => row.copy((each) => each));
    this.#count = from === undefined ? 0 : from.#count;
    this.#bytes = from === undefined ? 0 : from.#bytes;
  }

  get size(): { bytes: number; count: number } {
    return { bytes: this.#bytes, count: this.#count };
  }

  row(key: Key): Row | undefined {
    const [first, second] = partsOf(key);
    return this.#rows.get(first)?.get(second);
  }

  set(key: Key, written: Row): void {
    const [first, second] = partsOf(key);
    let row = this.#rows.get(first);
    if (row === undefined) {
      row = new Sorted();
      this.#rows.set(first, row);
    }
    const before = row.set(second, written);
    this.#bytes += written.bytes - (before?.bytes ?? 0);
    if (before === undefined) this.#count += 1;
  }

  delete(key: Key): void {
    const [first, second] = partsOf(key);
    const row = this.#rows.get(first);
    const before = row?.delete(second);
    if (row === undefined || before === undefined) return;
    if (row.count === 0) this.#rows.delete(first);
    this.#bytes -= before.bytes;
    this.#count -= 1;
  }

  /** From `from` on, while `take` wants more. */
  walk(from: Key | undefined, take: (key: Key, row: Row) => boolean): void {
    const [fromFirst, fromSecond] = from === undefined ? [undefined, undefined] : partsOf(from);
    let rowPlace = fromFirst === undefined ? 0 : this.#rows.place(fromFirst);
    for (let row = this.#rows.at(rowPlace); row !== undefined; row = this.#rows.at(++rowPlace)) {
      const { part: first, value: seconds } = row;
      let place = first === fromFirst && fromSecond !== undefined ? seconds.place(fromSecond) : 0;
      for (let each = seconds.at(place); each !== undefined; each = seconds.at(++place))
        if (!take(each.part === NO_SECOND ? first : [first, each.part], each.value)) return;
    }
  }

  /** The greatest key that is not above `upTo`. */
  last(upTo?: Key): Key | undefined {
    const [first, second] = upTo === undefined ? [undefined, undefined] : partsOf(upTo);
    let rowPlace = first === undefined ? this.#rows.count - 1 : this.#rows.place(first);
    if (first !== undefined && this.#rows.at(rowPlace)?.part !== first) rowPlace -= 1;
    for (let row = this.#rows.at(rowPlace); row !== undefined; row = this.#rows.at(--rowPlace)) {
      const { part, value: seconds } = row;
      let place = seconds.count - 1;
      if (part === first && second !== undefined) {
        place = seconds.place(second);
        if (seconds.at(place)?.part !== second) place -= 1;
      }
      const found = seconds.at(place);
      if (found !== undefined) return found.part === NO_SECOND ? part : [part, found.part];
    }
    return undefined;
  }
}

/** Of an entry whose text nobody has made. */
const ASSUMED_BYTES = 100;

/**
 * For tests only: the tables without a disk. What a gateway leaves here when it is dropped is what `kill -9` would leave
 * on the disk: everything whose write was answered. `killed` refuses the writes of a gateway that is dead.
 */
export class MemoryTables implements Tables {
  readonly #tables = new Map<string, MemoryTable>();
  readonly #keepsReferences: boolean;
  #isKilled = false;
  /** Makes every write that `refuses` names fail, as on a full disk. */
  refuses: (changes: readonly Change[]) => boolean = () => false;
  free = Number.POSITIVE_INFINITY;
  writes = 0;

  /** @param keepsReferences spares long simulations the JSON; whoever writes must not change what was written */
  constructor({ keepsReferences = false } = {}) {
    this.#keepsReferences = keepsReferences;
  }

  #rowOf(value: unknown): Row {
    if (this.#keepsReferences) return { value, bytes: ASSUMED_BYTES };
    const text = JSON.stringify(value);
    return { value: text, bytes: text.length };
  }

  #valueOf({ value }: Row): unknown {
    return this.#keepsReferences ? value : JSON.parse(String(value));
  }

  #table(name: string): MemoryTable {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = new MemoryTable();
    this.#tables.set(name, table);
    return table;
  }

  get(table: string, key: Key): unknown {
    const row = this.#table(table).row(key);
    return row === undefined ? undefined : this.#valueOf(row);
  }

  entries(
    name: string,
    { from, to, limit = Number.POSITIVE_INFINITY }: { from?: Key; to?: Key; limit?: number } = {},
  ) {
    const found: { key: Key; value: unknown }[] = [];
    if (limit <= 0) return found;
    this.#table(name).walk(from, (key, row) => {
      if (to !== undefined && compare(key, to) >= 0) return false;
      found.push({ key, value: this.#valueOf(row) });
      return found.length < limit;
    });
    return found;
  }

  lastKey(name: string, upTo?: Key): Key | undefined {
    return this.#table(name).last(upTo);
  }

  async write(changes: readonly Change[]): Promise<void> {
    if (this.#isKilled || this.refuses(changes)) throw new GatewayError("store-unavailable", "no space");
    this.writes += 1;
    for (const { table, key, value } of changes)
      if (value === undefined) this.#table(table).delete(key);
      else this.#table(table).set(key, this.#rowOf(value));
  }

  size(table: string): { bytes: number; count: number } {
    return this.#table(table).size;
  }

  freeBytes(): number {
    return this.free;
  }

  async close(): Promise<void> {}

  /** What a process that was killed leaves behind; the dead one can write no more. */
  afterKill(): MemoryTables {
    this.#isKilled = true;
    const left = new MemoryTables({ keepsReferences: this.#keepsReferences });
    for (const [name, table] of this.#tables) left.#tables.set(name, new MemoryTable(table));
    return left;
  }
}
