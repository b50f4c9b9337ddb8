/**
 * What a caller may do about a failure: `transient` try again · `ambiguous` it may have happened: read back, never resend
 * · `permanent` trying again changes nothing: tell a person.
 */
export type FailureClass = "transient" | "ambiguous" | "permanent";

interface ErrorRow {
  failureClass: FailureClass;
  text: string;
}

/** Every way the gateway fails. A code belongs to one class for ever. */
export const GATEWAY_ERRORS = {
  // The pipe and the line
  "bus-down": { failureClass: "transient", text: "the bus is not connected" },
  "bus-closed": { failureClass: "permanent", text: "the bus was closed" },
  "bus-jammed": { failureClass: "transient", text: "the line never falls silent" },
  "bus-url-invalid": { failureClass: "permanent", text: "the bus address cannot be understood" },
  // Units that dial in
  "dial-in-off": { failureClass: "permanent", text: "this gateway takes no units that dial in" },
  "dial-in-port": { failureClass: "permanent", text: "the port for units that dial in cannot be opened" },
  "dial-in-taken": { failureClass: "permanent", text: "another bus has the same registration" },
  "dial-in-stranger": { failureClass: "permanent", text: "a unit dialled in that no bus knows" },
  "dial-in-mute": { failureClass: "transient", text: "a connection did not say in time who it is" },
  "dial-in-flood": {
    failureClass: "transient",
    text: "more connections, or more bytes, than any unit needs",
  },
  // The reply of a unit
  "reply-timeout": { failureClass: "transient", text: "the unit did not answer" },
  "reply-truncated": { failureClass: "transient", text: "the answer broke off" },
  "reply-corrupt": { failureClass: "transient", text: "the answer failed its checksum" },
  "reply-foreign": { failureClass: "transient", text: "the answer does not belong to the request" },
  "reply-doubled": { failureClass: "transient", text: "the answer came twice" },
  "duplicate-address": { failureClass: "transient", text: "more than one unit answered" },
  "write-unconfirmed": { failureClass: "ambiguous", text: "the write was sent and not confirmed" },
  // Exception replies (Modbus Application Protocol V1.1b3, clause 7)
  "function-refused": { failureClass: "permanent", text: "the unit does not know this function" },
  "address-refused": { failureClass: "permanent", text: "the unit does not have this register" },
  "value-refused": { failureClass: "permanent", text: "the unit refuses this value" },
  "unit-failed": { failureClass: "transient", text: "the unit reports a failure of its own" },
  "unit-busy": { failureClass: "transient", text: "the unit is busy" },
  "unit-unreachable": { failureClass: "transient", text: "a gateway on the way cannot reach the unit" },
  "exception-unknown": {
    failureClass: "permanent",
    text: "the unit answered an exception that has no standard meaning",
  },
  // Exceptions of prepaid firmware, in answer to a purchase
  "purchase-count-refused": { failureClass: "permanent", text: "the unit expects another purchase count" },
  "purchase-limit-refused": {
    failureClass: "permanent",
    text: "the unit would hold more credit than it may",
  },
  "purchase-repeated": { failureClass: "permanent", text: "the unit has had this purchase before" },
  // Error words (DL/T 645-2007); "address-refused" and "unit-failed" are the others
  "password-refused": { failureClass: "permanent", text: "the unit refuses the password, or its level" },
  "speed-refused": { failureClass: "permanent", text: "the unit cannot change to this line speed" },
  "tariff-refused": { failureClass: "permanent", text: "the unit has fewer time zones, slots or rates" },
  // The queue: nothing was sent
  expired: { failureClass: "permanent", text: "the request came too late to be carried out" },
  superseded: { failureClass: "permanent", text: "a newer request took the place of this one" },
  "queue-full": { failureClass: "transient", text: "too many requests wait for this bus" },
  // The gateway's own file and store
  "config-file-invalid": { failureClass: "permanent", text: "the configuration file cannot be used" },
  "store-locked": { failureClass: "permanent", text: "another process works on this data directory" },
  "store-corrupt": { failureClass: "permanent", text: "the local store holds what this version cannot read" },
  "store-unavailable": { failureClass: "transient", text: "the local store cannot be written" },
  // The server
  "server-unreachable": { failureClass: "transient", text: "the server does not answer" },
  "server-busy": { failureClass: "transient", text: "the server cannot take it now" },
  "server-denied": { failureClass: "permanent", text: "the server does not accept the gateway's token" },
  "server-refused": { failureClass: "permanent", text: "the server refuses what was sent" },
  "server-answer-invalid": { failureClass: "transient", text: "the server's answer cannot be understood" },
} as const satisfies Record<string, ErrorRow>;

export type GatewayErrorCode = keyof typeof GATEWAY_ERRORS;

/** How a request that went out can stay without a good answer. */
export type TransactionFailure = Extract<
  GatewayErrorCode,
  | "reply-timeout"
  | "reply-truncated"
  | "reply-corrupt"
  | "reply-foreign"
  | "reply-doubled"
  | "duplicate-address"
>;

export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: GatewayErrorCode;

  constructor(code: GatewayErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ? `${GATEWAY_ERRORS[code].text}: ${detail}` : GATEWAY_ERRORS[code].text, options);
    this.code = code;
  }

  get failureClass(): FailureClass {
    return GATEWAY_ERRORS[this.code].failureClass;
  }
}

export function isGatewayError(error: unknown): error is GatewayError {
  return error instanceof GatewayError;
}
