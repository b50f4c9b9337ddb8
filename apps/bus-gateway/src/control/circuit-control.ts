import {
  type CircuitConfig,
  type CircuitInput,
  type CircuitStep,
  type CircuitStepConfig,
  type Command,
  decodeSample,
  type FoldedHolds,
  foldHolds,
  type HoldParams,
  type IntendedState,
  initialCircuitState,
  MeterModelError,
  type Presence,
  type RelayState,
  resumeCircuitState,
  type SafetyPolicy,
  type Sample,
  stepCircuit,
  type UplinkItem,
} from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Lane, SampleReply } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import { isUrgent } from "../store/outbox.ts";
import type { CircuitRecord } from "../store/records.ts";
import type { Change } from "../store/tables.ts";
import type { AlarmBook } from "./alarm-book.ts";
import { relayFaultChanges, tooOftenChanges } from "./circuit-alarms.ts";
import { circuitStateItem, eventItem, ruleEventItem, subjectOf, type VisibleState } from "./circuit-items.ts";
import { type CircuitWire, type OperationOutcome, operateRelay } from "./operate-relay.ts";
import { afterContact, type Baseline, contactFlags, isSettled, NO_BASELINE } from "./safety/baseline.ts";
import type { CreditStanding } from "./safety/bulk-guard.ts";
import { type Decision, decideOperation } from "./safety/decide-operation.ts";
import { afterAutomatic } from "./safety/operation-spacing.ts";
import {
  afterConfirmed,
  afterMismatch,
  afterPersonAsked,
  afterSample,
  UNTOUCHED,
} from "./safety/relay-check.ts";

/** What was being measured is saved this often; holds, counts and relay at once. Range 10–600 s. */
const SAVE_MEASURING_MS = 60_000;
/** A command that could not be sent is tried again after this. Range 0.5–30 s. */
const NOT_SENT_PAUSE_MS = 2000;
/** How long an operation may wait for the bus before it is decided anew, for holds may change. Range 1–10 s. */
const OPERATION_VALID_MS = 3000;

export interface CircuitSurroundings {
  store: GatewayStore;
  alarms: AlarmBook;
  clock: Clock;
  log: Logger;
  /** Unique over restarts. */
  newId: () => string;
}

interface PersonRequest {
  relay: IntendedState;
  expiresAtMs: number;
}

/** One circuit: its rules, its relay, and what the server knows of it. */
export class CircuitControl {
  config: CircuitConfig;
  readonly wire: CircuitWire;
  readonly #around: CircuitSurroundings;
  #record: CircuitRecord;
  #relay: RelayState = "unknown";
  #baseline: Baseline = NO_BASELINE;
  #isOperating = false;
  #mayBreak = true;
  #person: PersonRequest | null = null;
  #notBeforeMs = 0;
  #toldState: string;
  #savedAtMs: number;
  #savedSwitching: string;

  constructor(config: CircuitConfig, wire: CircuitWire, around: CircuitSurroundings) {
    this.config = config;
    this.wire = wire;
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
        };
    this.#toldState = kept ? JSON.stringify(this.visible()) : "";
    this.#savedSwitching = JSON.stringify(this.#record.switching);
    this.#savedAtMs = nowMs;
  }

  get id(): string {
    return this.config.id;
  }

  /** Last seen in a sample or read-back of this run; "unknown" before the first. */
  get relay(): RelayState {
    return this.#relay;
  }

  get lastSample(): Sample | null {
    return this.#record.lastSample;
  }

  get presence(): Presence {
    return this.#record.presence;
  }

  get isSettled(): boolean {
    return isSettled(this.#baseline, this.#around.clock.nowMs());
  }

  get switching(): CircuitRecord["switching"] {
    return this.#record.switching;
  }

  get credit(): CircuitRecord["rules"]["credit"] {
    return this.#record.rules.credit;
  }

  folded(): FoldedHolds {
    return foldHolds(this.#record.rules.holds, this.config.keepPower);
  }

  visible(): VisibleState {
    return {
      // After a restart the last relay seen is still the best answer, and `presence` says how good it is.
      relay: this.#relay === "unknown" ? (this.#record.lastSample?.relay ?? "unknown") : this.#relay,
      intended: this.folded().intended,
      presence: this.#record.presence,
      keepPower: this.config.keepPower,
      holds: this.#record.rules.holds,
    };
  }

  /** Takes a reply in as a sample; undefined when it has been taken already or its words are no sample. */
  takeReply(reply: SampleReply, stepConfig: CircuitStepConfig): Sample | undefined {
    const { clock, log } = this.#around;
    const { id: circuitId, ctRatio, ptRatio, variant, loop } = this.config;
    const at = new Date(reply.at).toISOString();
    // Several who asked at the same time share one reply: it is one sample.
    if (this.#baseline.lastSampleAtMs === reply.at) return undefined;
    let decoded: Sample;
    try {
      decoded = decodeSample(
        this.wire.profile,
        variant,
        reply.replies.map(({ words }) => words),
        {
          circuitId,
          at,
          ctRatio,
          ptRatio,
          ...(loop === undefined ? {} : { loop }),
        },
      );
    } catch (error) {
      if (!(error instanceof MeterModelError)) throw error;
      log.error({ circuitId, code: error.code, err: error }, "a reply that is no sample");
      return undefined;
    }
    const seen = { atMs: reply.at, nowMs: clock.nowMs() };
    const flags = contactFlags(this.#baseline, seen, stepConfig.pollIntervalMs);
    const unsure = stepConfig.calendar === null ? (["clock-unsure"] as const) : [];
    const sample: Sample = { ...decoded, flags: [...decoded.flags, ...flags, ...unsure] };
    this.#baseline = afterContact(this.#baseline, sample);
    this.#relay = sample.relay;
    const switching = afterSample(this.#record.switching, sample, this.folded().intended);
    this.#record = { ...this.#record, lastSample: sample, switching };
    this.#step({ type: "sample", sample }, stepConfig, [{ type: "sample", sample }]);
    return sample;
  }

  step(input: CircuitInput, stepConfig: CircuitStepConfig): CircuitStep {
    return this.#step(input, stepConfig, []);
  }

  setPresence(presence: Presence): void {
    if (presence === this.#record.presence) return;
    this.#record = { ...this.#record, presence };
    this.#finish([]);
  }

  /** Configuration may have changed what is visible, keep-power above all. */
  setConfig(config: CircuitConfig): void {
    this.config = config;
    this.#finish([]);
  }

  /** S2: a person's command stands behind the intended state until it expires. */
  askedByPerson(command: Command): void {
    this.#person = { relay: this.folded().intended, expiresAtMs: Date.parse(command.expiresAt) };
    this.#record = { ...this.#record, switching: afterPersonAsked(this.#record.switching) };
    this.#notBeforeMs = 0;
  }

  isByPerson(): boolean {
    const { intended } = this.folded();
    return (
      this.#person !== null &&
      this.#person.relay === intended &&
      this.#around.clock.nowMs() <= this.#person.expiresAtMs
    );
  }

  decide(policy: SafetyPolicy): Decision {
    const nowMs = this.#around.clock.nowMs();
    // A meter that only measures has nothing to operate.
    if (this.wire.variant.relay === undefined) return { type: "nothing" };
    if (this.#isOperating || nowMs < this.#notBeforeMs) return { type: "nothing" };
    const { intended, effective } = this.folded();
    return decideOperation(
      {
        intended,
        actual: this.#relay,
        heldBy: effective.map(({ kind }) => kind),
        isCommissioned: this.config.commissionedAt !== null,
        isByPerson: this.isByPerson(),
        isSettled: isSettled(this.#baseline, nowMs),
        mayBreak: this.#mayBreak,
        record: this.#record.switching,
      },
      policy,
      nowMs,
    );
  }

  /**
   * Operates the relay once. What is about to be done is on disk before the bus is asked; without a store nothing is done
   * (S4).
   */
  async operate(
    decision: Extract<Decision, { type: "operate" }>,
    take: (reply: SampleReply) => RelayState,
  ): Promise<void> {
    const { clock, store, log } = this.#around;
    const { relay, isAutomatic } = decision;
    const lane: Lane = relay === "open" ? "trip" : "restore";
    const isForOverload = this.folded().effective.some(({ kind }) => kind === "overload");
    const { automaticAtMs } = this.#record.switching;
    this.#isOperating = true;
    try {
      if (isAutomatic)
        this.#record = { ...this.#record, switching: afterAutomatic(this.#record.switching, clock.nowMs()) };
      await store.commit([this.#recordChange()]);
      // A hold may have come or gone while the disk was busy.
      if (this.folded().intended !== relay) return this.#notOperated(automaticAtMs, 0);
      const outcome = await operateRelay(this.wire, {
        relay,
        lane,
        expiresAtMs: clock.nowMs() + OPERATION_VALID_MS,
        clock,
        take,
      });
      if (outcome.type === "not-sent") this.#notOperated(automaticAtMs);
      else this.#afterOperation(outcome, relay, isForOverload);
      log.info({ circuitId: this.id, relay, lane, outcome }, "relay commanded");
    } catch (error) {
      this.#notOperated(automaticAtMs);
      log.error({ circuitId: this.id, relay, err: error }, "relay not commanded");
    } finally {
      this.#isOperating = false;
    }
    this.#finish([]);
  }

  /** S6: whether this circuit is about to be cut for credit, or has been. */
  creditStanding(): CreditStanding {
    const { credit, holds } = this.#record.rules;
    const hold = holds.find(({ kind }) => kind === "credit");
    const { keepPower, commissionedAt } = this.config;
    const isBelow = credit !== null && credit.balanceMicro <= credit.cutMicro;
    return {
      isDue: hold === undefined && isBelow && !keepPower && commissionedAt !== null,
      cutAtMs: hold === undefined || keepPower ? null : Date.parse(hold.since),
    };
  }

  tellTooOften(isTooOften: boolean): void {
    const { alarms, store, clock } = this.#around;
    const operations = this.#record.switching.automaticAtMs.length;
    store.defer(tooOftenChanges(alarms, this.config, isTooOften, operations, clock.nowMs()));
  }

  /** An event about this circuit that no rule tells. */
  tell(kind: string, params: HoldParams): void {
    this.#finish([this.#event(kind, params)]);
  }

  /** What must not be lost with this process. */
  saveChanges(): Change[] {
    this.#savedAtMs = this.#around.clock.nowMs();
    return [this.#recordChange()];
  }

  #step(input: CircuitInput, stepConfig: CircuitStepConfig, before: UplinkItem[]): CircuitStep {
    const { clock, newId } = this.#around;
    const step = stepCircuit(this.#record.rules, input, stepConfig, clock.nowMs());
    this.#record = { ...this.#record, rules: step.state };
    this.#mayBreak = step.mayBreak;
    this.#finish([...before, ...step.events.map((event) => ruleEventItem(this.config, event, newId()))]);
    return step;
  }

  /** Nothing went out: it does not count, and is decided anew after a pause. */
  #notOperated(automaticAtMs: number[], pauseMs = NOT_SENT_PAUSE_MS): void {
    this.#notBeforeMs = this.#around.clock.nowMs() + pauseMs;
    this.#record = { ...this.#record, switching: { ...this.#record.switching, automaticAtMs } };
  }

  #afterOperation(
    outcome: Exclude<OperationOutcome, { type: "not-sent" }>,
    relay: IntendedState,
    isForOverload: boolean,
  ): void {
    const atMs = this.#around.clock.nowMs();
    const { switching } = this.#record;
    const params = { relay, outcome: outcome.type, ...("code" in outcome ? { code: outcome.code } : {}) };
    switch (outcome.type) {
      case "confirmed":
        this.#record = {
          ...this.#record,
          switching: afterConfirmed(switching, { relay, atMs, isForOverload }),
        };
        break;
      case "unanswered":
        // It may have moved: until a sample shows the relay, nothing is sent again.
        this.#relay = "unknown";
        this.#record = { ...this.#record, switching: afterMismatch(switching, relay) };
        break;
      case "mismatch":
      case "refused":
        this.#record = { ...this.#record, switching: afterMismatch(switching, relay) };
        break;
    }
    this.tell("relay-operated", params);
  }

  #event(kind: string, params: HoldParams): UplinkItem {
    const { clock, newId } = this.#around;
    return eventItem(kind, subjectOf(this.config), params, clock.nowMs(), newId());
  }

  /** Sends what happened, with the new state if it changed, and saves what must not be lost. */
  #finish(items: readonly UplinkItem[]): void {
    const { store, alarms, clock, log } = this.#around;
    const nowMs = clock.nowMs();
    const stateItems = this.#newState(nowMs);
    const { switching: record, lastSample } = this.#record;
    const faultChanges = relayFaultChanges(alarms, this.config, record, lastSample, nowMs);
    const changes = [
      ...items.flatMap((item) => (item.type === "alarm" ? alarms.take(item) : store.sending([item]))),
      ...faultChanges,
      ...store.sending(stateItems),
    ];
    const switching = JSON.stringify(this.#record.switching);
    const isTold = stateItems.length > 0 || faultChanges.length > 0 || items.some(isUrgent);
    const isImportant = isTold || switching !== this.#savedSwitching;
    if (isImportant || nowMs - this.#savedAtMs >= SAVE_MEASURING_MS) {
      this.#savedSwitching = switching;
      changes.push(...this.saveChanges());
    }
    if (!isImportant) {
      store.defer(changes);
      return;
    }
    store.commit(changes).catch((error: unknown) => {
      log.error({ circuitId: this.id, err: error }, "a change of a circuit could not be saved");
      // S4: the state is held in memory, and what was to be told is tried again.
      store.defer(changes);
    });
  }

  #newState(nowMs: number): UplinkItem[] {
    const visible = this.visible();
    const text = JSON.stringify(visible);
    if (text === this.#toldState) return [];
    this.#toldState = text;
    // A gateway that lost its store must still be newer than itself: its revisions begin at the clock.
    const revision = this.#record.revision === 0 ? nowMs : this.#record.revision + 1;
    this.#record = { ...this.#record, revision };
    return [circuitStateItem(this.id, visible, revision, nowMs)];
  }

  #recordChange(): Change {
    return this.#around.store.circuitChange(this.id, this.#record);
  }
}
