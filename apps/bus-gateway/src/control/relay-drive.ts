import {
  type Command,
  type FoldedHolds,
  foldHolds,
  type HoldParams,
  type IntendedState,
  type RelayState,
  type SafetyPolicy,
} from "@hallmeter/meter-model";
import type { Lane, SampleReply } from "../bus/bus.ts";
import type { SwitchingRecord } from "../store/records.ts";
import type { CircuitMemory, CircuitSurroundings } from "./circuit-memory.ts";
import { type CircuitWire, type OperationOutcome, operateRelay } from "./operate-relay.ts";
import { type Decision, decideOperation, WAITS_ON_TIME } from "./safety/decide-operation.ts";
import { afterAutomatic } from "./safety/operation-spacing.ts";
import { afterConfirmed, afterMismatch, afterPersonAsked } from "./safety/relay-check.ts";
import { isLoadSideLive } from "./safety/second-source.ts";

/** A command that could not be sent is tried again after this. Range 0.5–30 s. */
const NOT_SENT_PAUSE_MS = 2000;
/** How long an operation may wait for the bus before it is decided anew, for holds may change. Range 1–10 s. */
const OPERATION_VALID_MS = 3000;

interface PersonRequest {
  relay: IntendedState;
  expiresAtMs: number;
  /** S11 */
  isLoadSideDead: boolean;
}

/** What the drive cannot know by itself. */
export interface DriveView {
  /** S9 */
  isSettled: boolean;
  /** S9: the meter is the one that was commissioned, as far as anybody can tell. */
  isSameMeter: boolean;
  /** S10 */
  mayBreak: boolean;
  /** S5 */
  isProtectedTime: boolean;
}

/** Brings one relay to where the holds want it, as far as the safety rules allow. */
export class RelayDrive {
  readonly #memory: CircuitMemory;
  readonly #wire: CircuitWire;
  readonly #around: CircuitSurroundings;
  #isOperating = false;
  #person: PersonRequest | null = null;
  #notBeforeMs = 0;
  /** When this run last opened it. */
  #openedMonotonicMs: number | null = null;

  constructor(memory: CircuitMemory, wire: CircuitWire, around: CircuitSurroundings) {
    this.#memory = memory;
    this.#wire = wire;
    this.#around = around;
  }

  folded(): FoldedHolds {
    return foldHolds(this.#memory.rules.holds, this.#memory.config.keepPower);
  }

  /** S2: a person's command stands behind the intended state until it expires. */
  askedByPerson({ expiresAt, isLoadSideDead = false }: Command): void {
    this.#person = {
      relay: this.folded().intended,
      expiresAtMs: Date.parse(expiresAt),
      isLoadSideDead,
    };
    this.#memory.switching = afterPersonAsked(this.#memory.switching);
    this.#notBeforeMs = 0;
  }

  isByPerson(intended: IntendedState = this.folded().intended): boolean {
    return this.#isPersonHeard() && this.#person?.relay === intended;
  }

  #isPersonHeard(): boolean {
    return this.#person !== null && this.#around.clock.nowMs() <= this.#person.expiresAtMs;
  }

  decide(view: DriveView, policy: SafetyPolicy): Decision {
    const { relay, config, rules, lastSample, switching } = this.#memory;
    if (rules.holds.length === 0 && relay === "closed") return { type: "nothing" };
    // A meter that only measures has nothing to operate.
    if (this.#wire.variant.relay === undefined) return { type: "nothing" };
    const nowMs = this.#around.clock.nowMs();
    if (this.#isOperating || nowMs < this.#notBeforeMs) return { type: "nothing" };
    const { intended, effective } = this.folded();
    return decideOperation(
      {
        intended,
        actual: relay,
        heldBy: effective.map(({ kind }) => kind),
        isCommissioned: config.commissionedAt !== null,
        isByPerson: this.isByPerson(intended),
        ...view,
        secondSource: {
          isLive: config.hasSecondSource && isLoadSideLive(lastSample),
          isProvedDead:
            !config.hasSecondSource || (this.isByPerson(intended) && this.#person?.isLoadSideDead === true),
        },
        record: this.#inPresentTime(switching, nowMs),
      },
      policy,
      nowMs,
    );
  }

  /** A clock that was set back must not keep a circuit open until it has come to where it was (S8 counts seconds). */
  #inPresentTime(record: SwitchingRecord, nowMs: number): SwitchingRecord {
    if (record.openedAtMs === null || record.openedAtMs <= nowMs) return record;
    const openedMs = this.#openedMonotonicMs;
    return {
      ...record,
      openedAtMs: openedMs === null ? null : nowMs - (this.#around.clock.monotonicMs() - openedMs),
    };
  }

  /** True while the passing of time alone may let the relay be operated. */
  isRestless(decision: Decision): boolean {
    if (decision.type === "wait") return WAITS_ON_TIME.has(decision.why);
    return decision.type === "operate" || this.#around.clock.nowMs() < this.#notBeforeMs;
  }

  /**
   * Operates the relay once. What is about to be done is on disk before the bus is asked; without a store nothing is done
   * (S4).
   */
  async operate(
    { relay, isAutomatic }: Extract<Decision, { type: "operate" }>,
    take: (reply: SampleReply) => RelayState,
  ): Promise<void> {
    const { clock, store, log } = this.#around;
    const memory = this.#memory;
    const circuitId = memory.config.id;
    const lane: Lane = relay === "open" ? "trip" : "restore";
    const isForOverload = this.folded().effective.some(({ kind }) => kind === "overload");
    const { automaticAtMs } = memory.switching;
    this.#isOperating = true;
    try {
      if (isAutomatic) memory.switching = afterAutomatic(memory.switching, clock.nowMs());
      // On disk the try has been in vain until it is known not to be: a process killed amid it has tried (S1).
      await store.commit([memory.recordChange({ switching: afterMismatch(memory.switching, relay) })]);
      // A hold may have come or gone while the disk was busy.
      if (this.folded().intended !== relay) return this.#notOperated(automaticAtMs, 0);
      const outcome = await operateRelay(this.#wire, {
        relay,
        lane,
        expiresAtMs: clock.nowMs() + OPERATION_VALID_MS,
        clock,
        take,
      });
      if (outcome.type === "not-sent") this.#notOperated(automaticAtMs);
      else this.#afterOperation(outcome, relay, isForOverload);
      log.info({ circuitId, relay, lane, outcome }, "relay commanded");
    } catch (error) {
      this.#notOperated(automaticAtMs);
      log.error({ circuitId, relay, err: error }, "relay not commanded");
    } finally {
      this.#isOperating = false;
    }
    memory.tell([]);
  }

  /** Nothing went out: it does not count, and is decided anew after a pause. */
  #notOperated(automaticAtMs: number[], pauseMs = NOT_SENT_PAUSE_MS): void {
    this.#notBeforeMs = this.#around.clock.nowMs() + pauseMs;
    this.#memory.switching = { ...this.#memory.switching, automaticAtMs };
  }

  #afterOperation(
    outcome: Exclude<OperationOutcome, { type: "not-sent" }>,
    relay: IntendedState,
    isForOverload: boolean,
  ): void {
    const memory = this.#memory;
    const atMs = this.#around.clock.nowMs();
    const { switching } = memory;
    const params: HoldParams = {
      relay,
      outcome: outcome.type,
      ...("code" in outcome ? { code: outcome.code } : {}),
    };
    switch (outcome.type) {
      case "confirmed":
        if (relay === "open") this.#openedMonotonicMs = this.#around.clock.monotonicMs();
        memory.switching = afterConfirmed(switching, { relay, atMs, isForOverload });
        break;
      case "unanswered":
        // It may have moved: until a sample shows the relay, nothing is sent again.
        memory.relay = "unknown";
        memory.switching = afterMismatch(switching, relay);
        break;
      case "mismatch":
      case "refused":
        memory.switching = afterMismatch(switching, relay);
        break;
    }
    memory.tell([memory.event("relay-operated", params)]);
  }
}
