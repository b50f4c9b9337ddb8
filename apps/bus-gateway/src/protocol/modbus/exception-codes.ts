import type { GatewayErrorCode } from "../../errors.ts";

/** Modbus Application Protocol V1.1b3, clause 7. */
export const EXCEPTION_CODES: Readonly<Record<number, GatewayErrorCode>> = {
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

/** After these the unit may have carried a write out all the same. */
export const WRITE_MAY_HAVE_HAPPENED: ReadonlySet<number> = new Set([4, 5, 8, 11]);
