import type { Cancel, Clock } from "../clock.ts";
import { GatewayError } from "../errors.ts";
import { isWorthAnAlarm, reopenPauseMs } from "./back-off.ts";
import type { BytePipe, Connect, Connection } from "./byte-pipe.ts";
import { ListenedPipe } from "./listened-pipe.ts";

interface ReopeningPipeOptions {
  connect: Connect;
  clock: Clock;
  /** 0 ≤ value < 1. */
  random: () => number;
}

/** Turns a way to connect once into a pipe that reconnects for as long as it is not closed. */
export class ReopeningPipe extends ListenedPipe implements BytePipe {
  readonly #connect: Connect;
  readonly #clock: Clock;
  readonly #random: () => number;
  #connection: Connection | null = null;
  /** Ends the current connection. */
  #break: (reason: string) => void = () => {};
  #failures = 0;
  #cancelReopen: Cancel = () => {};
  #attempt: Promise<void> = Promise.resolve();
  readonly #giveUp = new AbortController();
  #closed = false;

  constructor({ connect, clock, random }: ReopeningPipeOptions) {
    super();
    this.#connect = connect;
    this.#clock = clock;
    this.#random = random;
  }

  get isUp(): boolean {
    return this.#connection !== null;
  }

  get keepsLineSpeed(): boolean {
    return this.#connection?.keepsLineSpeed ?? true;
  }

  open(): void {
    if (this.#closed || this.#connection) return;
    this.#attempt = this.#tryOnce();
  }

  async write(bytes: Uint8Array): Promise<void> {
    const connection = this.#connection;
    if (!connection) throw new GatewayError("bus-down");
    try {
      await connection.write(bytes);
    } catch (error) {
      // A port that is gone may tell nobody but the one who writes to it.
      if (connection === this.#connection) this.#break(messageOf(error));
      throw new GatewayError("bus-down", messageOf(error), { cause: error });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#giveUp.abort();
    this.#cancelReopen();
    const connection = this.#connection;
    this.#connection = null;
    await connection?.close();
    await this.#attempt;
  }

  async #tryOnce(): Promise<void> {
    let brokenWhy: string | null = null;
    let opened: Connection | null = null;
    const broken = (reason: string) => {
      if (brokenWhy !== null) return;
      brokenWhy = reason;
      if (opened && opened === this.#connection) this.#lost(reason, opened);
    };
    const bytes = (received: Uint8Array) => {
      const atMonotonicMs = this.#clock.monotonicMs();
      if (brokenWhy === null) this.tellBytes(received, atMonotonicMs);
    };
    try {
      opened = await this.#connect({ bytes, broken }, this.#giveUp.signal);
    } catch (error) {
      if (!this.#closed) this.#lost(messageOf(error));
      return;
    }
    if (this.#closed) {
      await opened.close();
      return;
    }
    if (brokenWhy !== null) {
      this.#lost(brokenWhy, opened);
      return;
    }
    this.#connection = opened;
    this.#break = broken;
    this.#failures = 0;
    this.tellState({ state: "up" });
  }

  #lost(reason: string, remains?: Connection): void {
    this.#connection = null;
    // What is broken may fail to close as well; the reason that counts is already told.
    remains?.close().catch(() => {});
    this.#failures += 1;
    this.tellState({
      state: "down",
      reason,
      failures: this.#failures,
      alarm: isWorthAnAlarm(this.#failures),
    });
    if (this.#closed) return;
    const pauseMs = reopenPauseMs(this.#failures, this.#random());
    this.#cancelReopen = this.#clock.setTimer(() => this.open(), pauseMs);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
