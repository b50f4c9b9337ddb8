import type { Cancel } from "../clock.ts";
import type { PipeState } from "./byte-pipe.ts";

type BytesListener = (bytes: Uint8Array, atMonotonicMs: number) => void;
type StateListener = (state: PipeState) => void;

/** What every pipe has in common: those who listen to it. */
export abstract class ListenedPipe {
  readonly #byteListeners = new Set<BytesListener>();
  readonly #stateListeners = new Set<StateListener>();

  onBytes(listener: BytesListener): Cancel {
    this.#byteListeners.add(listener);
    return () => void this.#byteListeners.delete(listener);
  }

  onState(listener: StateListener): Cancel {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  protected tellBytes(bytes: Uint8Array, atMonotonicMs: number): void {
    for (const listener of this.#byteListeners) listener(bytes, atMonotonicMs);
  }

  protected tellState(state: PipeState): void {
    for (const listener of this.#stateListeners) listener(state);
  }
}
