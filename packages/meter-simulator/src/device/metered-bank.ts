import type { CircuitView } from "../circuit/circuit-view.ts";
import type { SwitchedCircuit } from "../circuit/switched-circuit.ts";
import { EXCEPTION, type ExceptionCode } from "../modbus/register-bank.ts";
import type { JudgeParameter, ParameterStore } from "./parameter-store.ts";
import type { RegisterMap } from "./register-map.ts";
import { type ParameterName, toWords } from "./register-rows.ts";

/** Words of measured registers and parameters, or an exception where the map has a hole. */
export function readMapped(
  map: RegisterMap,
  view: CircuitView,
  parameters: ParameterStore,
  address: number,
  count: number,
): number[] | ExceptionCode {
  const words: number[] = [];
  let at = address;
  while (at < address + count) {
    const cell = map.measured.get(at);
    if (!cell) {
      const word = parameters.word(at);
      if (word === undefined) return EXCEPTION.illegalDataAddress;
      words.push(word);
      at++;
      continue;
    }
    const value = toWords(cell.row.type, cell.row.read(view));
    for (let index = cell.wordIndex; index < value.length && at < address + count; index++, at++)
      words.push(value[index] ?? 0);
  }
  return words;
}

export interface WriteEffects {
  judge: JudgeParameter;
  /** Told of the names that were written, before the circuit judges again. */
  onWritten?: (written: ReadonlySet<ParameterName>) => void;
}

/** Writes parameters of a circuit and lets it act on them at once. */
export function writeMapped(
  circuit: SwitchedCircuit,
  parameters: ParameterStore,
  address: number,
  words: readonly number[],
  { judge, onWritten }: WriteEffects,
): ExceptionCode | undefined {
  circuit.sync();
  const written = parameters.write(address, words, judge);
  if (typeof written === "number") return written;
  onWritten?.(written);
  circuit.obey();
  return undefined;
}
