import type { CircuitConfig, Command, CommandResult, HoldKind } from "@hallmeter/meter-model";
import type { Clock } from "../../clock.ts";
import { isProtectedNight, type SimulatedCampaign, wrongReason } from "./cut-reasons.ts";
import { cutMicro, HouseholdTruth } from "./household-truth.ts";
import type { SimulatedCircuit } from "./simulated-circuit.ts";
import type { SitePlan } from "./site-plan.ts";
import { MOST_TRIES, type Watched, watch } from "./watched.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** gateway.md, S8. */
const CLOSE_GAP_MS = 10_000;
const OVERLOAD_CLOSE_GAP_MS = 60_000;
const AUTOMATIC_PER_HOUR = 6;
/** Kinds whose opening S8's count does not hold back. */
const PROTECTIVE: readonly HoldKind[] = ["lockout", "safety", "manual", "overload"];
/** domain.md: keep-power suspends ranks 4–9. */
const SUSPENDED: readonly HoldKind[] = [
  "overload",
  "vicious-load",
  "credit",
  "reminder",
  "schedule",
  "campaign",
];
/** Answers to a person who was heard: the unit was there, and the rules have spoken. */
const HEARD_CODES: ReadonlySet<string | undefined> = new Set([
  "held-by-other",
  "not-releaser",
  "no-such-hold",
]);

export interface Finding {
  atMs: number;
  circuitId: string;
  what: string;
}

/**
 * For tests only: an own little model of what a gateway may and must do, from the truth behind the meters and what the server
 * has told. It shares no code with the rules.
 */
export class Judge {
  readonly findings: Finding[] = [];
  readonly counts = { cuts: 0, closings: 0, creditCuts: 0, longestOverdueMs: 0 };
  readonly campaigns: SimulatedCampaign[] = [];
  readonly #clock: Clock;
  readonly #hasProtectedNights: boolean;
  readonly #pollIntervalMs: number;
  readonly #households = new HouseholdTruth();
  readonly #watched = new Map<string, Watched>();
  readonly #bySimulated = new Map<SimulatedCircuit, Watched>();
  /** Commands whose answer is awaited. */
  readonly #unanswered = new Map<string, Command>();
  gatewayTroubledUntilMs = 0;
  clockTroubledUntilMs = 0;
  isBulkPaused: () => boolean = () => false;

  constructor(
    clock: Clock,
    plan: Pick<SitePlan, "config" | "hasProtectedNights">,
    pollIntervalMs: number,
    circuitOf: (config: CircuitConfig) => SimulatedCircuit,
  ) {
    this.#clock = clock;
    this.#hasProtectedNights = plan.hasProtectedNights;
    this.#pollIntervalMs = pollIntervalMs;
    for (const config of plan.config.circuits) {
      const watched = watch(config, circuitOf(config));
      this.#watched.set(config.id, watched);
      this.#bySimulated.set(watched.circuit, watched);
      watched.circuit.onTruth = () => this.#followLoad(watched);
      if (config.householdId !== null) this.#households.add(config.householdId, watched.circuit);
    }
  }

  get #nowMs(): number {
    return this.#clock.monotonicMs();
  }

  #find(watched: Watched, what: string): void {
    this.findings.push({ atMs: this.#nowMs, circuitId: watched.config.id, what });
  }

  #of(circuitId: string): Watched {
    const watched = this.#watched.get(circuitId);
    if (watched === undefined) throw new Error(`no circuit ${circuitId}`);
    return watched;
  }

  /** @see HouseholdTruth.told */
  told(householdId: string, boughtMicro: number): void {
    this.#households.told(householdId, boughtMicro);
  }

  /** A person has sent a command, which may or may not reach the gateway. */
  commanded(command: Command): void {
    const watched = this.#of(command.circuitId);
    watched.commands.push(command);
    // To read a circuit is not to have looked at its relay.
    if (command.action === "read") return;
    // Those of before may not be over when it takes effect.
    watched.triesLeft = Math.min(watched.triesLeft, MOST_TRIES) + MOST_TRIES;
    this.#unanswered.set(command.id, command);
  }

  /** The server has the gateway's answer: whoever was heard has looked at the relay, and it is to be operated again. */
  answered({ commandId, state, code, at }: CommandResult): void {
    const command = this.#unanswered.get(commandId);
    if (command === undefined || state === "sent") return;
    this.#unanswered.delete(commandId);
    const watched = this.#of(command.circuitId);
    const isHeard = state === "confirmed" || (command.hold === undefined && HEARD_CODES.has(code));
    if (!isHeard) return;
    // One who is heard may be answered by a try at the same instant.
    const answeredAtMs = Date.parse(at);
    if (answeredAtMs === watched.askedAtMs) watched.vainTries = 1;
    else if (answeredAtMs > watched.askedAtMs) watched.vainTries = 0;
  }

  rolledOver(circuitId: string, lostWh: number): void {
    const { householdId } = this.#of(circuitId).config;
    if (householdId !== null) this.#households.lost(householdId, lostWh);
  }

  /** Nothing can be asked of this circuit until so long after the trouble has ended. */
  troubled(circuitId: string, graceMs: number): void {
    const watched = this.#of(circuitId);
    watched.troubledUntilMs = Math.max(watched.troubledUntilMs, this.#nowMs + graceMs);
    watched.overdueSinceMs = null;
  }

  /** Something that only a heating appliance draws was plugged in. */
  heaterPlugged(circuitId: string): void {
    this.#of(circuitId).heaterAtMs = this.#nowMs;
  }

  #followLoad(watched: Watched): void {
    const isAbove = watched.circuit.flowing.activeW > (watched.config.rules.overload?.maxPowerW ?? 3000);
    if (!isAbove) watched.aboveLimitSinceMs = null;
    else watched.aboveLimitSinceMs ??= this.#nowMs;
  }

  /** The gateway asks for a switch: by its own word for these holds, and against none of them. */
  asked(
    circuit: SimulatedCircuit,
    relay: "closed" | "open",
    heldBy: readonly HoldKind[],
    isByPerson: boolean,
  ): void {
    const watched = this.#bySimulated.get(circuit);
    if (watched === undefined) return;
    watched.asked = { relay, heldBy, isByPerson };
    watched.askedAtMs = this.#clock.nowMs();
    watched.vainTries += 1;
    watched.triesLeft -= 1;
    if (watched.triesLeft < 0 && !isByPerson) this.#find(watched, "a fourth try (S1)");
    if (relay === "open" && heldBy.length === 0) this.#find(watched, "opened without a hold");
    if (relay === "closed" && heldBy.length > 0) this.#find(watched, `closed against ${heldBy.join(", ")}`);
    if (isByPerson) return;
    if (watched.config.commissionedAt === null) this.#find(watched, `${relay} though not commissioned`);
    if (relay === "closed" && watched.config.hasSecondSource)
      this.#find(watched, "closed onto a second source without proof");
    if (relay === "open") this.#judgeCut(watched, heldBy);
  }

  #judgeCut(watched: Watched, heldBy: readonly HoldKind[]): void {
    const site = {
      nowMs: this.#nowMs,
      clockTroubledUntilMs: this.clockTroubledUntilMs,
      hasProtectedNights: this.#hasProtectedNights,
      campaigns: this.campaigns,
      households: this.#households,
    };
    const reasons = heldBy.map((kind) => wrongReason(watched, kind, site));
    if (watched.config.keepPower && heldBy.some((kind) => SUSPENDED.includes(kind)))
      this.#find(watched, `cut for ${heldBy.join(", ")} though it keeps power`);
    // One good reason is enough.
    if (reasons.every((reason) => reason !== null)) this.#find(watched, `wrong cut: ${reasons.join("; ")}`);
  }

  /** A command has reached the unit. */
  written(circuit: SimulatedCircuit, relay: "closed" | "open"): void {
    const watched = this.#bySimulated.get(circuit);
    if (watched?.asked?.relay !== relay) return;
    const { heldBy, isByPerson } = watched.asked;
    if (relay === "closed") this.#judgeGap(watched);
    if (!isByPerson) this.#judgeCount(watched, relay, heldBy);
    if (circuit.faults.isStuck) return;
    watched.vainTries = 0;
    watched.triesLeft = MOST_TRIES;
    if (circuit.relay === relay) return;
    if (relay === "open") {
      this.counts.cuts += 1;
      if (heldBy.includes("credit")) this.counts.creditCuts += 1;
      watched.openedAtMs = this.#nowMs;
      watched.openedForOverload = heldBy.includes("overload");
      watched.aboveLimitSinceMs = null;
    } else {
      this.counts.closings += 1;
      if (circuit.plugged.reactiveVar === 0 && circuit.plugged.activeW >= 500)
        watched.heaterAtMs = this.#nowMs;
    }
  }

  #judgeGap(watched: Watched): void {
    if (watched.openedAtMs === null) return;
    const gapMs = this.#nowMs - watched.openedAtMs;
    const leastMs = watched.openedForOverload ? OVERLOAD_CLOSE_GAP_MS : CLOSE_GAP_MS;
    if (gapMs < leastMs && this.#nowMs > this.clockTroubledUntilMs)
      this.#find(watched, `closed ${gapMs} ms after it was opened (S8)`);
  }

  #judgeCount(watched: Watched, relay: "closed" | "open", heldBy: readonly HoldKind[]): void {
    const recent = this.#recentAutomatic(watched);
    const isProtective = relay === "open" && heldBy.some((kind) => PROTECTIVE.includes(kind));
    if (recent.length >= AUTOMATIC_PER_HOUR && !isProtective && this.#nowMs > this.clockTroubledUntilMs)
      this.#find(watched, `${recent.length + 1} automatic operations within an hour (S8)`);
    watched.automaticAtMs = [...recent, this.#nowMs];
  }

  #recentAutomatic({ automaticAtMs }: Watched): number[] {
    return automaticAtMs.filter((atMs) => this.#nowMs - atMs < HOUR_MS);
  }

  /** To be called once a minute: who should have been cut by now? */
  look(): void {
    for (const watched of this.#watched.values()) {
      const { householdId } = watched.config;
      if (householdId !== null) this.#judgeOverdue(watched, this.#households.readableMicro(householdId));
    }
  }

  /** Two polls after the balance is surely below the cut value, one of which may be lost, and the time to switch. */
  get missedBoundMs(): number {
    return 4 * this.#pollIntervalMs + MINUTE_MS;
  }

  #judgeOverdue(watched: Watched, balanceMicro: number): void {
    const nowMs = this.#nowMs;
    if (!this.#isDue(watched, balanceMicro) || this.#isHindered(watched)) {
      watched.overdueSinceMs = null;
      return;
    }
    watched.overdueSinceMs ??= nowMs;
    const overdueMs = nowMs - watched.overdueSinceMs;
    this.counts.longestOverdueMs = Math.max(this.counts.longestOverdueMs, overdueMs);
    if (overdueMs <= this.missedBoundMs) return;
    this.#find(
      watched,
      `missed cut: ${Math.round(overdueMs / MINUTE_MS)} min with ${Math.round(balanceMicro / 1000)} thousandths`,
    );
    watched.overdueSinceMs = nowMs;
  }

  #isDue({ config, circuit }: Watched, balanceMicro: number): boolean {
    const { householdId, keepPower, commissionedAt } = config;
    const cutAtMicro = cutMicro(config);
    if (householdId === null || cutAtMicro === null || circuit.relay === "open") return false;
    if (keepPower || commissionedAt === null) return false;
    return balanceMicro < cutAtMicro - this.#households.doubtMicro(householdId);
  }

  #isHindered(watched: Watched): boolean {
    const nowMs = this.#nowMs;
    const { faults, hasMains } = watched.circuit;
    const { isDead, losesAnswers, isStuck, isWelded } = faults;
    const troubledUntilMs = Math.max(
      watched.troubledUntilMs,
      this.gatewayTroubledUntilMs,
      this.clockTroubledUntilMs,
    );
    return (
      isDead ||
      losesAnswers ||
      isStuck ||
      isWelded ||
      !hasMains ||
      nowMs < troubledUntilMs ||
      isProtectedNight({ nowMs, hasProtectedNights: this.#hasProtectedNights }) ||
      this.isBulkPaused() ||
      watched.vainTries >= MOST_TRIES ||
      this.#recentAutomatic(watched).length >= AUTOMATIC_PER_HOUR
    );
  }
}
