import type { Presence, Profile, ReadBlock, RegisterWrite, UnitId } from "@hallmeter/meter-model";
import type { WireFrame } from "../protocol/protocol.ts";
import type { EntryCost } from "./plan-budget.ts";

/** First non-empty lane wins; aging keeps the lower ones moving (see lanes.ts). */
export const LANES = ["trip", "restore", "sale", "person", "watch", "poll", "backfill", "scan"] as const;
export type Lane = (typeof LANES)[number];

/** What a profile says about the pace of a meter. */
export type ProfileTiming = Pick<Profile, "minimumGapMs" | "longestLatencyMs">;

export interface ReadRequest {
  lane: Lane;
  unitId: UnitId;
  block: ReadBlock;
  profile: ProfileTiming;
  /** Wall clock; not started by then, it rejects with "expired". */
  expiresAtMs?: number;
  /** Reads of the same key that wait at the same time share one transaction. Default: lane, unit and block. */
  key?: string;
}

export interface WriteRequest {
  lane: Lane;
  unitId: UnitId;
  /** Goes out in one transaction. */
  write: RegisterWrite;
  profile: ProfileTiming;
  expiresAtMs?: number;
  /** A newer write of the same key takes the place of one that still waits; that one rejects with "superseded". */
  supersedeKey?: string;
}

export interface ReadReply {
  /** 16-bit registers of Modbus, data bytes of DL/T 645. */
  words: number[];
  /** Arrival of the last byte, milliseconds since the epoch. */
  at: number;
}

/** One sample: the reply of every block that makes it. */
export interface SampleReply {
  /** In the order of the blocks. */
  replies: ReadReply[];
  /** Arrival of the last byte of them all, milliseconds since the epoch. */
  at: number;
}

/** A sample that is read again and again. */
export interface PollEntry {
  key: string;
  unitId: UnitId;
  /** In reading order; requests of higher lanes may go in between. */
  blocks: readonly ReadBlock[];
  /** Modbus addresses, both ends included, that the meter does not let anybody read across. */
  holes: readonly { from: number; to: number }[];
  profile: ProfileTiming;
  intervalMs: number;
  lane: "watch" | "poll";
}

export type BusState = "opening" | "up" | "down" | "jammed";

export interface BusEvents {
  /** A poll entry was read. */
  reply: { key: string; unitId: UnitId } & SampleReply;
  /** The presence of a unit changed. */
  unit: { unitId: UnitId; presence: Presence; at: number };
  bus:
    | {
        kind: "state";
        state: BusState;
        at: number;
        /** Why, for a person. */
        detail: string;
        /** How often opening has failed since the bus was last up. */
        failures: number;
        /** From the third failure on, and while jammed: worth an alarm. */
        alarm: boolean;
      }
    | {
        kind: "duplicate-address";
        unitId: UnitId;
        /** A second whole answer was heard, and nothing of this address is believed for a while; else bytes without a sense. */
        isProved: boolean;
        at: number;
      }
    /** The unit does not give these two registers in one read; they are asked for apart from now on. */
    | { kind: "hole-learned"; unitId: UnitId; from: number; to: number; at: number }
    /** Told before such a plan is applied. */
    | { kind: "overcommitted"; plannedMilli: number; at: number };
  /** Every frame for the trace. */
  frame: WireFrame & { at: number };
}

export interface LaneBudget {
  waiting: number;
  /** Share of the bus that the plan gives it, in thousandths; 0 for lanes without a plan. */
  plannedMilli: number;
  done: number;
  failed: number;
  /** Worst wait beyond its due time (poll, watch) or in the queue (others) within the last minute. */
  latenessMs: number;
}

export interface UnitBudget {
  unitId: UnitId;
  /** "offline" also before the first answer. */
  presence: Presence;
  /** Smoothed time the unit needs to begin its answer; null before the first one. */
  turnaroundMs: number | null;
  /** How long the next answer is waited for, beyond its time on the wire. */
  allowanceMs: number;
  replies: number;
  timeouts: number;
  crcErrors: number;
  /** Truncated, foreign and doubled answers. */
  protocolErrors: number;
  /** Exception replies. */
  exceptions: number;
  /** Milliseconds since the epoch; null before the first. */
  lastReplyAt: number | null;
}

export interface BusBudget {
  busId: string;
  state: BusState;
  /** Share of the wire that the poll plan needs, in thousandths, with learned turnarounds; above 1000 it cannot be kept. */
  plannedMilli: number;
  overcommitted: boolean;
  /** Share of the last minute during which a transaction was on the wire, in thousandths. */
  usedMilli: number;
  /** Transactions of the last minute, per second, in thousandths. */
  ratePerSecondMilli: number;
  lanes: Record<Lane, LaneBudget>;
  /** What each sample of the plan costs. */
  entries: EntryCost[];
  units: UnitBudget[];
  /** Bytes nobody asked for. */
  foreignBytes: number;
  /** The line repeats what we send; null until the first answer has shown it. */
  localEcho: boolean | null;
}

export interface Bus {
  readonly id: string;
  /** Resolves with the words read; rejects with GatewayError. */
  read(request: ReadRequest): Promise<ReadReply>;
  /** The reply is compared with the request. Never sent twice: without a clear answer it rejects with "write-unconfirmed". */
  write(request: WriteRequest): Promise<void>;
  /** Replaces all periodic reads. Entries whose key, unit, blocks and interval stay keep their place in time. */
  setPollPlan(plan: readonly PollEntry[]): void;
  /** Returns what ends the subscription. */
  on<E extends keyof BusEvents>(event: E, listener: (value: BusEvents[E]) => void): () => void;
  budget(): BusBudget;
  /** Waiting requests reject with "bus-closed"; the transaction in flight is abandoned. */
  close(): Promise<void>;
}
