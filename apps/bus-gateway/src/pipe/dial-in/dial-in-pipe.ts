import type { Socket } from "node:net";
import { type LineConfig, type PipeConfig, parseBytePattern } from "@hallmeter/meter-model";
import type { Cancel, Clock } from "../../clock.ts";
import { GatewayError } from "../../errors.ts";
import type { BytePipe } from "../byte-pipe.ts";
import { ListenedPipe } from "../listened-pipe.ts";
import { UNKNOWN_LINE_BAUD } from "../tcp-client.ts";
import type { DialInListener } from "./dial-in-listener.ts";
import { HeartbeatFilter } from "./heartbeat-filter.ts";

export type DialInConfig = Extract<PipeConfig, { kind: "dial-in" }>;

/** A unit that is not there for so long asks for a person. Range 30–600 s; 60 s rides out a change of cell. */
const ABSENT_BEFORE_ALARM_MS = 60_000;
/** Pieces of one heartbeat come together within this. Range 20–500 ms. */
const HEARTBEAT_PIECES_WITHIN_MS = 100;

interface DialInPipeOptions {
  config: DialInConfig;
  line: Pick<LineConfig, "baud">;
  /** Null when the gateway takes no units that dial in. */
  listener: DialInListener | null;
  clock: Clock;
}

/** The line behind a unit that dials in: up while the unit is there, and the newest connection is the one that counts. */
export class DialInPipe extends ListenedPipe implements BytePipe {
  readonly keepsLineSpeed: boolean;
  readonly #config: DialInConfig;
  readonly #listener: DialInListener | null;
  readonly #clock: Clock;
  #socket: Socket | null = null;
  #filter = new HeartbeatFilter([]);
  #heardMs = 0;
  #failures = 0;
  #leave: Cancel = () => {};
  #cancelAbsent: Cancel = () => {};
  #cancelSilence: Cancel = () => {};
  #cancelHold: Cancel = () => {};

  constructor({ config, line, listener, clock }: DialInPipeOptions) {
    super();
    this.keepsLineSpeed = line.baud !== UNKNOWN_LINE_BAUD;
    this.#config = config;
    this.#listener = listener;
    this.#clock = clock;
  }

  get isUp(): boolean {
    return this.#socket !== null;
  }

  open(): void {
    const registration = parseBytePattern(this.#config.registration) ?? [];
    try {
      if (this.#listener === null) throw new GatewayError("dial-in-off");
      const arrived = (socket: Socket, rest: Uint8Array) => this.#take(socket, rest);
      this.#leave = this.#listener.expect({ registration, arrived });
    } catch (error) {
      // Nothing but another configuration helps; a caller that listens only after this must hear it too.
      const reason = error instanceof Error ? error.message : String(error);
      this.#cancelAbsent = this.#clock.setTimer(() => this.#tellDown(reason, true), 0);
      return;
    }
    this.#awaitUnit();
  }

  write(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return Promise.reject(new GatewayError("bus-down"));
    return new Promise((written, failed) => {
      socket.write(bytes, (error) =>
        error ? failed(new GatewayError("bus-down", error.message, { cause: error })) : written(),
      );
    });
  }

  async close(): Promise<void> {
    this.#leave();
    this.#release()?.destroy();
    this.#cancelAbsent();
  }

  #take(socket: Socket, rest: Uint8Array): void {
    const before = this.#release();
    if (before !== null) {
      before.destroy();
      this.#tellDown("the unit dialled in anew", false);
    }
    this.#cancelAbsent();
    const { registration, heartbeat } = this.#config;
    // Many units say their registration again in place of a heartbeat.
    this.#filter = new HeartbeatFilter(
      [registration, heartbeat].flatMap((text) => (text === undefined ? [] : [parseBytePattern(text) ?? []])),
    );
    this.#socket = socket;
    this.#failures = 0;
    let reason = "the unit hung up";
    socket.on("data", (bytes) => this.#hear(bytes));
    socket.on("error", (error) => {
      reason = error.message;
    });
    socket.on("close", () => {
      if (this.#socket === socket) this.#lost(reason);
    });
    this.tellState({ state: "up" });
    this.#heardMs = this.#clock.monotonicMs();
    this.#watchSilence();
    if (rest.length > 0) this.#hear(rest);
  }

  #hear(bytes: Uint8Array): void {
    this.#heardMs = this.#clock.monotonicMs();
    this.#cancelHold();
    const { passed, heartbeats } = this.#filter.take(bytes);
    this.#pass(passed);
    if (heartbeats > 0) this.#answerHeartbeat();
    if (this.#filter.isHolding)
      this.#cancelHold = this.#clock.setTimer(
        () => this.#pass(this.#filter.release()),
        HEARTBEAT_PIECES_WITHIN_MS,
      );
  }

  #pass(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const atMonotonicMs = this.#clock.monotonicMs();
    this.tellBytes(bytes, atMonotonicMs);
  }

  #answerHeartbeat(): void {
    const { heartbeatReply } = this.#config;
    if (heartbeatReply === undefined) return;
    const bytes = (parseBytePattern(heartbeatReply) ?? []).map((byte) => byte ?? 0);
    this.#socket?.write(Uint8Array.from(bytes));
  }

  /** Our own requests keep a dead connection looking alive for a quarter of an hour; only what is heard counts. */
  #watchSilence(): void {
    const silentMs = this.#config.silentAfterS * 1000;
    const remainingMs = this.#heardMs + silentMs - this.#clock.monotonicMs();
    if (remainingMs <= 0) this.#lost(`nothing heard for ${this.#config.silentAfterS} s`);
    else this.#cancelSilence = this.#clock.setTimer(() => this.#watchSilence(), remainingMs);
  }

  #lost(reason: string): void {
    this.#release()?.destroy();
    this.#tellDown(reason, false);
    this.#awaitUnit();
  }

  #awaitUnit(): void {
    this.#cancelAbsent = this.#clock.setTimer(
      () => this.#tellDown("the unit does not dial in", true),
      ABSENT_BEFORE_ALARM_MS,
    );
  }

  /** Lets go of the connection without a word. */
  #release(): Socket | null {
    const socket = this.#socket;
    this.#socket = null;
    this.#cancelSilence();
    this.#cancelHold();
    return socket;
  }

  #tellDown(reason: string, alarm: boolean): void {
    this.#failures += 1;
    this.tellState({ state: "down", reason, failures: this.#failures, alarm });
  }
}
