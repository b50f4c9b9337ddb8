/** What a meter answers to one request: its control code's low bits and data, or an error word; undefined is silence. */
export type Dlt645Answer =
  | { kind: "done"; data: number[]; hasMore?: boolean }
  | { kind: "refused"; data: number[] }
  | undefined;

/** The meter behind one DL/T 645 address. */
export interface Dlt645Bank {
  /** Twelve digits; may change by function 15. */
  address(): string;
  /** `function` is bits 4–0 of the control code; `isDirect` is false for a wildcard or broadcast address. */
  execute(function_: number, data: readonly number[], isDirect: boolean): Dlt645Answer;
}
