import {
  type CircuitConfig,
  type CircuitState,
  foldHolds,
  type HoldParams,
  initialCircuitState,
  type Presence,
  type RelayState,
  resumeCircuitState,
  type Sample,
  type UplinkItem,
} from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import { isUrgent } from "../store/outbox.ts";
import type { CircuitRecord, MeterRegister, SwitchingRecord } from "../store/records.ts";
import type { Change } from "../store/tables.ts";
import type { AlarmBook } from "./alarm-book.ts";
import { relayFaultChanges } from "./circuit-alarms.ts";
import { circuitStateItem, eventItem, subjectOf, type VisibleState } from "./circuit-items.ts";
import { UNTOUCHED } from "./safety/relay-check.ts";

/** What was being measured is saved this often; holds, counts and relay at once. Range 10–600 s. */
const SAVE_MEASURING_MS = 60_000;

export interface CircuitSurroundings {
  store: GatewayStore;
  alarms: AlarmBook;
  clock: Clock;
  log: Logger;
  /** Unique over restarts. */
  newId: () => string;
}

/** What is known of one circuit: kept on disk, and told to the server when it changes. */
export class CircuitMemory {
  config: CircuitConfig;
  #relay: RelayState = "unknown";
  /** In this run: a try that was under way when the last one ended may have been followed. */
  #hasSeenRelay = false;
  readonly #around: CircuitSurroundings;
  #record: CircuitRecord;
  #told: VisibleState | null;
  #savedAtMs: number;
  #savedSwitching: SwitchingRecord;
  #judgedSwitching: SwitchingRecord | null = null;

  constructor(config: CircuitConfig, around: CircuitSurroundings) {
    this.config = config;
    this.#around = around;
    const nowMs = around.clock.nowMs();
    const kept = around.store.circuit(config.id);
    this.#record = kept
      ? { ...kept, rules: resumeCircuitState(kept.rules, nowMs) }
      : {
          rules: initialCircuitState(config.lastKnownHolds, nowMs),
          revision: 0,
          lastSample: null,
          presence: "offline",
          switching: UNTOUCHED,
          lastProved: null,
        };
    this.#told = kept ? this.visible() : null;
    this.#savedSwitching = this.#record.switching;
    this.#savedAtMs = nowMs;
  }

  /** Last seen in a sample or read-back of this run; "unknown" before the first. */
  get relay(): RelayState {
    return this.#relay;
  }

  set relay(relay: RelayState) {
    this.#relay = relay;
    if (relay !== "unknown") this.#hasSeenRelay = true;
  }

  get rules(): CircuitState {
    return this.#record.rules;
  }

  set rules(rules: CircuitState) {
    this.#record.rules = rules;
  }

  get switching(): SwitchingRecord {
    return this.#record.switching;
  }

  set switching(switching: SwitchingRecord) {
    this.#record.switching = switching;
  }

  get lastSample(): Sample | null {
    return this.#record.lastSample;
  }

  set lastSample(sample: Sample | null) {
    this.#record.lastSample = sample;
  }

  get lastProved(): MeterRegister | null {
    return this.#record.lastProved;
  }

  set lastProved(register: MeterRegister) {
    this.#record.lastProved = register;
  }

  get presence(): Presence {
    return this.#record.presence;
  }

  set presence(presence: Presence) {
    this.#record.presence = presence;
  }

  visible(): VisibleState {
    const { rules, lastSample, presence } = this.#record;
    const { keepPower } = this.config;
    return {
      // After a restart the last relay seen is still the best answer, and `presence` says how good it is.
      relay: this.relay === "unknown" ? (lastSample?.relay ?? "unknown") : this.relay,
      intended: foldHolds(rules.holds, keepPower).intended,
      presence,
      keepPower,
      holds: rules.holds,
    };
  }

  event(kind: string, params: HoldParams): UplinkItem {
    const { clock, newId } = this.#around;
    return eventItem(kind, subjectOf(this.config), params, clock.nowMs(), newId());
  }

  recordChange(change: Partial<CircuitRecord> = {}): Change {
    // A copy: the record goes on changing while the disk is busy.
    return this.#around.store.circuitChange(this.config.id, { ...this.#record, ...change });
  }

  /** What must not be lost with this process. */
  saveChanges(): Change[] {
    this.#savedAtMs = this.#around.clock.nowMs();
    this.#savedSwitching = this.#record.switching;
    return [this.recordChange()];
  }

  /** Sends what happened, with the new state if it changed, and saves what must not be lost. */
  tell(items: readonly UplinkItem[]): void {
    const { store, alarms, clock, log } = this.#around;
    const nowMs = clock.nowMs();
    const stateItems = this.#newState(nowMs);
    const faultChanges = this.#relayFault(nowMs);
    const changes = [
      ...items.flatMap((item) => (item.type === "alarm" ? alarms.take(item) : store.sending([item]))),
      ...faultChanges,
      ...store.sending(stateItems),
    ];
    const isTold = stateItems.length > 0 || faultChanges.length > 0 || items.some(isUrgent);
    const isImportant = isTold || this.#record.switching !== this.#savedSwitching;
    if (isImportant || Math.abs(nowMs - this.#savedAtMs) >= SAVE_MEASURING_MS)
      changes.push(...this.saveChanges());
    if (!isImportant) {
      store.defer(changes);
      return;
    }
    store.commit(changes).catch((error: unknown) => {
      log.error({ circuitId: this.config.id, err: error }, "a change of a circuit could not be saved");
      // S4: the state is held in memory, and what was to be told is tried again.
      store.defer(changes);
    });
  }

  #relayFault(nowMs: number): Change[] {
    const { switching, lastSample } = this.#record;
    if (switching === this.#judgedSwitching || !this.#hasSeenRelay) return [];
    this.#judgedSwitching = switching;
    return relayFaultChanges(this.#around.alarms, this.config, switching, lastSample, nowMs);
  }

  #newState(nowMs: number): UplinkItem[] {
    const visible = this.visible();
    if (this.#told !== null && isSameState(visible, this.#told)) return [];
    this.#told = visible;
    // A gateway that lost its store must still be newer than itself: its revisions begin at the clock.
    this.#record.revision = this.#record.revision === 0 ? nowMs : this.#record.revision + 1;
    return [circuitStateItem(this.config.id, visible, this.#record.revision, nowMs)];
  }
}

function isSameState(a: VisibleState, b: VisibleState): boolean {
  return (
    a.relay === b.relay &&
    a.intended === b.intended &&
    a.presence === b.presence &&
    a.keepPower === b.keepPower &&
    (a.holds === b.holds || JSON.stringify(a.holds) === JSON.stringify(b.holds))
  );
}
