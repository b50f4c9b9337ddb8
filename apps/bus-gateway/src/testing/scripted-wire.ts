import type { VirtualClock } from "../clock.ts";
import { GatewayError } from "../errors.ts";
import type { BytePipe } from "../pipe/byte-pipe.ts";
import { ListenedPipe } from "../pipe/listened-pipe.ts";

/** What happens on the wire after a request; instants count from the moment the request was handed over. */
export type Script = (request: Uint8Array, requestIndex: number) => Utterance[];

export interface Utterance {
  atMs: number;
  bytes: Uint8Array;
}

/** The far end of a bus for tests: says what the script says, when it says it, on a clock the test owns. */
export class ScriptedWire extends ListenedPipe implements BytePipe {
  readonly keepsLineSpeed: boolean;
  readonly requests: { bytes: Uint8Array; atMs: number }[] = [];
  readonly #clock: VirtualClock;
  readonly #script: Script;
  isUp = false;

  constructor(clock: VirtualClock, script: Script, { keepsLineSpeed = true } = {}) {
    super();
    this.#clock = clock;
    this.#script = script;
    this.keepsLineSpeed = keepsLineSpeed;
  }

  open(): void {
    this.plug();
  }

  plug(): void {
    this.isUp = true;
    this.tellState({ state: "up" });
  }

  unplug(failures = 1): void {
    this.isUp = false;
    this.tellState({ state: "down", reason: "unplugged", failures, alarm: failures >= 3 });
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.isUp) throw new GatewayError("bus-down");
    const index = this.requests.length;
    this.requests.push({ bytes: Uint8Array.from(bytes), atMs: this.#clock.monotonicMs() });
    for (const utterance of this.#script(bytes, index)) this.say(utterance.bytes, utterance.atMs);
  }

  /** Bytes that arrive in one piece, `inMs` from now. */
  say(bytes: Uint8Array, inMs: number): void {
    this.#clock.setTimer(() => {
      if (!this.isUp) return;
      this.tellBytes(bytes, this.#clock.monotonicMs());
    }, inMs);
  }

  async close(): Promise<void> {
    this.isUp = false;
  }
}
