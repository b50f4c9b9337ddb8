import type { Clock } from "../../../apps/bus-gateway/src/clock.ts";
import { GatewayError } from "../../../apps/bus-gateway/src/errors.ts";
import type { BytePipe } from "../../../apps/bus-gateway/src/pipe/byte-pipe.ts";
import { ListenedPipe } from "../../../apps/bus-gateway/src/pipe/listened-pipe.ts";
import type { Hub, HubPort } from "../../../packages/meter-simulator/src/line/hub.ts";

/** The gateway's end of a simulated wire, without a kernel in between. */
export class HubPipe extends ListenedPipe implements BytePipe {
  readonly keepsLineSpeed = true;
  isUp = false;
  readonly #clock: Clock;
  readonly #port: HubPort;

  constructor(clock: Clock, hub: Hub, { echo = false } = {}) {
    super();
    this.#clock = clock;
    const onCharacters = (bytes: Uint8Array, endMs: number) => {
      if (this.isUp) this.tellBytes(bytes, endMs);
    };
    this.#port = hub.attach({ onCharacters }, { echo });
  }

  open(): void {
    this.isUp = true;
    this.tellState({ state: "up" });
  }

  /** What is on the wire then still travels; nothing of it is heard here. */
  unplug(): void {
    this.isUp = false;
    this.tellState({ state: "down", reason: "unplugged", failures: 1, alarm: false });
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.isUp) throw new GatewayError("bus-down");
    const endMs = this.#port.send(bytes);
    await new Promise<void>((resolve) => this.#clock.setTimer(resolve, endMs - this.#clock.monotonicMs()));
  }

  async close(): Promise<void> {
    this.isUp = false;
    this.#port.detach();
  }
}
