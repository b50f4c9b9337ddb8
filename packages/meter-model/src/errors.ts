export type FailureClass = "transient" | "ambiguous" | "permanent";

/** Every way in which this package refuses, and what the caller may do about it. */
export const METER_MODEL_ERRORS = {
  "unknown-variant": { failureClass: "permanent" },
  "unknown-register": { failureClass: "permanent" },
  /** The reply has another number of words than the block asked for. */
  "wrong-word-count": { failureClass: "transient" },
  /** The profile's sample blocks do not hold a register that a sample needs. */
  "register-not-in-block": { failureClass: "permanent" },
  /** The unit has fewer circuits than that. */
  "unknown-loop": { failureClass: "permanent" },
  /** Digits that are none, not a number, infinity: nothing a sample could stand on. */
  "unreadable-value": { failureClass: "transient" },
  /** Not exactly what the register can hold. */
  "value-unfit": { failureClass: "permanent" },
  /** Registers that one write cannot set together. */
  "registers-apart": { failureClass: "permanent" },
  /** The meter keeps no credit, or is not credited through its bus. */
  "no-credit": { failureClass: "permanent" },
  /** The meter only measures. */
  "no-relay": { failureClass: "permanent" },
  /** A command that the meter takes only with a password and an operator's code. */
  "access-missing": { failureClass: "permanent" },
  "unknown-time-zone": { failureClass: "permanent" },
  "invalid-day": { failureClass: "permanent" },
  /** A span whose end lies before its start. */
  "span-reversed": { failureClass: "permanent" },
  /** Beyond 2⁵³ an integer would no longer be exact. */
  "out-of-range": { failureClass: "permanent" },
} as const satisfies Record<string, { failureClass: FailureClass }>;
export type MeterModelErrorCode = keyof typeof METER_MODEL_ERRORS;

export class MeterModelError extends Error {
  override readonly name = "MeterModelError";
  readonly code: MeterModelErrorCode;
  readonly failureClass: FailureClass;

  constructor(code: MeterModelErrorCode, message: string) {
    super(message);
    this.code = code;
    this.failureClass = METER_MODEL_ERRORS[code].failureClass;
  }
}
