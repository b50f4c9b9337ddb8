import type { Clock } from "../../apps/bus-gateway/src/clock.ts";
import {
  exceptionReply,
  parseRequest,
  readReply,
  type SlaveRequest,
  withCrc,
  writeReply,
} from "../../apps/bus-gateway/src/testing/slave-frames.ts";
import type { Hub } from "../../packages/meter-simulator/src/line/hub.ts";
import { silenceMs } from "../../packages/meter-simulator/src/line/line-timing.ts";
import type { FaultKind } from "./fault-odds.ts";
import { labelledWord } from "./labelled-registers.ts";

/** The longest a late answer takes. */
const LONGEST_LATENCY_MS = 5000;
/** A number no request ever has: a value with it was never asked for. */
const NEVER_ASKED = 0xffff_ffff;
const BUSY = 6;
const ILLEGAL_ADDRESS = 2;
const WRITE_MANY = 16;
const READ_HOLDING = 3;
const READ_INPUT = 4;
const TWIN = " twin";
/** Of a stranger; no unit has it. */
const STRANGER = 247;

export interface HostileSetting {
  clock: Clock;
  hub: Hub;
  random: () => number;
  unitIds: readonly number[];
  deadIds: ReadonlySet<number>;
  /** Two meters have this address. */
  twinIds: ReadonlySet<number>;
  /** Registers, both ends included, across which nobody may read; the profile does not say so. */
  hole: { from: number; to: number; unitIds: ReadonlySet<number> };
  drawFault: () => FaultKind | "none";
  /** From the end of a request to the beginning of its answer; never shorter than t3.5. */
  turnaroundMs: (meter: { unitId: number; isTwin: boolean }) => number;
  /** The request that is on the wire: its number and whom it asks. */
  asked: () => { number: number; unitId: number };
}

interface Meter {
  unitId: number;
  isTwin: boolean;
}

interface Utterance {
  bytes: Uint8Array;
  inMs: number;
  /** Left out when this unit is being asked something newer by then: nobody could tell it from the answer. */
  unlessAskedAgain?: number;
}

/** All meters of one line, with everything that goes wrong there. */
export class HostileSlaves {
  /** How often each written value was obeyed, by unit and value; of two meters with one address, by the one that did it more often. */
  readonly obeyed = new Map<string, number>();
  readonly #obeyedByMeter = new Map<string, number>();
  readonly faults = new Map<FaultKind, number>();
  readonly #setting: HostileSetting;
  readonly #meters = new Map<number, Meter[]>();
  readonly #silenceMs: number;
  #heard: number[] = [];
  #lastEndMs = 0;
  #isListening = false;

  constructor(setting: HostileSetting) {
    const { hub, unitIds, deadIds, twinIds } = setting;
    this.#setting = setting;
    this.#silenceMs = silenceMs(hub.line);
    for (const unitId of unitIds) {
      if (deadIds.has(unitId)) continue;
      const meter = (isTwin: boolean) => ({ unitId, isTwin });
      this.#meters.set(unitId, twinIds.has(unitId) ? [meter(false), meter(true)] : [meter(false)]);
    }
    hub.attach({ onCharacters: (bytes, endMs) => this.#hear(bytes, endMs) });
  }

  /** Whether two meters have this address. */
  isShared(unitId: number): boolean {
    return (this.#meters.get(unitId)?.length ?? 0) > 1;
  }

  forget(writeKey: string): void {
    this.obeyed.delete(writeKey);
    this.#obeyedByMeter.delete(writeKey);
    this.#obeyedByMeter.delete(`${writeKey}${TWIN}`);
  }

  /** A frame ends with t3.5 of silence, as for any slave. */
  #hear(bytes: Uint8Array, endMs: number): void {
    this.#heard.push(...bytes);
    this.#lastEndMs = endMs;
    if (!this.#isListening) this.#waitForSilence();
  }

  #waitForSilence(): void {
    const { clock } = this.#setting;
    this.#isListening = true;
    clock.setTimer(
      () => {
        if (clock.monotonicMs() < this.#lastEndMs + this.#silenceMs) return this.#waitForSilence();
        this.#isListening = false;
        const frame = Uint8Array.from(this.#heard);
        this.#heard = [];
        this.#take(frame);
      },
      this.#lastEndMs + this.#silenceMs - clock.monotonicMs(),
    );
  }

  #take(frame: Uint8Array): void {
    const body = [...frame.subarray(0, -2)];
    if (frame.length < 8 || !sameBytes(withCrc(body), frame)) return;
    const isRequest = frame[1] === WRITE_MANY ? frame.length === 9 + (frame[6] ?? 0) : frame.length === 8;
    if (!isRequest) return;
    const request = parseRequest(frame);
    const { number } = this.#setting.asked();
    for (const meter of this.#meters.get(request.unitId) ?? []) this.#answer(meter, request, number);
  }

  #answer(meter: Meter, request: SlaveRequest, requestNumber: number): void {
    const { drawFault, turnaroundMs } = this.#setting;
    const fault = drawFault();
    if (fault !== "none") this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    // The silence that ended the request has passed already.
    const beginMs = Math.max(0, turnaroundMs(meter) - this.#silenceMs);
    const utterances =
      fault === "request lost" || fault === "busy" || fault === "late busy"
        ? this.#withoutObeying(fault, request, beginMs)
        : this.#distort(fault, this.#obey(meter, request, requestNumber), { beginMs, request });
    for (const utterance of utterances) this.#say(utterance);
  }

  #withoutObeying(
    fault: "request lost" | "busy" | "late busy",
    { unitId, functionCode }: SlaveRequest,
    beginMs: number,
  ): Utterance[] {
    const bytes = exceptionReply(unitId, functionCode, BUSY);
    switch (fault) {
      case "request lost":
        return [];
      case "busy":
        return [{ bytes, inMs: beginMs }];
      case "late busy":
        return [{ bytes, inMs: this.#lateMs() }];
    }
  }

  #distort(
    fault: Exclude<FaultKind, "request lost" | "busy" | "late busy"> | "none",
    reply: Uint8Array,
    { beginMs, request }: { beginMs: number; request: SlaveRequest },
  ): Utterance[] {
    const { random, hub } = this.#setting;
    const { unitId, functionCode, count } = request;
    const endMs = beginMs + reply.length * hub.characterMs;
    const normal = { bytes: reply, inMs: beginMs };
    const cut = 1 + Math.floor(random() * (reply.length - 1));
    switch (fault) {
      case "none":
        return [normal];
      case "answer lost":
        return [];
      case "corrupt":
        return [{ ...normal, bytes: distorted(reply, random) }];
      case "late":
        return [{ bytes: reply, inMs: this.#lateMs() }];
      case "truncated":
        return [{ ...normal, bytes: reply.subarray(0, cut) }];
      case "wrong length":
        return [{ ...normal, bytes: unasked(unitId, count + 1, functionCode) }];
      case "wrong function":
        return [{ ...normal, bytes: unasked(unitId, count, READ_INPUT) }];
      case "split": {
        const pauseMs = cut * hub.characterMs + 5 + random() * 35;
        return [
          { ...normal, bytes: reply.subarray(0, cut) },
          { bytes: reply.subarray(cut), inMs: beginMs + pauseMs },
        ];
      }
      case "foreign":
        return [...this.#foreign(request, random() * endMs), normal];
      // Right behind the first, as from a repeater.
      case "doubled":
        return [normal, { bytes: reply, inMs: endMs + random() * 0.9 * this.#silenceMs }];
      case "doubled later":
        return [normal, { bytes: reply, inMs: endMs + 5 + random() * 55, unlessAskedAgain: unitId }];
    }
  }

  #lateMs(): number {
    return this.#setting.random() * (LONGEST_LATENCY_MS - this.#silenceMs);
  }

  /** From anybody but the asked unit: a unit that speaks twice by itself, once wrongly, nobody can see through. */
  #foreign({ unitId, count, functionCode }: SlaveRequest, inMs: number): Utterance[] {
    const { random, unitIds } = this.#setting;
    const other = random() < 0.5 ? STRANGER : (unitIds[Math.floor(random() * unitIds.length)] ?? STRANGER);
    if (other === unitId) return [];
    const bytes = functionCode === WRITE_MANY ? writeReply(other, 0, 1) : unasked(other, count, READ_HOLDING);
    return [{ bytes, inMs, unlessAskedAgain: other }];
  }

  #obey(
    meter: Meter,
    { unitId, functionCode, address, count, words }: SlaveRequest,
    requestNumber: number,
  ): Uint8Array {
    const { hole } = this.#setting;
    if (functionCode === WRITE_MANY) {
      const key = writeKey(unitId, words);
      this.#noteWrite(key, meter.isTwin);
      return writeReply(unitId, address, count);
    }
    const meetsHole = address <= hole.to && address + count > hole.from;
    if (meetsHole && hole.unitIds.has(unitId)) return exceptionReply(unitId, functionCode, ILLEGAL_ADDRESS);
    const label = { ...meter, requestNumber };
    const read = Array.from({ length: count }, (_, index) => labelledWord(address + index, label));
    return readReply(unitId, read, functionCode);
  }

  #noteWrite(key: string, isTwin: boolean): void {
    const own = `${key}${isTwin ? TWIN : ""}`;
    const times = (this.#obeyedByMeter.get(own) ?? 0) + 1;
    this.#obeyedByMeter.set(own, times);
    this.obeyed.set(key, Math.max(times, this.obeyed.get(key) ?? 0));
  }

  /** Drives the wire whatever is on it then; each utterance has a mouth of its own, so that two collide. */
  #say({ bytes, inMs, unlessAskedAgain }: Utterance): void {
    const { clock, hub, asked } = this.#setting;
    const { number } = asked();
    clock.setTimer(() => {
      const now = asked();
      if (now.unitId === unlessAskedAgain && now.number !== number) return;
      const mouth = hub.attach({ onCharacters: () => {} });
      mouth.send(bytes);
      mouth.detach();
    }, inMs);
  }
}

/** Registers in answer to a request that nobody has made. */
function unasked(unitId: number, count: number, functionCode: number): Uint8Array {
  const label = { unitId, isTwin: false, requestNumber: NEVER_ASKED };
  const words = Array.from({ length: count }, (_, address) => labelledWord(address, label));
  return readReply(unitId, words, functionCode);
}

export function writeKey(unitId: number, words: readonly number[]): string {
  return `${unitId}:${words.join(":")}`;
}

function distorted(frame: Uint8Array, random: () => number): Uint8Array {
  const result = Uint8Array.from(frame);
  const flip = (bit: number) => {
    result[bit >> 3] = (result[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  };
  const bits = frame.length * 8;
  const pick = (most: number) => Math.floor(random() * most);
  if (random() < 0.5) {
    const flipped = new Set(Array.from({ length: 1 + pick(3) }, () => pick(bits)));
    for (const bit of flipped) flip(bit);
    return result;
  }
  const first = pick(bits - 16);
  flip(first);
  for (let bit = first + 1; bit < first + 16; bit++) if (random() < 0.5) flip(bit);
  return result;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
