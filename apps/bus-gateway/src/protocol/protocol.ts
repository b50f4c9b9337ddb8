import type { ReadBlock, RegisterWrite, UnitId } from "@hallmeter/meter-model";
import { GatewayError, type GatewayErrorCode } from "../errors.ts";

/** How a unit wants to be spoken to just now. */
export interface UnitTiming {
  /** Silence before the request beyond what the protocol asks for, for meters that need it. */
  gapMs: number;
  /** How long the answer may take beyond its time on the wire. */
  allowanceMs: number;
  /** Waited for between two frames of one answer; who is in more of a hurry speaks then. @returns whether to go on */
  between?: () => Promise<boolean>;
}

export type Answer<T> =
  | {
      ok: true;
      value: T;
      /** Arrival of the last byte, monotonic. */
      atMonotonicMs: number;
      /** From the end of the request to the answer, without the answer's own time on the wire. */
      turnaroundMs: number;
    }
  | Refusal;

export interface Refusal {
  ok: false;
  error: GatewayError;
  /** What happened on the wire, where `error` speaks of the write as a whole. */
  cause: GatewayErrorCode;
  /** The unit has answered that it will not or cannot: it is there. */
  answered: boolean;
  /** The request went out, at least in part. */
  sent: boolean;
  /** Who sent a whole frame that was not for this request. */
  foreignUnitId?: UnitId;
  /** That frame. */
  foreignFrame?: Uint8Array;
  /** Of a request that went unanswered: when the answer of a unit that needs no time at all would have been over. */
  earliestEndMs?: number;
}

/** How long transactions keep the wire, from the first bit of the request to the silence after the reply, in milliseconds. */
export interface WireCosts {
  /** The silence that is part of every transaction. */
  readonly silenceMs: number;
  readMs(block: ReadBlock, turnaroundMs: number): number;
  writeMs(write: RegisterWrite, turnaroundMs: number): number;
}

/** One protocol on one bus. Knows nothing of units beyond the transaction at hand; the caller has one at a time. */
export interface WireProtocol {
  /** The reply's words: 16-bit registers of Modbus, data bytes of DL/T 645. Never rejects. */
  read(unitId: UnitId, block: ReadBlock, timing: UnitTiming): Promise<Answer<number[]>>;
  /** Any doubt whether the unit has carried it out ends in "write-unconfirmed". Never rejects. */
  write(unitId: UnitId, write: RegisterWrite, timing: UnitTiming): Promise<Answer<void>>;
}

/** A frame for the trace: what was sent, what was taken as an answer, what was thrown away. */
export interface WireFrame {
  direction: "sent" | "received" | "dropped";
  bytes: Uint8Array;
  /** Whose it is, as far as its first bytes tell. */
  unitId?: UnitId;
}

/** Everything one bus speaks through: a shared line, or a connection that speaks Modbus TCP. */
export interface Wire extends WireProtocol, WireCosts {
  /** Bytes that came while nobody was asked, or while we spoke. */
  readonly foreignBytes: number;
  /** Whether the line repeats what we send; null until an answer has shown it. */
  readonly localEcho: boolean | null;
  /** Gives the transaction under way up, with "bus-closed". */
  close(): void;
}

/** A request that got no good answer. */
export function refusal(cause: GatewayErrorCode, more: Partial<Refusal> = {}): Refusal {
  return { ok: false, error: new GatewayError(cause), cause, answered: false, sent: true, ...more };
}

/** The same for a write that may have been carried out all the same. */
export function unconfirmed(refused: Refusal): Refusal {
  const { error } = refused;
  return { ...refused, error: new GatewayError("write-unconfirmed", error.message, { cause: error }) };
}
