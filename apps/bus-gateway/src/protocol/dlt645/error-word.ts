import type { GatewayErrorCode } from "../../errors.ts";

interface ErrorBit {
  bit: number;
  code: GatewayErrorCode;
  text: string;
}

/** DL/T 645-2007, error word ERR: the one byte of data in a refusal. The first bit that is set names the refusal. */
const ERROR_BITS = [
  { bit: 2, code: "password-refused", text: "password wrong or not authorised" },
  { bit: 1, code: "address-refused", text: "no such data" },
  { bit: 3, code: "speed-refused", text: "the baud rate cannot be changed" },
  { bit: 4, code: "tariff-refused", text: "too many year zones" },
  { bit: 5, code: "tariff-refused", text: "too many day slots" },
  { bit: 6, code: "tariff-refused", text: "too many rates" },
  { bit: 0, code: "unit-failed", text: "another error" },
] as const satisfies readonly ErrorBit[];

export interface Dlt645Refusal {
  code: GatewayErrorCode;
  /** Everything the word says, for a person. */
  detail: string;
}

export function refusalOf(errorWord: number): Dlt645Refusal {
  const set = ERROR_BITS.filter(({ bit }) => (errorWord & (1 << bit)) !== 0);
  return {
    code: set[0]?.code ?? "exception-unknown",
    detail: set.length > 0 ? set.map(({ text }) => text).join(", ") : `error word ${errorWord}`,
  };
}

/** After these the meter may have carried a write out all the same: "another error" says nothing of when it happened. */
export const WRITE_MAY_HAVE_HAPPENED: ReadonlySet<GatewayErrorCode> = new Set(["unit-failed"]);
