import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { namesOneUnit } from "../protocol/dlt645/address.ts";
import type { Answer, WireFrame } from "../protocol/protocol.ts";
import type { ProfileTiming } from "./bus.ts";
import type { BusListeners } from "./bus-listeners.ts";
import { stillOpen } from "./late-replies.ts";
import { isOffline, probeSoon } from "./unit-health.ts";
import { noteAnswer, type UnitRecord, type UnitRegister } from "./units.ts";

/**
 * How long after the last sign of a second meter under one address nothing that comes from it is believed. Range 1–60 min;
 * two meters polled every few seconds show themselves several times within 10 min.
 */
const DISTRUST_MS = 600_000;

interface UnitObserverOptions {
  units: UnitRegister;
  listeners: BusListeners;
  clock: Clock;
  log: Logger;
  /** 0 ≤ value < 1. */
  random: () => number;
}

/** Learns from every transaction what there is to know about its unit, and tells what has changed. */
export class UnitObserver {
  readonly #units: UnitRegister;
  readonly #listeners: BusListeners;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #random: () => number;

  constructor({ units, listeners, clock, log, random }: UnitObserverOptions) {
    this.#units = units;
    this.#listeners = listeners;
    this.#clock = clock;
    this.#log = log;
    this.#random = random;
  }

  note(unit: UnitRecord, answer: Answer<unknown>, profile: ProfileTiming, shape: string | null): void {
    const before = unit.health.presence;
    noteAnswer(unit, answer, {
      nowMs: this.#clock.monotonicMs(),
      nowWallMs: this.#clock.nowMs(),
      longestLatencyMs: profile.longestLatencyMs,
      random: this.#random(),
      shape,
    });
    const { presence } = unit.health;
    if (presence !== null && presence !== before) {
      this.#log.info({ unitId: unit.unitId, presence, before }, "presence of a unit changed");
      this.#listeners.tell("unit", { unitId: unit.unitId, presence, at: this.#clock.nowMs() });
    }
    this.#noteDuplicate(unit, answer);
  }

  /** Every good reply, to know it again, and what comes late: a unit that was taken for dead is only slow. */
  heard({ direction, unitId, bytes }: WireFrame): void {
    const unit = unitId === undefined ? undefined : this.#units.find(unitId);
    if (!unit) return;
    if (direction === "received") unit.lastFrame = bytes;
    if (direction === "dropped" && !hasAnswered(unit) && this.#owesReply(unit)) {
      unit.wasHeardLate = true;
      unit.health = probeSoon(unit.health, this.#clock.monotonicMs());
    }
  }

  #owesReply({ openReplies }: UnitRecord): boolean {
    return stillOpen(openReplies, this.#clock.monotonicMs()).length > 0;
  }

  #noteDuplicate(unit: UnitRecord, answer: Answer<unknown>): void {
    if (answer.ok) return;
    const { cause, foreignUnitId, foreignFrame } = answer;
    const speaker = foreignUnitId === undefined ? undefined : this.#units.find(foreignUnitId);
    if (speaker && speaker !== unit) {
      // Whose frame it is, is asked nothing now; what came before or after it says nothing about the unit that was asked.
      if (foreignFrame && this.#hasNothingToSay(speaker, foreignFrame)) this.#tellDuplicate(speaker, true);
    } else if (cause === "duplicate-address") this.#tellDuplicate(unit, speaker === unit);
  }

  /** It owes no reply that could be late, and does not say once more what it has said last. */
  #hasNothingToSay(unit: UnitRecord, frame: Uint8Array): boolean {
    const { lastReplyAt, lastFrame } = unit;
    const isRepeated = lastFrame !== null && Buffer.compare(lastFrame, frame) === 0;
    return lastReplyAt !== null && !this.#owesReply(unit) && !isRepeated;
  }

  #tellDuplicate(unit: UnitRecord, isProved: boolean): void {
    const { unitId } = unit;
    if (!namesOneUnit(unitId)) return;
    if (isProved) unit.distrustedUntilMs = this.#clock.monotonicMs() + DISTRUST_MS;
    this.#log.warn({ unitId, isProved }, "more than one unit answers to this address");
    const at = this.#clock.nowMs();
    this.#listeners.tell("bus", { kind: "duplicate-address", unitId, isProved, at });
  }
}

/** Since it was last taken for dead, if ever. */
function hasAnswered({ health, roundTrip }: UnitRecord): boolean {
  return roundTrip.smoothedMs !== null && !isOffline(health);
}
