import {
  type CircuitConfig,
  type CircuitInput,
  type CircuitStep,
  type CircuitStepConfig,
  type Command,
  type CreditPosition,
  circuitDueMs,
  cutAtMicro,
  decodeSample,
  type FoldedHolds,
  forgetRegister,
  type HoldParams,
  holdRights,
  MeterModelError,
  type Presence,
  type RelayState,
  type SafetyPolicy,
  type Sample,
  type SampleFlag,
  stepCircuit,
  type UplinkItem,
} from "@hallmeter/meter-model";
import type { SampleReply } from "../bus/bus.ts";
import type { MeterRegister, SwitchingRecord } from "../store/records.ts";
import type { Change } from "../store/tables.ts";
import { tooOftenChanges } from "./circuit-alarms.ts";
import { ruleEventItem, type VisibleState } from "./circuit-items.ts";
import { CircuitMemory, type CircuitSurroundings } from "./circuit-memory.ts";
import { MeterNotes } from "./meter/meter-notes.ts";
import type { CircuitWire } from "./operate-relay.ts";
import { RelayDrive } from "./relay-drive.ts";
import {
  afterContact,
  type Baseline,
  contactFlags,
  isSettled,
  NO_BASELINE,
  settledAtMs,
} from "./safety/baseline.ts";
import type { CreditStanding } from "./safety/bulk-guard.ts";
import type { Decision } from "./safety/decide-operation.ts";
import { afterSample } from "./safety/relay-check.ts";

/** One circuit: what is read of it, what its rules say, and its relay. */
export class CircuitControl {
  readonly wire: CircuitWire;
  readonly meter: MeterNotes;
  /** Wall clock from which on the circuit wants a tick; nothing changes by time alone before it. */
  dueMs = 0;
  readonly #around: CircuitSurroundings;
  readonly #memory: CircuitMemory;
  readonly #drive: RelayDrive;
  #baseline: Baseline = NO_BASELINE;
  #mayBreak = true;
  #isProtectedTime = true;
  #rulesDueMs = 0;
  #isTooOften: boolean | null = null;

  constructor(config: CircuitConfig, wire: CircuitWire, around: CircuitSurroundings) {
    this.wire = wire;
    this.#around = around;
    this.meter = new MeterNotes(config.id, around.store);
    this.#memory = new CircuitMemory(config, around);
    this.#drive = new RelayDrive(this.#memory, wire, around);
  }

  get id(): string {
    return this.config.id;
  }

  get config(): CircuitConfig {
    return this.#memory.config;
  }

  get relay(): RelayState {
    return this.#memory.relay;
  }

  get lastSample(): Sample | null {
    return this.#memory.lastSample;
  }

  get presence(): Presence {
    return this.#memory.presence;
  }

  /** S9, and the meter is the one that was commissioned. */
  get isSettled(): boolean {
    return this.meter.isTrusted && isSettled(this.#baseline, this.#around.clock.nowMs());
  }

  /** The last register that was surely the known meter's. */
  get lastProved(): MeterRegister | null {
    return this.#memory.lastProved;
  }

  /** Another meter begins: the next sample is the first. */
  beginAnew(): void {
    this.#baseline = NO_BASELINE;
    this.#memory.rules = forgetRegister(this.#memory.rules);
  }

  get switching(): SwitchingRecord {
    return this.#memory.switching;
  }

  /** True when the rules have been told just this. */
  knowsCredit(position: CreditPosition | null, balanceMicro: number): boolean {
    const { credit } = this.#memory.rules;
    if (position === null || credit === null) return position === credit;
    const { cutMicro, releaseMicro } = position;
    return (
      credit.balanceMicro === balanceMicro &&
      credit.cutMicro === cutMicro &&
      credit.releaseMicro === releaseMicro
    );
  }

  folded(): FoldedHolds {
    return this.#drive.folded();
  }

  visible(): VisibleState {
    return this.#memory.visible();
  }

  /** Takes a reply in as a sample; undefined when it has been taken already or its words are no sample. */
  takeReply(reply: SampleReply, stepConfig: CircuitStepConfig): Sample | undefined {
    // Several who asked at the same time share one reply: it is one sample.
    if (this.#baseline.lastSampleAtMs === reply.at) return undefined;
    const decoded = this.#decode(reply);
    if (decoded === undefined) return undefined;
    const memory = this.#memory;
    const seen = { atMs: reply.at, nowMs: this.#around.clock.nowMs() };
    const contact = contactFlags(this.#baseline, seen, stepConfig.pollIntervalMs);
    if (contact.includes("first")) this.meter.contactLost();
    const flags: SampleFlag[] = [
      ...decoded.flags,
      ...contact,
      // Nobody's use, until the meter is known to be the one that was commissioned.
      ...(this.meter.isTrusted ? [] : (["suspect"] as const)),
      ...(stepConfig.calendar === null ? (["clock-unsure"] as const) : []),
    ];
    const sample: Sample = { ...decoded, flags };
    this.#baseline = afterContact(this.#baseline, sample);
    memory.relay = sample.relay;
    memory.lastSample = sample;
    if (this.meter.isTrusted && !flags.includes("suspect"))
      memory.lastProved = { energyWh: sample.energyWh, at: sample.at };
    memory.switching = afterSample(memory.switching, sample);
    this.#step({ type: "sample", sample }, stepConfig, [{ type: "sample", sample }]);
    return sample;
  }

  step(input: CircuitInput, stepConfig: CircuitStepConfig): CircuitStep {
    return this.#step(input, stepConfig, []);
  }

  setPresence(presence: Presence): void {
    if (presence === this.#memory.presence) return;
    this.#memory.presence = presence;
    this.#memory.tell([]);
  }

  /** Configuration may have changed what is visible, keep-power above all. */
  setConfig(config: CircuitConfig): void {
    this.#memory.config = config;
    this.#memory.tell([]);
  }

  askedByPerson(command: Command): void {
    this.#drive.askedByPerson(command);
  }

  /** Staff who release a circuit whose relay did not follow say that it has been put right, whatever holds it (S1). */
  isPutRightBy({ action, hold, by }: Command): boolean {
    const isRelease = action === "release" && hold === undefined;
    return isRelease && this.switching.isFaulty && holdRights(by.role).isStaff;
  }

  isByPerson(): boolean {
    return this.#drive.isByPerson();
  }

  decide(policy: SafetyPolicy): Decision {
    const view = {
      isSettled: this.isSettled,
      isSameMeter: this.meter.standing !== "changed",
      mayBreak: this.#mayBreak,
      isProtectedTime: this.#isProtectedTime,
    };
    return this.#drive.decide(view, policy);
  }

  /** Decides, tells when it cannot because it switches too often, and notes when time alone may change the answer. */
  reconsider(policy: SafetyPolicy): Decision {
    const decision = this.decide(policy);
    this.#tellTooOften(decision.type === "wait" && decision.why === "too-often");
    const nowMs = this.#around.clock.nowMs();
    const restlessMs = this.#drive.isRestless(decision) ? nowMs : Number.POSITIVE_INFINITY;
    this.dueMs = Math.min(this.#rulesDueMs, settledAtMs(this.#baseline), restlessMs);
    return decision;
  }

  /** @see RelayDrive.operate */
  operate(
    decision: Extract<Decision, { type: "operate" }>,
    take: (reply: SampleReply) => RelayState,
  ): Promise<void> {
    return this.#drive.operate(decision, take);
  }

  /** S6: whether this circuit would be cut for credit now, or has been. */
  creditStanding(
    credit: { balanceMicro: number; cutMicro: number } | null,
    currencyDigits: number,
  ): CreditStanding {
    const { keepPower, commissionedAt, rules } = this.config;
    const hold = this.#memory.rules.holds.find(({ kind }) => kind === "credit");
    const isBelow = credit !== null && credit.balanceMicro <= cutAtMicro(credit, rules, currencyDigits);
    return {
      circuitId: this.id,
      isDue: hold === undefined && isBelow && !keepPower && commissionedAt !== null,
      cutAtMs: hold === undefined || keepPower ? null : Date.parse(hold.since),
    };
  }

  /** An event about this circuit that no rule tells. */
  tell(kind: string, params: HoldParams): void {
    this.#memory.tell([this.#memory.event(kind, params)]);
  }

  /** What must not be lost with this process. */
  saveChanges(): Change[] {
    return this.#memory.saveChanges();
  }

  #decode(reply: SampleReply): Sample | undefined {
    const { id: circuitId, ctRatio, ptRatio, variant, loop } = this.config;
    const at = new Date(reply.at).toISOString();
    const words = reply.replies.map((each) => each.words);
    const context = { circuitId, at, ctRatio, ptRatio, ...(loop === undefined ? {} : { loop }) };
    try {
      return decodeSample(this.wire.profile, variant, words, context);
    } catch (error) {
      if (!(error instanceof MeterModelError)) throw error;
      this.#around.log.error({ circuitId, code: error.code, err: error }, "a reply that is no sample");
      return undefined;
    }
  }

  #step(input: CircuitInput, stepConfig: CircuitStepConfig, before: UplinkItem[]): CircuitStep {
    const memory = this.#memory;
    const nowMs = this.#around.clock.nowMs();
    const holdsBefore = memory.rules.holds;
    const step = stepCircuit(memory.rules, input, stepConfig, nowMs);
    memory.rules = step.state;
    this.#mayBreak = step.mayBreak;
    this.#isProtectedTime = stepConfig.isProtectedTime;
    if (step.holds !== holdsBefore || nowMs >= this.#rulesDueMs || input.type === "tick")
      this.#rulesDueMs = circuitDueMs(step.state, stepConfig, nowMs);
    const told = step.events.map((event) => ruleEventItem(this.config, event, this.#around.newId()));
    memory.tell([...before, ...told]);
    return step;
  }

  #tellTooOften(isTooOften: boolean): void {
    if (isTooOften === this.#isTooOften) return;
    this.#isTooOften = isTooOften;
    const { alarms, store, clock } = this.#around;
    const operations = this.#memory.switching.automaticAtMs.length;
    store.defer(tooOftenChanges(alarms, this.config, isTooOften, operations, clock.nowMs()));
  }
}
