import type { LineConfig } from "@hallmeter/meter-model";
import { type Clock, waitUntil } from "../../clock.ts";
import type { BytePipe } from "../../pipe/byte-pipe.ts";
import type { WireFrame } from "../protocol.ts";
import { Exchange, type ExchangeEnd } from "./exchange.ts";
import type { Framing } from "./framing.ts";

/** A line that is not silent for so long beyond the gap is jammed. Range 0.3–5 s; 1 s is ten of the longest frames at 9600. */
const LONGEST_WAIT_FOR_SILENCE_MS = 1000;

export interface LineTiming {
  /** Silence before the request beyond t3.5, for meters that need it. */
  gapMs: number;
  /** How long the answer may take beyond its time on the wire. */
  allowanceMs: number;
  /** Bytes of the normal answer. */
  answerBytes: number;
  framing: Framing;
}

export type LineOutcome =
  | ExchangeEnd
  /** Nothing was sent. */
  | { kind: "not-sent"; code: "bus-jammed" | "bus-down" | "bus-closed" }
  /** The pipe broke with the request under way. */
  | { kind: "broken"; code: "bus-down" | "bus-closed" };

interface LineOptions {
  pipe: BytePipe;
  line: LineConfig;
  clock: Clock;
  onFrame: (frame: WireFrame) => void;
}

/**
 * Half-duplex manners on one RS485 line: silence before a request, one request at a time, and nothing that arrived before
 * or after it is ever taken for its answer. The caller sends one request at a time.
 */
export class LineDiscipline {
  readonly #pipe: BytePipe;
  readonly #line: LineConfig;
  readonly #clock: Clock;
  readonly #onFrame: (frame: WireFrame) => void;
  #exchange: Exchange | null = null;
  /** Of the last request; tells whom bytes name that nobody asked for. */
  #framing: Framing | null = null;
  #abandon: (outcome: LineOutcome) => void = () => {};
  #lastActivityMs: number;
  #foreignBytes = 0;
  #localEcho: boolean | null = null;
  #closed = false;

  constructor({ pipe, line, clock, onFrame }: LineOptions) {
    this.#pipe = pipe;
    this.#line = line;
    this.#clock = clock;
    this.#onFrame = onFrame;
    this.#lastActivityMs = clock.monotonicMs();
    pipe.onBytes((bytes, atMonotonicMs) => this.#hear(bytes, atMonotonicMs));
    pipe.onState(({ state }) => {
      // What was said while we could not listen is unknown: the silence starts over.
      this.#lastActivityMs = clock.monotonicMs();
      if (state === "down") this.#abandon({ kind: "broken", code: "bus-down" });
    });
  }

  /** Bytes that came while nobody was asked, or while we spoke. */
  get foreignBytes(): number {
    return this.#foreignBytes;
  }

  /** Whether the line repeats what we send; null until an answer has shown it. */
  get localEcho(): boolean | null {
    return this.#localEcho;
  }

  async transact(request: Uint8Array, timing: LineTiming): Promise<LineOutcome> {
    const silenceMs = Math.max(timing.framing.silenceMs(this.#line), timing.gapMs);
    const silent = await this.#waitForSilence(silenceMs);
    if (this.#closed) return { kind: "not-sent", code: "bus-closed" };
    if (!this.#pipe.isUp) return { kind: "not-sent", code: "bus-down" };
    if (!silent) return { kind: "not-sent", code: "bus-jammed" };
    return this.#exchangeOnce(request, timing);
  }

  close(): void {
    this.#closed = true;
    this.#abandon({ kind: "broken", code: "bus-closed" });
  }

  async #exchangeOnce(request: Uint8Array, timing: LineTiming): Promise<LineOutcome> {
    this.#framing = timing.framing;
    const exchange = new Exchange({
      clock: this.#clock,
      line: this.#line,
      framing: timing.framing,
      request,
      answerBytes: timing.answerBytes,
      allowanceMs: timing.allowanceMs,
      keepsLineSpeed: this.#pipe.keepsLineSpeed,
    });
    const abandoned = new Promise<LineOutcome>((resolve) => {
      this.#abandon = resolve;
    });
    this.#exchange = exchange;
    this.#tell("sent", request);
    this.#pipe.write(request).then(
      () => exchange.drained(),
      () => this.#abandon({ kind: "broken", code: "bus-down" }),
    );
    const outcome = await Promise.race([exchange.end, abandoned]);
    exchange.cancel();
    this.#exchange = null;
    this.#abandon = () => {};
    this.#lastActivityMs = Math.max(this.#lastActivityMs, exchange.leftMs);
    this.#note(outcome);
    return outcome;
  }

  #note(outcome: LineOutcome): void {
    if ("foreign" in outcome && outcome.foreign.length > 0) this.#dropForeign(outcome.foreign);
    if (outcome.kind === "answer") {
      this.#localEcho = outcome.echo;
      this.#tell("received", outcome.frame);
    } else if (outcome.kind === "failure" && outcome.dropped.length > 0) {
      this.#tell("dropped", outcome.dropped);
    }
  }

  #hear(bytes: Uint8Array, atMonotonicMs: number): void {
    this.#lastActivityMs = atMonotonicMs;
    if (this.#exchange) {
      this.#exchange.take(bytes, atMonotonicMs);
      return;
    }
    this.#dropForeign(bytes);
  }

  #dropForeign(bytes: Uint8Array): void {
    this.#foreignBytes += bytes.length;
    this.#tell("dropped", bytes);
  }

  #tell(direction: WireFrame["direction"], bytes: Uint8Array): void {
    this.#onFrame({ direction, bytes, unitId: this.#framing?.unitIdOf(bytes) });
  }

  /** Node timers fire early, so the monotonic clock has the last word. False when the line never falls silent. */
  async #waitForSilence(silenceMs: number): Promise<boolean> {
    const giveUpMs = this.#clock.monotonicMs() + silenceMs + LONGEST_WAIT_FOR_SILENCE_MS;
    while (this.#clock.monotonicMs() < this.#lastActivityMs + silenceMs) {
      if (this.#closed || this.#clock.monotonicMs() >= giveUpMs) return false;
      await waitUntil(this.#clock, Math.min(giveUpMs, this.#lastActivityMs + silenceMs));
    }
    return true;
  }
}
