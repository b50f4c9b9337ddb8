import type { LineConfig, UnitId } from "@hallmeter/meter-model";
import { type Cancel, type Clock, setExactTimer } from "../../clock.ts";
import type { TransactionFailure } from "../../errors.ts";
import { type Heard, separateEcho } from "./echo.ts";
import type { Framing, Verdict } from "./framing.ts";
import { bytesMs } from "./line-time.ts";

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
        foreignUnitId?: UnitId;
        foreignFrame?: Uint8Array;
      }
  );

export interface ExchangeSetting {
  clock: Clock;
  line: LineConfig;
  framing: Framing;
  request: Uint8Array;
  /** Bytes of the normal answer. */
  answerBytes: number;
  /** Beyond the answer's time on the wire, counted from the end of the request. */
  allowanceMs: number;
  keepsLineSpeed: boolean;
}

/** Verdicts that need no more than the silence after them. */
const WHOLE: ReadonlySet<Verdict["kind"]> = new Set<Verdict["kind"]>(["complete", "corrupt", "surplus"]);

/** One request on the wire and everything heard until the line is silent again or the time is up. */
export class Exchange {
  readonly end: Promise<ExchangeEnd>;
  /** When the last bit of the request can have left the wire. */
  readonly leftMs: number;
  readonly #setting: ExchangeSetting;
  readonly #silenceMs: number;
  readonly #answerMs: number;
  readonly #buffer: Uint8Array;
  #settle: (end: ExchangeEnd) => void = () => {};
  #length = 0;
  #earlyCount = 0;
  #lastByteMs = Number.NEGATIVE_INFINITY;
  #waitFromMs: number;
  #timerMs = Number.POSITIVE_INFINITY;
  #cancelTimer: Cancel = () => {};

  constructor(setting: ExchangeSetting) {
    const { clock, line, framing, request, answerBytes, keepsLineSpeed } = setting;
    this.#setting = setting;
    this.#silenceMs = framing.silenceMs(line);
    this.#answerMs = bytesMs(line, answerBytes);
    this.#buffer = new Uint8Array(framing.mostBytes);
    this.leftMs = clock.monotonicMs() + (keepsLineSpeed ? bytesMs(line, request.length) : 0);
    this.#waitFromMs = this.leftMs;
    this.end = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#wakeAt(this.#deadlineMs);
  }

  /** The driver says that the request has left; a slow computer must not shorten the wait for the answer. */
  drained(): void {
    this.#waitFromMs = Math.max(this.leftMs, this.#setting.clock.monotonicMs());
  }

  take(bytes: Uint8Array, atMonotonicMs: number): void {
    const taken = bytes.subarray(0, this.#buffer.length - this.#length);
    this.#buffer.set(taken, this.#length);
    this.#length += taken.length;
    if (atMonotonicMs < this.leftMs) this.#earlyCount = this.#length;
    this.#lastByteMs = atMonotonicMs;
    const { heard, verdict } = this.#judge();
    if (this.#length === this.#buffer.length) this.#settle(this.#conclude(heard, verdict));
    // Other verdicts can only put the end off, and the timer that is set looks at that when it fires.
    else if (WHOLE.has(verdict.kind) && !heard.undecided) this.#wakeAt(this.#endMs(heard, verdict), true);
  }

  cancel(): void {
    this.#cancelTimer();
  }

  get #deadlineMs(): number {
    return this.#waitFromMs + this.#answerMs + this.#setting.allowanceMs;
  }

  /** What has been heard so far, and what it means. */
  #judge(): { heard: Heard; verdict: Verdict } {
    const { request, framing, line, keepsLineSpeed } = this.#setting;
    const heard = separateEcho(request, this.#buffer.subarray(0, this.#length), this.#earlyCount);
    const verdict = framing.judge(request, heard.answer);
    // Somebody began to say this before our request was through: it answers an earlier one.
    const tooEarly =
      keepsLineSpeed &&
      verdict.kind === "complete" &&
      this.#lastByteMs < this.leftMs + bytesMs(line, verdict.frame.length);
    return { heard, verdict: tooEarly ? { kind: "foreign" } : verdict };
  }

  /** @param exactly the next request waits for it */
  #wakeAt(instantMs: number, exactly = false): void {
    this.#cancelTimer();
    this.#timerMs = instantMs;
    const { clock } = this.#setting;
    const remainingMs = instantMs - clock.monotonicMs();
    const check = () => this.#check();
    this.#cancelTimer = exactly
      ? setExactTimer(clock, check, remainingMs)
      : clock.setTimer(check, remainingMs);
  }

  /** Ends the exchange if it can be ended now; else looks again when it may be. */
  #check(): void {
    const nowMs = this.#setting.clock.monotonicMs();
    // Node timers fire early: nothing has happened since this one was set.
    if (nowMs < this.#timerMs) {
      this.#wakeAt(this.#timerMs);
      return;
    }
    const { heard, verdict } = this.#judge();
    const endMs = this.#endMs(heard, verdict);
    if (endMs <= nowMs) this.#settle(this.#conclude(heard, verdict));
    else this.#wakeAt(endMs);
  }

  #endMs(heard: Heard, verdict: Verdict): number {
    const silentMs = this.#lastByteMs + this.#silenceMs;
    if (heard.undecided) return Math.max(this.#deadlineMs, silentMs);
    switch (verdict.kind) {
      // The silence that the next request needs anyway also shows whether anybody goes on talking.
      case "complete":
      case "corrupt":
      case "surplus":
        return silentMs;
      case "incomplete":
        return heard.answer.length > 0
          ? Math.max(this.#deadlineMs, this.#lastByteMs + this.#setting.framing.longestByteGapMs)
          : this.#deadlineMs;
      // The asked unit may still answer; nobody else is asked until that is over.
      case "foreign":
        return Math.max(this.#deadlineMs, silentMs);
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
    const stranger = this.#stranger(heard.answer, verdict);
    return {
      kind: "failure",
      code: nameFailure(heard.answer, verdict, stranger),
      dropped: heard.answer,
      foreign: heard.foreign,
      earliestEndMs: this.leftMs + this.#answerMs + this.#silenceMs,
      foreignUnitId: stranger?.unitId,
      foreignFrame: stranger?.frame,
    };
  }

  /** A whole frame that is not the answer, or that came after it, and whose it is. */
  #stranger(answer: Uint8Array, verdict: Verdict): Stranger | null {
    if (verdict.kind !== "foreign" && verdict.kind !== "surplus") return null;
    const frame = verdict.kind === "surplus" ? answer.subarray(verdict.frame.length) : answer;
    const unitId = this.#setting.framing.senderOf(frame);
    return unitId === null ? null : { unitId, frame };
  }
}

interface Stranger {
  unitId: UnitId;
  frame: Uint8Array;
}

/** What a whole transaction that brought no good answer was, once no more bytes are waited for. */
function nameFailure(answer: Uint8Array, verdict: Verdict, stranger: Stranger | null): TransactionFailure {
  switch (verdict.kind) {
    case "surplus":
      return stranger && Buffer.compare(stranger.frame, verdict.frame) === 0
        ? "reply-doubled"
        : "duplicate-address";
    case "corrupt":
      return "reply-corrupt";
    case "foreign":
      // A foreign frame that is whole came from somebody; anything else is noise.
      return stranger ? "reply-foreign" : "reply-corrupt";
    default:
      return answer.length === 0 ? "reply-timeout" : "reply-truncated";
  }
}
