import { EXCEPTION, type ExceptionCode } from "../modbus/register-bank.ts";
import type { RegisterMap } from "./register-map.ts";
import { type ParameterName, type ParameterRow, toWords, wordCount } from "./register-rows.ts";

/** Judges a value of a parameter before it is kept; `next` reads what the parameters would be. */
export type AcceptParameter = (
  name: ParameterName,
  value: number,
  next: (name: ParameterName) => number,
) => boolean;

/** The words a master has written, over the defaults of the table. */
export class ParameterStore {
  readonly #map: RegisterMap;
  #words: Map<number, number>;

  constructor(map: RegisterMap, written: Iterable<readonly [number, number]> = []) {
    this.#map = map;
    this.#words = new Map([...map.parameters.keys()].map((address) => [address, this.#initialWord(address)]));
    for (const [address, word] of written) if (map.parameters.has(address)) this.#words.set(address, word);
  }

  word(address: number): number | undefined {
    return this.#words.get(address);
  }

  value(name: ParameterName): number {
    return this.#valueIn(this.#words, name);
  }

  /** Words of a repeated parameter. */
  table(name: ParameterName): number[] {
    const address = this.#map.addressOf.get(name) ?? 0;
    const count = this.#map.parameters.get(address)?.row.repeat ?? 1;
    return Array.from({ length: count }, (_, index) => this.#words.get(address + index) ?? 0);
  }

  set(name: ParameterName, value: number): void {
    const address = this.#map.addressOf.get(name);
    const row = address === undefined ? undefined : this.#map.parameters.get(address)?.row;
    if (address === undefined || !row) return;
    toWords(row.type, value).forEach((word, index) => {
      this.#words.set(address + index, word);
    });
  }

  /** What differs from a meter as delivered. */
  entries(): [number, number][] {
    return [...this.#words].filter(([address, word]) => word !== this.#initialWord(address));
  }

  /** Keeps all words or none. Answers the names that were written, or the exception. */
  write(
    address: number,
    words: readonly number[],
    accept: AcceptParameter,
  ): Set<ParameterName> | ExceptionCode {
    const next = new Map(this.#words);
    const touched = new Map<number, ParameterRow>();
    for (const [index, word] of words.entries()) {
      const cell = this.#map.parameters.get(address + index);
      if (!cell) return EXCEPTION.illegalDataAddress;
      next.set(address + index, word);
      touched.set(cell.valueAddress, cell.row);
    }
    const nextValue = (name: ParameterName) => this.#valueIn(next, name);
    for (const [valueAddress, row] of touched) {
      const value = composed(next, row, valueAddress);
      if (row.maximum !== undefined && value > row.maximum) return EXCEPTION.illegalDataValue;
      if (row.name && !accept(row.name, value, nextValue)) return EXCEPTION.illegalDataValue;
    }
    this.#words = next;
    return new Set([...touched.values()].flatMap(({ name }) => (name ? [name] : [])));
  }

  #initialWord(address: number): number {
    const cell = this.#map.parameters.get(address);
    return cell ? (toWords(cell.row.type, cell.row.initial ?? 0)[address - cell.valueAddress] ?? 0) : 0;
  }

  #valueIn(words: ReadonlyMap<number, number>, name: ParameterName): number {
    const address = this.#map.addressOf.get(name);
    const row = address === undefined ? undefined : this.#map.parameters.get(address)?.row;
    return address === undefined || !row ? 0 : composed(words, row, address);
  }
}

function composed(words: ReadonlyMap<number, number>, row: ParameterRow, address: number): number {
  const first = words.get(address) ?? 0;
  return wordCount(row.type) === 1 ? first : first * 0x1_0000 + (words.get(address + 1) ?? 0);
}
