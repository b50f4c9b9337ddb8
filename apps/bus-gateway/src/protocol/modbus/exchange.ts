import type { LineConfig } from "@hallmeter/meter-model";
import type { Cancel, Clock } from "../../clock.ts";
import type { TransactionFailure } from "../../errors.ts";
import { hasValidCrc } from "./crc16.ts";
import { type Heard, judgeReply, nameFailure, separateEcho, type Verdict } from "./judge-reply.ts";
import { bytesMs, silentIntervalMs } from "./wire-time.ts";

/**
 * USB adapters and serial servers hand bytes over in packets; an answer that has begun is waited for while its packets
 * come no further apart than this. Range 16 ms (FTDI latency timer) – 100 ms; 50 ms covers serial servers on Wi-Fi.
 */
const LONGEST_PACKET_GAP_MS = 50;
/** Longest frame of Modbus RTU, twice (an echo and an answer); more than that is chatter. */
const MOST_BYTES = 512;

interface Overheard {
  /** Bytes that came while we spoke and are not the echo of it. */
  foreign: Uint8Array;
}

export type ExchangeEnd = Overheard &
  (
    | {
        kind: "answer";
        frame: Uint8Array;
        /** Arrival of the last byte. */
        atMonotonicMs: number;
        /** From the end of the request to the answer, without the answer's own time on the wire. */
        turnaroundMs: number;
        echo: boolean;
      }
    | {
        kind: "failure";
        code: TransactionFailure;
        dropped: Uint8Array;
        /** When the answer of a unit that needs no time at all would have been over. */
        earliestEndMs: number;
        /** Who sent a whole frame that was not for this request. */
        foreignUnitId?: number;
      }
  );

export interface ExchangeSetting {
  clock: Clock;
  line: LineConfig;
  request: Uint8Array;
  /** Bytes of the normal answer. */
  answerBytes: number;
  /** Beyond the answer's time on the wire, counted from the end of the request. */
  allowanceMs: number;
  keepsLineSpeed: boolean;
}

/** One request on the wire and everything heard until the line is silent again or the time is up. */
export class Exchange {
  readonly end: Promise<ExchangeEnd>;
  /** When the last bit of the request can have left the wire. */
  readonly leftMs: number;
  readonly #setting: ExchangeSetting;
  readonly #silenceMs: number;
  readonly #answerMs: number;
  #settle: (end: ExchangeEnd) => void = () => {};
  #heard = new Uint8Array(0);
  #earlyCount = 0;
  #lastByteMs = Number.NEGATIVE_INFINITY;
  #waitFromMs: number;
  #cancelCheck: Cancel = () => {};

  constructor(setting: ExchangeSetting) {
    const { clock, line, request, answerBytes, keepsLineSpeed } = setting;
    this.#setting = setting;
    this.#silenceMs = silentIntervalMs(line);
    this.#answerMs = bytesMs(line, answerBytes);
    this.leftMs = clock.monotonicMs() + (keepsLineSpeed ? bytesMs(line, request.length) : 0);
    this.#waitFromMs = this.leftMs;
    this.end = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#check();
  }

  /** The driver says that the request has left; a slow computer must not shorten the wait for the answer. */
  drained(): void {
    this.#waitFromMs = Math.max(this.leftMs, this.#setting.clock.monotonicMs());
  }

  take(bytes: Uint8Array, atMonotonicMs: number): void {
    this.#heard = Buffer.concat([this.#heard, bytes]);
    if (atMonotonicMs < this.leftMs) this.#earlyCount = this.#heard.length;
    this.#lastByteMs = atMonotonicMs;
    this.#cancelCheck();
    this.#check();
  }

  cancel(): void {
    this.#cancelCheck();
  }

  /** What has been heard so far, and what it means. */
  #judge(): { heard: Heard; verdict: Verdict } {
    const { request, line, keepsLineSpeed } = this.#setting;
    const heard = separateEcho(request, this.#heard, this.#earlyCount);
    const verdict = judgeReply(request, heard.answer);
    // Somebody began to say this before our request was through: it answers an earlier one.
    const tooEarly =
      keepsLineSpeed &&
      verdict.kind === "complete" &&
      this.#lastByteMs < this.leftMs + bytesMs(line, verdict.frame.length);
    return { heard, verdict: tooEarly ? { kind: "foreign" } : verdict };
  }

  /** Ends the exchange if it can be ended now; else looks again when it may be. */
  #check(): void {
    const { clock } = this.#setting;
    const { heard, verdict } = this.#judge();
    const endMs = this.#endMs(heard, verdict);
    const remainingMs = endMs - clock.monotonicMs();
    if (remainingMs <= 0 || this.#heard.length > MOST_BYTES) this.#settle(this.#conclude(heard, verdict));
    else this.#cancelCheck = clock.setTimer(() => this.#check(), remainingMs);
  }

  #endMs(heard: Heard, verdict: Verdict): number {
    const silentMs = this.#lastByteMs + this.#silenceMs;
    const deadlineMs = this.#waitFromMs + this.#answerMs + this.#setting.allowanceMs;
    if (heard.undecided) return Math.max(deadlineMs, silentMs);
    switch (verdict.kind) {
      // The silence that the next request needs anyway also shows whether anybody goes on talking.
      case "complete":
      case "corrupt":
      case "surplus":
        return silentMs;
      case "incomplete":
        return heard.answer.length > 0
          ? Math.max(deadlineMs, this.#lastByteMs + LONGEST_PACKET_GAP_MS)
          : deadlineMs;
      // The asked unit may still answer; nobody else is asked until that is over.
      case "foreign":
        return Math.max(deadlineMs, silentMs);
    }
  }

  #conclude(heard: Heard, verdict: Verdict): ExchangeEnd {
    if (verdict.kind === "complete" && !heard.undecided) {
      return {
        kind: "answer",
        frame: verdict.frame,
        atMonotonicMs: this.#lastByteMs,
        turnaroundMs: Math.max(0, this.#lastByteMs - this.#waitFromMs - this.#answerMs),
        echo: heard.echo,
        foreign: heard.foreign,
      };
    }
    const isWholeForeignFrame = verdict.kind === "foreign" && hasValidCrc(heard.answer);
    return {
      kind: "failure",
      code: nameFailure(heard.answer, verdict.kind),
      dropped: heard.answer,
      foreign: heard.foreign,
      earliestEndMs: this.leftMs + this.#answerMs + this.#silenceMs,
      foreignUnitId: isWholeForeignFrame ? heard.answer[0] : undefined,
    };
  }
}
