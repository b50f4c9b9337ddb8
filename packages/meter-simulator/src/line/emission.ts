/** Something put on the wire in answer to a request; `delayMs` comes on top of the turnaround. */
export interface Emission {
  bytes: Uint8Array;
  delayMs: number;
}
