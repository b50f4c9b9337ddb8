import type { Cancel } from "../clock.ts";

export type PipeState =
  | { state: "up" }
  /** `failures`: attempts that failed since the pipe was last up; `alarm` from the third on. */
  | { state: "down"; reason: string; failures: number; alarm: boolean };

/** A two-way stream of bytes that comes back by itself after it breaks. Knows nothing of frames. */
export interface BytePipe {
  readonly isUp: boolean;
  /** See Connection; of the current connection. */
  readonly keepsLineSpeed: boolean;
  /** Starts to open, and to reopen whenever the pipe breaks. */
  open(): void;
  /** Resolves when the bytes have left this computer, as far as it can tell. Rejects with GatewayError "bus-down". */
  write(bytes: Uint8Array): Promise<void>;
  /** `atMonotonicMs`: when the bytes arrived. */
  onBytes(listener: (bytes: Uint8Array, atMonotonicMs: number) => void): Cancel;
  onState(listener: (state: PipeState) => void): Cancel;
  /** Ends for good. */
  close(): Promise<void>;
}

/** One open connection, until it breaks. */
export interface Connection {
  /**
   * Whether bytes travel at the configured speed of the line: true for a serial port and for a serial server behind TCP.
   * A pseudo-terminal ignores the speed, and a serial server's may be unknown: then nothing can be said about when bytes
   * have left.
   */
  readonly keepsLineSpeed: boolean;
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectionEvents {
  bytes(bytes: Uint8Array): void;
  /** At most the first call counts. */
  broken(reason: string): void;
}

/** Opens one connection or rejects; gives up at once when the signal says so. */
export type Connect = (events: ConnectionEvents, signal: AbortSignal) => Promise<Connection>;
