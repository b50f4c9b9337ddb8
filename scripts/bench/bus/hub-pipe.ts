import type { Cancel, Clock } from "../../../apps/bus-gateway/src/clock.ts";
import { GatewayError } from "../../../apps/bus-gateway/src/errors.ts";
import type { BytePipe, PipeState } from "../../../apps/bus-gateway/src/pipe/byte-pipe.ts";
import type { Hub, HubPort } from "../../../packages/meter-simulator/src/line/hub.ts";

/** The gateway's end of a simulated wire, without a kernel in between. */
export class HubPipe implements BytePipe {
  readonly keepsLineSpeed = true;
  isUp = false;
  readonly #clock: Clock;
  readonly #port: HubPort;
  readonly #byteListeners = new Set<(bytes: Uint8Array, atMonotonicMs: number) => void>();
  readonly #stateListeners = new Set<(state: PipeState) => void>();

  constructor(clock: Clock, hub: Hub, { echo = false } = {}) {
    this.#clock = clock;
    const onCharacters = (bytes: Uint8Array, endMs: number) => {
      if (this.isUp) for (const listener of this.#byteListeners) listener(bytes, endMs);
    };
    this.#port = hub.attach({ onCharacters }, { echo });
  }

  open(): void {
    this.isUp = true;
    for (const listener of this.#stateListeners) listener({ state: "up" });
  }

  /** What is on the wire then still travels; nothing of it is heard here. */
  unplug(): void {
    this.isUp = false;
    for (const listener of this.#stateListeners)
      listener({ state: "down", reason: "unplugged", failures: 1, alarm: false });
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.isUp) throw new GatewayError("bus-down");
    const endMs = this.#port.send(bytes);
    await new Promise<void>((resolve) => this.#clock.setTimer(resolve, endMs - this.#clock.monotonicMs()));
  }

  onBytes(listener: (bytes: Uint8Array, atMonotonicMs: number) => void): Cancel {
    this.#byteListeners.add(listener);
    return () => void this.#byteListeners.delete(listener);
  }

  onState(listener: (state: PipeState) => void): Cancel {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  async close(): Promise<void> {
    this.isUp = false;
    this.#port.detach();
  }
}
