import type { Cancel, VirtualClock } from "../clock.ts";
import { GatewayError } from "../errors.ts";
import type { BytePipe, PipeState } from "../pipe/byte-pipe.ts";

/** What happens on the wire after a request; instants count from the moment the request was handed over. */
export type Script = (request: Uint8Array, requestIndex: number) => Utterance[];

export interface Utterance {
  atMs: number;
  bytes: Uint8Array;
}

/** The far end of a bus for tests: says what the script says, when it says it, on a clock the test owns. */
export class ScriptedWire implements BytePipe {
  readonly keepsLineSpeed: boolean;
  readonly requests: { bytes: Uint8Array; atMs: number }[] = [];
  readonly #clock: VirtualClock;
  readonly #script: Script;
  readonly #byteListeners = new Set<(bytes: Uint8Array, atMonotonicMs: number) => void>();
  readonly #stateListeners = new Set<(state: PipeState) => void>();
  isUp = false;

  constructor(clock: VirtualClock, script: Script, { keepsLineSpeed = true } = {}) {
    this.#clock = clock;
    this.#script = script;
    this.keepsLineSpeed = keepsLineSpeed;
  }

  open(): void {
    this.plug();
  }

  plug(): void {
    this.isUp = true;
    this.#tell({ state: "up" });
  }

  unplug(failures = 1): void {
    this.isUp = false;
    this.#tell({ state: "down", reason: "unplugged", failures, alarm: failures >= 3 });
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
      for (const listener of this.#byteListeners) listener(bytes, this.#clock.monotonicMs());
    }, inMs);
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
  }

  #tell(state: PipeState): void {
    for (const listener of this.#stateListeners) listener(state);
  }
}
