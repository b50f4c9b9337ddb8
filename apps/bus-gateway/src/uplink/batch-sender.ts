import type { Logger } from "pino";
import type { Cancel, Clock } from "../clock.ts";
import { type GatewayError, isGatewayError } from "../errors.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import type { OutboxKey } from "../store/outbox.ts";
import type { UplinkMark } from "../store/records.ts";
import { serverPauseMs } from "./back-off.ts";
import { BATCH_ITEMS, batchBody, halfOf } from "./batch.ts";
import type { Server } from "./server.ts";

/** Samples go up this often: one batch a second bounds the catch-up after an outage to 500 samples a second. */
const BATCH_INTERVAL_MS = 1000;

interface BatchSenderOptions {
  server: Pick<Server, "lastSequence" | "sendBatch">;
  store: GatewayStore;
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
  /** The server takes batches again. */
  onBack: () => void;
}

export interface SenderStatus {
  isOnline: boolean;
  /** Newest sequence the server has taken, as far as is known. */
  lastSequence: number;
  isInFlight: boolean;
  lastAcceptedAt: string | null;
  lastError: string | null;
}

type InFlight = NonNullable<UplinkMark["inFlight"]>;

/**
 * Sends the outbox in batches. A batch is on disk before it is sent and is sent again, byte for byte, until it is answered;
 * only then are its entries forgotten and the next sequence taken.
 */
export class BatchSender {
  readonly #options: BatchSenderOptions;
  readonly #cancelListening: Cancel;
  #mark: UplinkMark;
  #isAligned = false;
  #failures = 0;
  #lastError: string | null = null;
  #lastAcceptedAt: string | null = null;
  #lastOrdinaryMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: Cancel | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: BatchSenderOptions) {
    this.#options = options;
    this.#mark = options.store.uplinkMark();
    this.#cancelListening = options.store.onOutbox((urgent) => {
      if (urgent && this.#failures === 0) this.#wakeIn(0);
      else if (this.#failures === 0) this.#wakeIn(this.#untilOrdinaryMs());
    });
  }

  start(): void {
    this.#wakeIn(0);
  }

  /** The server was just heard: no need to wait the pause out. */
  wake(): void {
    this.#wakeIn(0);
  }

  status(): SenderStatus {
    return {
      isOnline: this.#isAligned && this.#failures === 0,
      lastSequence: this.#mark.lastSequence,
      isInFlight: this.#mark.inFlight !== null,
      lastAcceptedAt: this.#lastAcceptedAt,
      lastError: this.#lastError,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelListening();
    this.#cancelTimer?.();
    await this.#running;
  }

  #untilOrdinaryMs(): number {
    return Math.max(0, this.#lastOrdinaryMs + BATCH_INTERVAL_MS - this.#options.clock.monotonicMs());
  }

  /** The earliest of the times asked for counts. */
  #wakeIn(delayMs: number): void {
    if (this.#isClosed) return;
    const dueMs = this.#options.clock.monotonicMs() + delayMs;
    if (this.#cancelTimer !== null && dueMs >= this.#timerDueMs) return;
    this.#cancelTimer?.();
    this.#timerDueMs = dueMs;
    this.#cancelTimer = this.#options.clock.setTimer(() => {
      this.#cancelTimer = null;
      this.#timerDueMs = Number.POSITIVE_INFINITY;
      if (this.#running !== null) return;
      this.#running = this.#run().finally(() => {
        this.#running = null;
        this.#planNext();
      });
    }, delayMs);
  }

  #planNext(): void {
    const { store, random } = this.#options;
    if (this.#isClosed) return;
    if (this.#failures > 0) this.#wakeIn(serverPauseMs(this.#failures, random()));
    else if (this.#mark.inFlight !== null || store.outbox.hasUrgent()) this.#wakeIn(0);
    else if (store.outbox.firstKeys(1).length > 0) this.#wakeIn(this.#untilOrdinaryMs());
  }

  /** Sends one batch, if there is anything to send now. Never rejects. */
  async #run(): Promise<void> {
    try {
      if (!this.#isAligned) await this.#align();
      const inFlight = this.#mark.inFlight ?? (await this.#takeBatch());
      if (inFlight === null) return;
      await this.#send(inFlight);
      if (this.#failures > 0) this.#options.onBack();
      this.#failures = 0;
      this.#lastError = null;
    } catch (error) {
      if (!this.#isClosed) this.#noteFailure(error);
    }
  }

  /** What the server already has is not sent again; a gateway that lost its store goes on above it. */
  async #align(): Promise<void> {
    const acceptedSequence = await this.#options.server.lastSequence();
    const { inFlight, lastSequence } = this.#mark;
    if (inFlight !== null && inFlight.sequence === acceptedSequence) await this.#forget(inFlight.keys);
    // Our batch went out before the server went on with somebody else's sequence: it needs a new number.
    else if (inFlight !== null && inFlight.sequence < acceptedSequence)
      await this.#keepMark({ lastSequence: acceptedSequence, inFlight: null });
    else if (acceptedSequence > lastSequence)
      await this.#keepMark({ lastSequence: acceptedSequence, inFlight });
    this.#isAligned = true;
    this.#failures = 0;
  }

  async #takeBatch(): Promise<InFlight | null> {
    const { store, clock } = this.#options;
    const isOrdinaryDue = this.#untilOrdinaryMs() === 0;
    const keys = store.outbox.firstKeys(BATCH_ITEMS, !isOrdinaryDue);
    if (keys.length === 0) return null;
    if (isOrdinaryDue) this.#lastOrdinaryMs = clock.monotonicMs();
    return this.#numbered(keys);
  }

  async #numbered(keys: readonly OutboxKey[]): Promise<InFlight> {
    const sequence = this.#mark.lastSequence + 1;
    const sentAt = new Date(this.#options.clock.nowMs()).toISOString();
    const inFlight = { sequence, sentAt, keys: [...keys] };
    await this.#keepMark({ lastSequence: sequence, inFlight });
    return inFlight;
  }

  async #send(inFlight: InFlight): Promise<void> {
    const { server, store, log } = this.#options;
    const entries = store.outbox.read(inFlight.keys);
    try {
      const { rejected } = await server.sendBatch(batchBody(inFlight, entries));
      const items = entries.filter(({ item }) => item !== null);
      for (const { index, code, detail } of rejected)
        log.warn({ code, detail, item: items[index]?.item }, "the server does not take an item");
    } catch (error) {
      if (!isGatewayError(error) || error.code !== "server-refused") throw error;
      await this.#narrow(inFlight, error);
      return;
    }
    await this.#forget(inFlight.keys);
    this.#lastAcceptedAt = new Date(this.#options.clock.nowMs()).toISOString();
  }

  /** A batch that can never be taken must not stop what follows: the item at fault is found by halves and put aside. */
  async #narrow(inFlight: InFlight, error: GatewayError): Promise<void> {
    const { log, store } = this.#options;
    if (inFlight.keys.length > 1) {
      log.warn(
        { sequence: inFlight.sequence, items: inFlight.keys.length, err: error },
        "batch refused; sending half",
      );
      await this.#numbered(halfOf(inFlight));
      return;
    }
    log.error(
      { err: error, item: store.outbox.read(inFlight.keys)[0]?.item },
      "an item the server refuses is dropped",
    );
    await this.#forget(inFlight.keys);
  }

  async #forget(keys: readonly OutboxKey[]): Promise<void> {
    const { store } = this.#options;
    const mark = { lastSequence: this.#mark.lastSequence, inFlight: null };
    await store.commit([...store.outbox.removals(keys), store.uplinkMarkChange(mark)]);
    this.#mark = mark;
  }

  async #keepMark(mark: UplinkMark): Promise<void> {
    await this.#options.store.commit([this.#options.store.uplinkMarkChange(mark)]);
    this.#mark = mark;
  }

  #noteFailure(error: unknown): void {
    const { log } = this.#options;
    this.#failures += 1;
    this.#lastError = error instanceof Error ? error.message : String(error);
    if (!isGatewayError(error)) log.error({ err: error }, "uplink failed");
    else if (this.#failures === 1)
      log.warn({ code: error.code, detail: error.message }, "the server takes no batch");
  }
}
