import {
  clockWrites,
  dlt645TimeBroadcast,
  type HoldParams,
  type MeterClock,
  type MeterClockPolicy,
  MeterModelError,
  meterClock,
  type RegisterWrite,
} from "@hallmeter/meter-model";
import type { Lane } from "../../bus/bus.ts";
import type { Clock } from "../../clock.ts";
import { type GatewayErrorCode, isGatewayError } from "../../errors.ts";
import type { GatewayStore } from "../../store/gateway-store.ts";
import type { ClockRecord } from "../../store/records.ts";
import type { Change } from "../../store/tables.ts";
import type { AlarmBook } from "../alarm-book.ts";
import type { CircuitControl } from "../circuit-control.ts";
import { alarmKey, eventItem, subjectOf } from "../circuit-items.ts";
import type { CircuitWire } from "../operate-relay.ts";
import { type ClockVerdict, judgeClock } from "./clock-correction.ts";
import { judgeMeterEvents } from "./judge-meter-events.ts";
import { afterCommissioning, afterSerial, changeParams, type IdentityStep } from "./meter-identity.ts";
import { readClockOffsetMs, readEvents, readMeterSerial } from "./read-meter.ts";

/** The time told is wrong by as long as it waits for the bus: later than this it is not sent. Range 0.5–3 s. */
const TIME_VALID_MS = 1000;
/** Read back after a correction: a second of the display and one of the way. */
const SET_WITHIN_MS = 2000;

export interface MeterCareSurroundings {
  store: GatewayStore;
  alarms: AlarmBook;
  clock: Clock;
  newId: () => string;
  clockPolicy: () => MeterClockPolicy;
  /** Whether a price of the circuit's household changes between two instants. */
  hasRateEdge: (circuit: CircuitControl, fromMs: number, toMs: number) => boolean;
  /** What the circuit measures from here on is another meter's. */
  onMeterChanged: (circuit: CircuitControl) => void;
}

/** Looks after what a meter is besides its samples: which one it is, its clock, and what it reports of itself. */
export class MeterCare {
  readonly #around: MeterCareSurroundings;

  constructor(around: MeterCareSurroundings) {
    this.#around = around;
  }

  /** @throws GatewayError when the unit does not answer, or the store cannot be written */
  async identify(circuit: CircuitControl, lane: Lane): Promise<void> {
    const serial = await readMeterSerial(circuit.wire, lane);
    const { lastSample, lastProved, meter, config } = circuit;
    const isFirstNew = !meter.isProved && lastSample !== null && lastSample.at !== lastProved?.at;
    const step = afterSerial(meter.record.identity, {
      serial,
      commissionedAt: config.commissionedAt,
      last: lastProved,
      first: isFirstNew ? { energyWh: lastSample.energyWh, at: lastSample.at } : null,
    });
    await this.#keep(circuit, step);
    meter.proved();
  }

  /** To be called when the configuration may have commissioned the circuit anew. */
  commissioned(circuit: CircuitControl): void {
    const step = afterCommissioning(circuit.meter.record.identity, circuit.config.commissionedAt);
    if (step.isCommissioned !== true) return;
    this.#around.store.defer(this.#identityChanges(circuit, step));
    this.#around.onMeterChanged(circuit);
    circuit.beginAnew();
  }

  /**
   * Compares the meter's clock and puts it right as far as the tariff's rules allow.
   * @returns whether that has to be tried again soon, for an edge was too near
   * @throws GatewayError when the unit does not answer, or the store cannot be written
   */
  async compareClock(circuit: CircuitControl, lane: Lane): Promise<"done" | "near-an-edge"> {
    const { wire } = circuit;
    const { clock, store, clockPolicy, hasRateEdge } = this.#around;
    const shown = meterClock(wire.profile);
    if (shown === undefined) return "done";
    const offsetMs = await readClockOffsetMs(wire, shown, { lane, clock });
    const nowMs = clock.nowMs();
    const steppedAtMs = circuit.meter.record.clock?.steppedAtMs ?? null;
    const compared: ClockRecord = { comparedAtMs: nowMs, offsetMs, steppedAtMs };
    const policy = clockPolicy();
    const verdict: ClockVerdict =
      offsetMs === null
        ? { standing: "wrong", stepMs: 0 }
        : judgeClock(
            {
              offsetMs,
              nowMs,
              lastStepAtMs: steppedAtMs,
              hasRateEdge: (fromMs, toMs) => hasRateEdge(circuit, fromMs, toMs),
            },
            policy,
          );
    // Which byte is which the source leaves open: what was read is shown, and nothing is made of it.
    const isUnsure = shown !== "dlt645" && shown.unsure !== undefined;
    const told = isUnsure ? [] : this.#clockChanges(circuit, verdict, offsetMs);
    await store.commit([circuit.meter.note({ clock: compared }), ...told]);
    if (isUnsure || offsetMs === null) return "done";
    if (verdict.stepMs !== 0) await this.#step(circuit, shown, { offsetMs, stepMs: verdict.stepMs });
    return verdict.left === "near-an-edge" ? "near-an-edge" : "done";
  }

  /** @throws GatewayError when the unit does not answer, or the store cannot be written */
  async readEvents(circuit: CircuitControl, lane: Lane): Promise<void> {
    const { store, alarms, clock } = this.#around;
    const nowMs = clock.nowMs();
    const readings = await readEvents(circuit.wire, lane);
    const judged = judgeMeterEvents(readings, circuit.meter.record.counts, nowMs);
    const subject = subjectOf(circuit.config);
    await store.commit([
      ...(judged.hasNewCounts ? [circuit.meter.note({ counts: judged.counts })] : []),
      ...judged.began.flatMap(({ kind, params }) => store.sending([this.#event(circuit, kind, params)])),
      ...judged.conditions.flatMap(({ kind, stands, params }) => {
        const key = alarmKey(kind, circuit.id);
        return stands ? alarms.raise({ key, kind, subject, params }, nowMs) : alarms.clear(key, nowMs);
      }),
    ]);
  }

  async #keep(circuit: CircuitControl, step: IdentityStep): Promise<void> {
    const hasNews = step.record !== circuit.meter.record.identity;
    const isSame = JSON.stringify(step.record) === JSON.stringify(circuit.meter.record.identity);
    if (!hasNews || isSame) return;
    await this.#around.store.commit(this.#identityChanges(circuit, step));
    if (step.changed !== undefined) {
      this.#around.onMeterChanged(circuit);
      circuit.beginAnew();
    }
  }

  #identityChanges(circuit: CircuitControl, { record, changed, isCommissioned }: IdentityStep): Change[] {
    const { alarms, clock, store } = this.#around;
    const nowMs = clock.nowMs();
    const key = alarmKey("meter-changed", circuit.id);
    const subject = subjectOf(circuit.config);
    const params = changed === undefined ? {} : changeParams(changed);
    const items = [
      ...(changed === undefined ? [] : [this.#event(circuit, "meter-changed", params)]),
      ...(isCommissioned === true
        ? [this.#event(circuit, "meter-commissioned", { serial: record.serial ?? "" })]
        : []),
    ];
    return [
      // Clock and counters of the meter that went say nothing about the one that came.
      circuit.meter.note({ identity: record, ...(changed === undefined ? {} : { clock: null, counts: {} }) }),
      ...store.sending(items),
      ...(record.change === null
        ? alarms.clear(key, nowMs)
        : alarms.raise({ key, kind: "meter-changed", subject, params }, nowMs)),
    ];
  }

  #clockChanges(
    circuit: CircuitControl,
    { standing, left }: ClockVerdict,
    offsetMs: number | null,
  ): Change[] {
    const { alarms, clock, store } = this.#around;
    const nowMs = clock.nowMs();
    const key = alarmKey("meter-clock", circuit.id);
    const params: HoldParams =
      offsetMs === null ? { problem: "no-time" } : { offsetS: Math.round(offsetMs / 1000) };
    if (standing === "wrong")
      return alarms.raise({ key, kind: "meter-clock", subject: subjectOf(circuit.config), params }, nowMs);
    const told: HoldParams = left === undefined ? params : { ...params, left };
    const warning = standing === "off" ? store.sending([this.#event(circuit, "meter-clock-off", told)]) : [];
    return [...alarms.clear(key, nowMs), ...warning];
  }

  /** Journalled before it goes out, written once, read back; what the meter then shows decides. */
  async #step(
    circuit: CircuitControl,
    shown: MeterClock,
    { offsetMs, stepMs }: { offsetMs: number; stepMs: number },
  ): Promise<void> {
    const { clock, store } = this.#around;
    const { wire } = circuit;
    const aimMs = offsetMs + stepMs;
    if (!canBeSet(wire, shown)) return;
    const asked = { offsetMs, stepMs, by: "gateway" };
    await store.commit([
      circuit.meter.note({ clock: { comparedAtMs: clock.nowMs(), offsetMs, steppedAtMs: clock.nowMs() } }),
      ...store.sending([this.#event(circuit, "meter-clock-setting", asked)]),
    ]);
    let code: GatewayErrorCode | undefined;
    try {
      await wire.bus.write({
        lane: "person",
        unitId: wire.unitId,
        write: timeWrite(wire, shown, clock.nowMs() + aimMs),
        profile: wire.profile,
        expiresAtMs: clock.nowMs() + TIME_VALID_MS,
      });
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      code = error.code;
    }
    const nowOffsetMs = await readClockOffsetMs(wire, shown, { lane: "person", clock });
    const isSet = nowOffsetMs !== null && Math.abs(nowOffsetMs - aimMs) <= SET_WITHIN_MS;
    const params: HoldParams = {
      ...asked,
      outcome: isSet ? "set" : "not-set",
      ...(nowOffsetMs === null ? {} : { nowOffsetMs }),
      ...(code === undefined ? {} : { code }),
    };
    const record = { comparedAtMs: clock.nowMs(), offsetMs: nowOffsetMs, steppedAtMs: clock.nowMs() };
    await store.commit([
      circuit.meter.note({ clock: record }),
      ...store.sending([this.#event(circuit, "meter-clock-set", params)]),
    ]);
  }

  #event(circuit: CircuitControl, kind: string, params: HoldParams) {
    return eventItem(
      kind,
      subjectOf(circuit.config),
      params,
      this.#around.clock.nowMs(),
      this.#around.newId(),
    );
  }
}

/** A DL/T 645 meter wants a password, or follows the time when it is told; others are written like any register. */
function canBeSet({ access, profile }: CircuitWire, shown: MeterClock): boolean {
  return shown !== "dlt645" || access !== undefined || profile.takesBroadcastTime === true;
}

/**
 * No step crosses midnight, so of a DL/T 645 meter's two writes the time of day is enough. The time is told to this meter
 * alone even by the broadcast's function, for nobody knows what the others on the line would make of the step.
 */
function timeWrite(wire: CircuitWire, shown: MeterClock, atMs: number): RegisterWrite {
  const { access, timeZone } = wire;
  if (shown === "dlt645" && access === undefined) return dlt645TimeBroadcast(atMs, timeZone);
  const write = clockWrites(shown, atMs, { timeZone, ...(access === undefined ? {} : { access }) }).at(-1);
  if (write === undefined) throw new MeterModelError("unknown-register", "the clock has nothing to write");
  return write;
}
