import type { UnitId } from "@hallmeter/meter-model";
import type { GatewayErrorCode } from "../errors.ts";
import {
  afterAnswer,
  afterSilence,
  allowanceMs,
  likelyAllowanceMs,
  type RoundTrip,
  UNKNOWN_ROUND_TRIP,
} from "../protocol/line/round-trip.ts";
import type { Answer } from "../protocol/protocol.ts";
import type { UnitBudget } from "./bus.ts";
import { type OpenReply, remember } from "./late-replies.ts";
import type { LearnedSplit } from "./learned-split.ts";
import type { PartialRead } from "./partial-reads.ts";
import { afterMiss, afterReply, NEW_UNIT, type UnitHealth } from "./unit-health.ts";

/** All the bus knows about one unit. */
export interface UnitRecord {
  readonly unitId: UnitId;
  health: UnitHealth;
  roundTrip: RoundTrip;
  longestLatencyMs: number;
  /** Blocks that it did not answer in the time that others take: they are given its longest latency. */
  readonly slowPlaces: Set<string>;
  /** Bytes of it came when nobody waited for them any more; until the next try, which is a patient one. */
  wasHeardLate: boolean;
  /** What late replies would look like. */
  openReplies: readonly OpenReply[];
  /** A block that is read in parts, because late replies of its own shape may come. */
  partial: PartialRead | null;
  /** What it has refused to give in one read, by function. */
  splits: readonly LearnedSplit[];
  /** Monotonic; until then nobody knows which of two meters speaks under this address. */
  distrustedUntilMs: number;
  /** The last good reply as it came; the same bytes again are a repeater, not another meter. */
  lastFrame: Uint8Array | null;
  replies: number;
  timeouts: number;
  crcErrors: number;
  protocolErrors: number;
  exceptions: number;
  lastReplyAt: number | null;
}

type Counter = "timeouts" | "crcErrors" | "protocolErrors";

/** Which counter a missed answer belongs to. */
const MISS_COUNTERS: Partial<Record<GatewayErrorCode, Counter>> = {
  "reply-timeout": "timeouts",
  "unit-unreachable": "timeouts",
  "reply-corrupt": "crcErrors",
  "reply-truncated": "protocolErrors",
  "reply-foreign": "protocolErrors",
  "reply-doubled": "protocolErrors",
  "duplicate-address": "protocolErrors",
};

export class UnitRegister {
  readonly #units = new Map<UnitId, UnitRecord>();

  find(unitId: UnitId): UnitRecord | undefined {
    return this.#units.get(unitId);
  }

  get(unitId: UnitId): UnitRecord {
    const known = this.#units.get(unitId);
    if (known) return known;
    const unit: UnitRecord = {
      unitId,
      health: NEW_UNIT,
      roundTrip: UNKNOWN_ROUND_TRIP,
      longestLatencyMs: Number.POSITIVE_INFINITY,
      slowPlaces: new Set(),
      wasHeardLate: false,
      openReplies: [],
      partial: null,
      splits: [],
      distrustedUntilMs: 0,
      lastFrame: null,
      replies: 0,
      timeouts: 0,
      crcErrors: 0,
      protocolErrors: 0,
      exceptions: 0,
      lastReplyAt: null,
    };
    this.#units.set(unitId, unit);
    return unit;
  }

  all(): UnitRecord[] {
    return [...this.#units.values()].sort((a, b) => compareUnits(a.unitId, b.unitId));
  }

  /** What a unit with such a profile that has never answered is likely to need; milliseconds. */
  likelyAllowanceMs(longestLatencyMs: number): number {
    let slowestMs: number | null = null;
    for (const { roundTrip, longestLatencyMs: kind } of this.#units.values()) {
      if (roundTrip.smoothedMs === null || kind !== longestLatencyMs) continue;
      slowestMs = Math.max(slowestMs ?? 0, allowanceMs({ ...roundTrip, unanswered: 0 }, longestLatencyMs));
    }
    return likelyAllowanceMs(slowestMs, longestLatencyMs);
  }

  updateHealth(update: (health: UnitHealth) => UnitHealth): void {
    for (const unit of this.#units.values()) unit.health = update(unit.health);
  }
}

interface NoteContext {
  /** Monotonic. */
  nowMs: number;
  /** Milliseconds since the epoch. */
  nowWallMs: number;
  longestLatencyMs: number;
  random: number;
  /** What the reply to this request looks like; null when it cannot be taken for another. */
  shape: string | null;
}

/** Learns from one transaction. What never reached the unit says nothing about it. */
export function noteAnswer(unit: UnitRecord, answer: Answer<unknown>, context: NoteContext): void {
  unit.longestLatencyMs = context.longestLatencyMs;
  if (answer.ok) {
    unit.replies += 1;
    unit.lastReplyAt = context.nowWallMs;
    unit.wasHeardLate = false;
    unit.roundTrip = afterAnswer(unit.roundTrip, answer.turnaroundMs);
    unit.health = afterReply(unit.health);
    return;
  }
  if (!answer.sent) return;
  unit.wasHeardLate = false;
  if (!answer.answered) unit.openReplies = remember(unit.openReplies, context.shape, context.nowMs);
  const quarantinedUntilMs = (answer.earliestEndMs ?? context.nowMs) + context.longestLatencyMs;
  const counter = MISS_COUNTERS[answer.cause];
  if (counter) {
    unit[counter] += 1;
    unit.roundTrip = afterSilence(unit.roundTrip);
    unit.health = afterMiss(unit.health, context.nowMs, quarantinedUntilMs, context.random);
  } else if (answer.answered) {
    unit.exceptions += 1;
    unit.roundTrip = { ...unit.roundTrip, unanswered: 0 };
    unit.lastReplyAt = context.nowWallMs;
    unit.health = afterReply(unit.health);
  } else {
    unit.health = { ...unit.health, quarantinedUntilMs };
  }
}

export function unitBudget(unit: UnitRecord): UnitBudget {
  return {
    unitId: unit.unitId,
    presence: unit.health.presence ?? "offline",
    turnaroundMs: unit.roundTrip.smoothedMs === null ? null : Math.round(unit.roundTrip.smoothedMs),
    allowanceMs: Math.round(allowanceMs(unit.roundTrip, unit.longestLatencyMs)),
    replies: unit.replies,
    timeouts: unit.timeouts,
    crcErrors: unit.crcErrors,
    protocolErrors: unit.protocolErrors,
    exceptions: unit.exceptions,
    lastReplyAt: unit.lastReplyAt,
  };
}

/** Modbus unit ids by number, then DL/T 645 addresses by their digits. */
function compareUnits(a: UnitId, b: UnitId): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : 1;
  return typeof a === "number" ? -1 : 1;
}
