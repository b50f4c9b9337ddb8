import type { BulkAnswer, BusRequest, CreditPosition, DownlinkMessage } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Cancel, Clock } from "../clock.ts";
import { GatewayError, isGatewayError } from "../errors.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import { serverPauseMs } from "./back-off.ts";
import type { Server } from "./server.ts";

/** The server sends a heartbeat every 15 s; three missed mean a dead connection. Range 20–120 s. */
const SILENCE_LIMIT_MS = 45_000;
/** Streams that break so often in a row are blocked by something on the way: messages are fetched instead. */
const STREAM_FAILURES_UNTIL_POLLING = 2;
/** How often messages are fetched while streaming fails. Range 1–30 s. */
const POLL_INTERVAL_MS = 2000;
/** While polling, streaming is tried again this often. Range 15 s–10 min. */
const STREAM_RETRY_MS = 60_000;

export interface DownlinkHandlers {
  /** Each resolves once its effect is on disk: only then is the message taken as delivered. */
  credit(position: CreditPosition): Promise<void>;
  command(command: Extract<DownlinkMessage, { type: "command" }>["command"]): Promise<void>;
  bulkAnswer(answer: BulkAnswer): Promise<void>;
  sale(sale: Extract<DownlinkMessage, { type: "sale" }>["sale"]): Promise<void>;
  /** Need not be on disk: a request is forgotten by a restart. */
  busRequest(request: BusRequest): Promise<void>;
  /** The configuration has changed, to this revision as far as is known; fetch it. */
  config(revision?: number): Promise<void>;
  /** The server was heard. */
  heard(): void;
}

interface DownlinkOptions {
  server: Server;
  store: GatewayStore;
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
  handlers: DownlinkHandlers;
}

export type DownlinkWay = "connecting" | "stream" | "polling" | "offline";

/** Listens to the server: by its stream, by polling where streams do not pass, each message once and in order. */
export class Downlink {
  readonly #options: DownlinkOptions;
  readonly #closing = new AbortController();
  #way: DownlinkWay = "connecting";
  #sequence = 0;
  #failures = 0;
  #streamFailures = 0;
  #isGreeted = false;
  #nextStreamMs = 0;
  #endPause: () => void = () => {};
  #handling: Promise<void> = Promise.resolve();
  #loop: Promise<void> | null = null;

  constructor(options: DownlinkOptions) {
    this.#options = options;
  }

  get way(): DownlinkWay {
    return this.#way;
  }

  get sequence(): number {
    return this.#sequence;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** The server was just heard: no need to wait the pause out. */
  wake(): void {
    if (this.#way === "offline") this.#endPause();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    await this.#handling.catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        if (!this.#isGreeted) await this.#greet();
        await this.#listen();
        this.#failures = 0;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#noteFailure(error);
        await this.#pause(serverPauseMs(this.#failures, this.#options.random()));
      }
    }
  }

  /** After a start: configuration and every credit position, then on from the last message that took effect. */
  async #greet(): Promise<void> {
    const { server, store, handlers } = this.#options;
    await handlers.config();
    const { positions, sequence } = await server.credit();
    handlers.heard();
    for (const position of positions) await handlers.credit(position);
    const kept = store.downlinkMark()?.sequence;
    // A server that counts from the start again has lost its messages, and ours say nothing about its new ones.
    this.#sequence = kept === undefined ? sequence : Math.min(kept, sequence);
    // From here on a restart resumes where this run stands, even if no message ever took effect in it.
    await store.saveDownlinkMark({ sequence: this.#sequence });
    this.#isGreeted = true;
  }

  async #listen(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    const mayStream = this.#streamFailures < STREAM_FAILURES_UNTIL_POLLING || nowMs >= this.#nextStreamMs;
    if (!mayStream) return this.#poll();
    try {
      await this.#stream();
      this.#streamFailures = 0;
    } catch (error) {
      // Where not even messages pass the server is away, and streams are not at fault.
      await this.#fetchMessages();
      this.#streamFailures += 1;
      this.#nextStreamMs = this.#options.clock.monotonicMs() + STREAM_RETRY_MS;
      throw error;
    }
  }

  async #stream(): Promise<void> {
    const { server, handlers, clock } = this.#options;
    const stream = new AbortController();
    const abort = () => stream.abort();
    this.#closing.signal.addEventListener("abort", abort);
    let cancelSilence: Cancel = () => {};
    let failure: unknown;
    const fail = (error: unknown) => {
      failure ??= error;
      abort();
    };
    const alive = () => {
      this.#way = "stream";
      this.#failures = 0;
      this.#streamFailures = 0;
      handlers.heard();
      cancelSilence();
      cancelSilence = clock.setTimer(
        () => fail(new GatewayError("server-unreachable", "the stream fell silent")),
        SILENCE_LIMIT_MS,
      );
    };
    try {
      const message = (received: DownlinkMessage) => void this.#enqueue(received).catch(fail);
      await server.stream(this.#sequence, { alive, message }, stream.signal);
      await this.#handling;
    } catch (error) {
      throw failure ?? error;
    } finally {
      cancelSilence();
      this.#closing.signal.removeEventListener("abort", abort);
      await this.#handling.catch(() => undefined);
      this.#handling = Promise.resolve();
    }
    // A server that ends its streams politely is about to stop: give it a moment.
    if (!this.#closing.signal.aborted) await this.#pause(serverPauseMs(1, this.#options.random()));
  }

  async #poll(): Promise<void> {
    this.#way = "polling";
    await this.#fetchMessages();
    await this.#pause(POLL_INTERVAL_MS);
  }

  async #fetchMessages(): Promise<void> {
    const messages = await this.#options.server.messages(this.#sequence);
    this.#options.handlers.heard();
    for (const message of messages) await this.#handle(message);
  }

  /** One after another, in the order of arrival; after a failure nothing more of this stream. */
  #enqueue(message: DownlinkMessage): Promise<void> {
    this.#handling = this.#handling.then(() => this.#handle(message));
    return this.#handling;
  }

  async #handle(message: DownlinkMessage): Promise<void> {
    const { store, handlers } = this.#options;
    if (message.sequence <= this.#sequence) return;
    switch (message.type) {
      case "credit":
        await handlers.credit(message.position);
        break;
      case "command":
        await handlers.command(message.command);
        break;
      case "sale":
        await handlers.sale(message.sale);
        break;
      case "config":
        await handlers.config(message.revision);
        break;
      case "bulk-answer":
        await handlers.bulkAnswer(message.answer);
        break;
      case "bus-request":
        await handlers.busRequest(message.request);
        break;
    }
    await store.saveDownlinkMark({ sequence: message.sequence });
    this.#sequence = message.sequence;
  }

  #noteFailure(error: unknown): void {
    const { log } = this.#options;
    this.#failures += 1;
    this.#way = "offline";
    if (!isGatewayError(error)) log.error({ err: error }, "downlink failed");
    else if (this.#failures === 1)
      log.warn({ code: error.code, detail: error.message }, "the server is not heard");
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#closing;
      if (signal.aborted) return resolve();
      const done = () => {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = this.#options.clock.setTimer(done, durationMs);
      this.#endPause = done;
      signal.addEventListener("abort", done);
    });
  }
}
