import { EXCEPTION, type ExceptionCode } from "../modbus/register-bank.ts";
import type { RegisterMap } from "./register-map.ts";
import { fromWords, type ParameterName, type ParameterRow, toWords, wordCount } from "./register-rows.ts";

/** Judges a value of a parameter before it is kept; answers why not. */
export type JudgeParameter = (name: ParameterName, value: number) => ExceptionCode | undefined;

/** The words a master has written, over the defaults of the table. */
export class ParameterStore {
  readonly #map: RegisterMap;
  #words: Map<number, number>;

  constructor(map: RegisterMap, written: Iterable<readonly [number, number]> = []) {
    this.#map = map;
    this.#words = this.#delivered();
    for (const [address, word] of written) if (map.parameters.has(address)) this.#words.set(address, word);
  }

  word(address: number): number | undefined {
    return this.#words.get(address);
  }

  value(name: ParameterName): number {
    const address = this.#map.addressOf.get(name);
    const row = address === undefined ? undefined : this.#map.parameters.get(address)?.row;
    return address === undefined || !row ? 0 : composed(this.#words, row, address);
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

  /** As another meter comes from the factory. */
  reset(): void {
    this.#words = this.#delivered();
  }

  /** What differs from a meter as delivered. */
  entries(): [number, number][] {
    return [...this.#words].filter(([address, word]) => word !== this.#deliveredWord(address));
  }

  /** Keeps all words or none. Answers the names that were written, or the exception. */
  write(
    address: number,
    words: readonly number[],
    judge: JudgeParameter,
  ): Set<ParameterName> | ExceptionCode {
    const next = new Map(this.#words);
    const touched = new Map<number, ParameterRow>();
    for (const [index, word] of words.entries()) {
      const cell = this.#map.parameters.get(address + index);
      if (!cell) return EXCEPTION.illegalDataAddress;
      next.set(address + index, word);
      touched.set(cell.valueAddress, cell.row);
    }
    for (const [valueAddress, row] of touched) {
      const value = composed(next, row, valueAddress);
      if (row.maximum !== undefined && value > row.maximum) return EXCEPTION.illegalDataValue;
      const refusal = row.name ? judge(row.name, value) : undefined;
      if (refusal !== undefined) return refusal;
    }
    this.#words = next;
    return new Set([...touched.values()].flatMap(({ name }) => (name ? [name] : [])));
  }

  #delivered(): Map<number, number> {
    return new Map(
      [...this.#map.parameters.keys()].map((address) => [address, this.#deliveredWord(address)]),
    );
  }

  #deliveredWord(address: number): number {
    const cell = this.#map.parameters.get(address);
    return cell ? (toWords(cell.row.type, cell.row.initial ?? 0)[address - cell.valueAddress] ?? 0) : 0;
  }
}

function composed(words: ReadonlyMap<number, number>, row: ParameterRow, address: number): number {
  const first = words.get(address) ?? 0;
  return fromWords(row.type, first, wordCount(row.type) === 1 ? 0 : (words.get(address + 1) ?? 0));
}
