import type { LineConfig } from "@hallmeter/meter-model";
import { type Cancel, type Clock, waitUntil } from "../../clock.ts";
import type { BytePipe } from "../../pipe/byte-pipe.ts";
import type { LineOutcome, LineTiming } from "../line/line-discipline.ts";
import { bytesMs } from "../line/line-time.ts";
import { withCrc } from "../modbus/pdu.ts";
import type { WireFrame } from "../protocol.ts";
import { type Adu, AduReader, buildAdu, UNIT_ID_AT } from "./mbap.ts";

const TRANSACTION_IDS = 0x1_0000;
const CRC_BYTES = 2;
const NOTHING = new Uint8Array(0);

export interface MbapConnectionOptions {
  pipe: BytePipe;
  /** Of the line behind the other side; an answer has to come over it first. */
  line: LineConfig;
  clock: Clock;
  onFrame: (frame: WireFrame) => void;
}

interface Waiting {
  transactionId: number;
  answered: (adu: Adu) => void;
  broke: (code: "bus-down" | "bus-closed") => void;
}

/**
 * One Modbus TCP connection, one request at a time. A reply counts only under the id of its request, so a late one is
 * dropped whenever it comes. Outwardly it takes and gives RTU frames, so that one judge serves the line and TCP.
 */
export class MbapConnection {
  readonly #pipe: BytePipe;
  readonly #line: LineConfig;
  readonly #clock: Clock;
  readonly #onFrame: (frame: WireFrame) => void;
  readonly #reader = new AduReader();
  #waiting: Waiting | null = null;
  #transactionId = 0;
  #lastActivityMs = Number.NEGATIVE_INFINITY;
  #foreignBytes = 0;
  #closed = false;

  constructor({ pipe, line, clock, onFrame }: MbapConnectionOptions) {
    this.#pipe = pipe;
    this.#line = line;
    this.#clock = clock;
    this.#onFrame = onFrame;
    pipe.onBytes((bytes, atMonotonicMs) => this.#hear(bytes, atMonotonicMs));
    pipe.onState(({ state }) => {
      this.#reader.reset();
      if (state === "down") this.#waiting?.broke("bus-down");
    });
  }

  /** Bytes that answered no request, or one that had been given up. */
  get foreignBytes(): number {
    return this.#foreignBytes;
  }

  async transact(request: Uint8Array, timing: LineTiming): Promise<LineOutcome> {
    await waitUntil(this.#clock, this.#lastActivityMs + timing.gapMs);
    if (this.#closed) return { kind: "not-sent", code: "bus-closed" };
    if (!this.#pipe.isUp) return { kind: "not-sent", code: "bus-down" };
    this.#transactionId = (this.#transactionId + 1) % TRANSACTION_IDS;
    const sentMs = this.#clock.monotonicMs();
    const answerMs = bytesMs(this.#line, request.length + timing.answerBytes);
    let cancel: Cancel = () => {};
    const outcome = await new Promise<LineOutcome>((resolve) => {
      this.#waiting = {
        transactionId: this.#transactionId,
        answered: (adu) => resolve(this.#judge(request, adu, sentMs + answerMs, timing)),
        broke: (code) => resolve({ kind: "broken", code }),
      };
      cancel = wakeAt(this.#clock, sentMs + answerMs + timing.allowanceMs, () =>
        resolve({
          kind: "failure",
          code: "reply-timeout",
          dropped: NOTHING,
          foreign: NOTHING,
          earliestEndMs: sentMs + answerMs,
        }),
      );
      const adu = buildAdu(this.#transactionId, request.subarray(0, -CRC_BYTES));
      this.#tell("sent", adu);
      this.#pipe.write(adu).catch(() => this.#waiting?.broke("bus-down"));
    });
    cancel();
    this.#waiting = null;
    this.#lastActivityMs = this.#clock.monotonicMs();
    return outcome;
  }

  close(): void {
    this.#closed = true;
    this.#waiting?.broke("bus-closed");
  }

  /** @param expectedMs when the answer of a unit that needs no time at all would have been here */
  #judge(request: Uint8Array, adu: Adu, expectedMs: number, { framing }: LineTiming): LineOutcome {
    const verdict = framing.judge(request, withCrc(adu.body));
    if (verdict.kind !== "complete") {
      this.#drop(adu.bytes);
      return {
        kind: "failure",
        code: "reply-foreign",
        dropped: adu.bytes,
        foreign: NOTHING,
        earliestEndMs: expectedMs,
      };
    }
    this.#tell("received", adu.bytes);
    const atMonotonicMs = this.#clock.monotonicMs();
    return {
      kind: "answer",
      frame: verdict.frame,
      atMonotonicMs,
      turnaroundMs: Math.max(0, atMonotonicMs - expectedMs),
      echo: false,
      foreign: NOTHING,
    };
  }

  #hear(bytes: Uint8Array, atMonotonicMs: number): void {
    this.#lastActivityMs = atMonotonicMs;
    const { adus, garbage } = this.#reader.take(bytes);
    for (const adu of adus) {
      const waiting = this.#waiting;
      if (waiting?.transactionId !== adu.transactionId) this.#drop(adu.bytes);
      else {
        this.#waiting = null;
        waiting.answered(adu);
      }
    }
    if (garbage.length > 0) this.#drop(garbage);
  }

  #drop(bytes: Uint8Array): void {
    this.#foreignBytes += bytes.length;
    this.#tell("dropped", bytes);
  }

  #tell(direction: WireFrame["direction"], bytes: Uint8Array): void {
    this.#onFrame({ direction, bytes, unitId: bytes[UNIT_ID_AT] });
  }
}

/** Node timers fire early; the monotonic clock has the last word. */
function wakeAt(clock: Clock, instantMs: number, fn: () => void): Cancel {
  let cancel: Cancel = () => {};
  const check = () => {
    const remainingMs = instantMs - clock.monotonicMs();
    if (remainingMs <= 0) fn();
    else cancel = clock.setTimer(check, remainingMs);
  };
  check();
  return () => cancel();
}
