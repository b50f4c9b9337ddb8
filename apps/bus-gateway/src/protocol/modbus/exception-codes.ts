import type { GatewayErrorCode } from "../../errors.ts";

/** Modbus Application Protocol V1.1b3, clause 7. */
const EXCEPTION_CODES: Readonly<Record<number, GatewayErrorCode>> = {
  1: "function-refused",
  2: "address-refused",
  3: "value-refused",
  4: "unit-failed",
  // Acknowledge: accepted, takes long. The unit cannot say more, so for a read it is the same as busy.
  5: "unit-busy",
  6: "unit-busy",
  8: "unit-failed",
  10: "unit-unreachable",
  11: "unit-unreachable",
};

/**
 * What Acrel's prepaid firmware answers to a purchase beyond the standard's codes. Only a write meets them: in answer to a read
 * such a number is another maker's, and means nothing here.
 */
const PURCHASE_EXCEPTIONS: Readonly<Record<number, GatewayErrorCode>> = {
  19: "purchase-count-refused",
  20: "purchase-limit-refused",
  69: "purchase-repeated",
};

/** Makers' own exceptions begin above those of the standard. */
const LAST_STANDARD_EXCEPTION = 11;

export interface ModbusRefusal {
  code: GatewayErrorCode;
  /** The number, where the code alone does not tell it. */
  detail: string | undefined;
}

export function exceptionRefusal(exception: number, kind: "read" | "write"): ModbusRefusal {
  const purchase = kind === "write" ? PURCHASE_EXCEPTIONS[exception] : undefined;
  const code = EXCEPTION_CODES[exception] ?? purchase ?? "exception-unknown";
  const isStandard = exception <= LAST_STANDARD_EXCEPTION && code !== "exception-unknown";
  return { code, detail: isStandard ? undefined : `exception ${exception}` };
}

/** After these the unit may have carried a write out all the same. */
export const WRITE_MAY_HAVE_HAPPENED: ReadonlySet<number> = new Set([4, 5, 8, 11]);
