export type FailureClass = "transient" | "ambiguous" | "permanent";

/** Everything the simulator itself can refuse; faults on the wire are behaviour, not errors. */
const ERROR_CLASSES = {
  "site-file-invalid": "permanent",
  "site-file-unreadable": "permanent",
  "scenario-invalid": "permanent",
  "state-file-invalid": "permanent",
  "circuit-unknown": "permanent",
  "bus-unknown": "permanent",
  "port-unavailable": "transient",
  "pty-unavailable": "permanent",
  "request-invalid": "permanent",
} as const satisfies Record<string, FailureClass>;
export type SimulatorErrorCode = keyof typeof ERROR_CLASSES;

export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode;
  readonly failureClass: FailureClass;

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SimulatorError";
    this.code = code;
    this.failureClass = ERROR_CLASSES[code];
  }
}
