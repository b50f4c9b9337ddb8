import { type MeasuredRow, type ParameterName, type ParameterRow, wordCount } from "./register-rows.ts";

export interface MeasuredCell {
  row: MeasuredRow;
  /** Which word of the row's value. */
  wordIndex: number;
}

export interface ParameterCell {
  row: ParameterRow;
  /** Address of the first word of the value that this word belongs to. */
  valueAddress: number;
}

/** Rows laid out by address, one cell a word. */
export interface RegisterMap {
  measured: ReadonlyMap<number, MeasuredCell>;
  parameters: ReadonlyMap<number, ParameterCell>;
  /** First address of a named parameter. */
  addressOf: ReadonlyMap<ParameterName, number>;
}

export function layOut(
  measuredRows: readonly MeasuredRow[],
  parameterRows: readonly ParameterRow[],
): RegisterMap {
  const measured = new Map<number, MeasuredCell>();
  for (const row of measuredRows)
    for (let wordIndex = 0; wordIndex < wordCount(row.type); wordIndex++)
      measured.set(row.address + wordIndex, { row, wordIndex });
  const parameters = new Map<number, ParameterCell>();
  const addressOf = new Map<ParameterName, number>();
  for (const row of parameterRows) {
    const words = wordCount(row.type);
    if (row.name) addressOf.set(row.name, row.address);
    for (let value = 0; value < (row.repeat ?? 1); value++)
      for (let word = 0; word < words; word++) {
        const valueAddress = row.address + value * words;
        parameters.set(valueAddress + word, { row, valueAddress });
      }
  }
  return { measured, parameters, addressOf };
}
