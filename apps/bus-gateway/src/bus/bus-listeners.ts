import type { Cancel } from "../clock.ts";
import type { BusEvents } from "./bus.ts";

type Listeners = { [E in keyof BusEvents]: Set<(value: BusEvents[E]) => void> };

/** Who listens to a bus. A listener that throws is reported and does not stop the bus or the others. */
export class BusListeners {
  readonly #listeners: Listeners = { reply: new Set(), unit: new Set(), bus: new Set(), frame: new Set() };
  readonly #onFault: (error: unknown) => void;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  on<E extends keyof BusEvents>(event: E, listener: (value: BusEvents[E]) => void): Cancel {
    this.#listeners[event].add(listener);
    return () => void this.#listeners[event].delete(listener);
  }

  tell<E extends keyof BusEvents>(event: E, value: BusEvents[E]): void {
    for (const listener of this.#listeners[event]) {
      try {
        listener(value);
      } catch (error) {
        this.#onFault(error);
      }
    }
  }
}
