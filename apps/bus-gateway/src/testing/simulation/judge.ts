import type { CircuitConfig, Command, HoldKind } from "@hallmeter/meter-model";
import type { Clock } from "../../clock.ts";
import type { SimulatedCircuit } from "./simulated-circuit.ts";
import { PRICE_MICRO_PER_KWH, SITE_OFFSET_MS, SITE_START_MS, type SitePlan } from "./site-plan.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MICRO_PER_WH = PRICE_MICRO_PER_KWH / 1000;
const MICRO_PER_MINOR = 10_000;
/** A register counts 10 Wh; the gateway knows each end of a use to one step. */
const REGISTER_DOUBT_WH = 20;
/** gateway.md, S8. */
const CLOSE_GAP_MS = 10_000;
const OVERLOAD_CLOSE_GAP_MS = 60_000;
const AUTOMATIC_PER_HOUR = 6;
/** gateway.md, S1. */
const MOST_TRIES = 3;
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

/** The truth about one circuit, and what was done to it. */
interface Watched {
  config: CircuitConfig;
  circuit: SimulatedCircuit;
  openedAtMs: number | null;
  openedForOverload: boolean;
  automaticAtMs: number[];
  /** Since when the true load has been above 3 kW without a break. */
  aboveLimitSinceMs: number | null;
  /** When something resistive was last plugged in or found plugged in when the circuit closed. */
  heaterAtMs: number;
  commands: Command[];
  /** Since when it should have been cut and nothing stood in the way. */
  overdueSinceMs: number | null;
  troubledUntilMs: number;
  /** True use when the meter could last be read, Wh: what flows behind a dead unit nobody can know. */
  readableWh: number;
  /** Asked for in a row without the relay having moved; after three a person has to look (S1). */
  vainTries: number;
  /** The word of the gateway about what it does, noted when it asked. */
  asked: { relay: "closed" | "open"; heldBy: HoldKind[]; isByPerson: boolean } | null;
}

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
  readonly #clock: Clock;
  readonly #plan: SitePlan;
  readonly #pollIntervalMs: number;
  readonly #watched = new Map<string, Watched>();
  readonly #bySimulated = new Map<SimulatedCircuit, Watched>();
  readonly #households = new Map<string, Watched[]>();
  /** What the gateway has been told, 10⁻⁶. */
  readonly #toldMicro = new Map<string, number>();
  /** Use that the gateway is right not to know: rollovers, and what a lost store forgot. */
  readonly #unknownWh = new Map<string, number>();
  campaigns: { circuitIds: ReadonlySet<string>; fromMs: number; toMs: number }[] = [];
  gatewayTroubledUntilMs = 0;
  clockTroubledUntilMs = 0;
  isBulkPaused: () => boolean = () => false;

  constructor(
    clock: Clock,
    plan: SitePlan,
    pollIntervalMs: number,
    circuitOf: (config: CircuitConfig) => SimulatedCircuit,
  ) {
    this.#clock = clock;
    this.#plan = plan;
    this.#pollIntervalMs = pollIntervalMs;
    for (const config of plan.config.circuits) {
      const watched: Watched = {
        config,
        circuit: circuitOf(config),
        openedAtMs: null,
        openedForOverload: false,
        automaticAtMs: [],
        aboveLimitSinceMs: null,
        heaterAtMs: Number.NEGATIVE_INFINITY,
        commands: [],
        overdueSinceMs: null,
        troubledUntilMs: 0,
        readableWh: 0,
        vainTries: 0,
        asked: null,
      };
      this.#watched.set(config.id, watched);
      this.#bySimulated.set(watched.circuit, watched);
      watched.circuit.onTruth = () => this.#followLoad(watched);
      const { householdId } = config;
      if (householdId !== null)
        this.#households.set(householdId, [...(this.#households.get(householdId) ?? []), watched]);
    }
  }

  get #nowMs(): number {
    return this.#clock.monotonicMs();
  }

  /** Minutes since local midnight, by a clock that nobody sets. */
  #minuteOfDay(): number {
    return Math.floor(((SITE_START_MS + SITE_OFFSET_MS + this.#nowMs) % DAY_MS) / MINUTE_MS);
  }

  #find(watched: Watched, what: string): void {
    this.findings.push({ atMs: this.#nowMs, circuitId: watched.config.id, what });
  }

  #of(circuitId: string): Watched {
    const watched = this.#watched.get(circuitId);
    if (watched === undefined) throw new Error(`no circuit ${circuitId}`);
    return watched;
  }

  /** Money that the gateway has been told of; an older message that comes after a newer one takes nothing back. */
  told(householdId: string, boughtMicro: number): void {
    this.#toldMicro.set(householdId, Math.max(boughtMicro, this.#toldMicro.get(householdId) ?? 0));
  }

  commanded(command: Command): void {
    const watched = this.#of(command.circuitId);
    watched.commands.push(command);
    watched.vainTries = 0;
  }

  rolledOver(circuitId: string, lostWh: number): void {
    const { householdId } = this.#of(circuitId).config;
    if (householdId !== null)
      this.#unknownWh.set(householdId, (this.#unknownWh.get(householdId) ?? 0) + lostWh);
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

  /** What the household has by the true meters, 10⁻⁶, less nothing for what the gateway cannot know. */
  #trueMicro(householdId: string): number {
    let usedWh = 0;
    for (const { circuit } of this.#households.get(householdId) ?? []) usedWh += circuit.usedWh;
    return (this.#toldMicro.get(householdId) ?? 0) - usedWh * MICRO_PER_WH;
  }

  /** The same by the meters that can be read. */
  #readableMicro(householdId: string, loops: readonly Watched[]): number {
    let usedWh = 0;
    for (const watched of loops) {
      const { faults, hasMains, usedWh: trueWh } = watched.circuit;
      if (hasMains && !faults.isDead && !faults.losesAnswers) watched.readableWh = trueWh;
      usedWh += watched.readableWh;
    }
    return (this.#toldMicro.get(householdId) ?? 0) - usedWh * MICRO_PER_WH;
  }

  #doubtMicro(householdId: string): number {
    const loops = this.#households.get(householdId)?.length ?? 1;
    return (REGISTER_DOUBT_WH * loops + (this.#unknownWh.get(householdId) ?? 0)) * MICRO_PER_WH;
  }

  /** At or below this a circuit is to be cut; null for never. */
  #cutMicro({ config }: Watched): number | null {
    const rule = config.rules.credit;
    if (rule === undefined) return 0;
    return rule.debtMinor === null ? null : -rule.debtMinor * MICRO_PER_MINOR;
  }

  #isNight(): boolean {
    const minute = this.#minuteOfDay();
    return this.#plan.hasProtectedNights && (minute < 7 * 60 || minute >= 22 * 60);
  }

  /** The gateway asks for a switch: by its own word for these holds, and against none of them. */
  asked(circuit: SimulatedCircuit, relay: "closed" | "open", heldBy: HoldKind[], isByPerson: boolean): void {
    const watched = this.#bySimulated.get(circuit);
    if (watched === undefined) return;
    watched.asked = { relay, heldBy, isByPerson };
    watched.vainTries += 1;
    if (watched.vainTries > MOST_TRIES && !isByPerson) this.#find(watched, "a fourth try (S1)");
    if (relay === "open" && heldBy.length === 0) this.#find(watched, "opened without a hold");
    if (relay === "closed" && heldBy.length > 0) this.#find(watched, `closed against ${heldBy.join(", ")}`);
    if (isByPerson) return;
    if (watched.config.commissionedAt === null) this.#find(watched, `${relay} though not commissioned`);
    if (relay === "closed" && watched.config.hasSecondSource)
      this.#find(watched, "closed onto a second source without proof");
    if (relay === "open") this.#judgeCut(watched, heldBy);
  }

  #judgeCut(watched: Watched, heldBy: readonly HoldKind[]): void {
    const { config } = watched;
    const reasons = heldBy.map((kind) => this.#wrongOf(watched, kind));
    if (config.keepPower && heldBy.some((kind) => SUSPENDED.includes(kind)))
      this.#find(watched, `cut for ${heldBy.join(", ")} though it keeps power`);
    // One good reason is enough.
    if (reasons.every((reason) => reason !== null)) this.#find(watched, `wrong cut: ${reasons.join("; ")}`);
  }

  /** Why a hold of this kind is no reason to cut now; null when it is one. */
  #wrongOf(watched: Watched, kind: HoldKind): string | null {
    const { config, circuit } = watched;
    const nowMs = this.#nowMs;
    switch (kind) {
      case "credit": {
        const { householdId } = config;
        const cutMicro = this.#cutMicro(watched);
        if (householdId === null || cutMicro === null) return "credit of nobody";
        if (this.#isNight() && nowMs > this.clockTroubledUntilMs) return "credit in a protected night";
        const balanceMicro = this.#trueMicro(householdId);
        const doubtMicro = this.#doubtMicro(householdId);
        return balanceMicro > cutMicro + doubtMicro
          ? `credit with ${Math.round(balanceMicro / 1000)} thousandths`
          : null;
      }
      case "reminder": {
        const { householdId } = config;
        const level = config.rules.reminder?.level2Minor ?? 0;
        if (householdId === null) return "reminder of nobody";
        const balanceMicro = this.#trueMicro(householdId);
        return balanceMicro > level * MICRO_PER_MINOR + this.#doubtMicro(householdId)
          ? "reminder above its level"
          : null;
      }
      case "overload": {
        const delayMs = (config.rules.overload?.delayS ?? 0) * 1000;
        const { aboveLimitSinceMs } = watched;
        if (aboveLimitSinceMs !== null && nowMs - aboveLimitSinceMs >= delayMs) return null;
        // The hold stands since before: a relay that did not follow is tried again.
        return circuit.plugged.activeW > 3000 || nowMs < watched.troubledUntilMs
          ? null
          : "overload without one";
      }
      case "vicious-load":
        return nowMs - watched.heaterAtMs < HOUR_MS || nowMs < watched.troubledUntilMs
          ? null
          : "no heater was there";
      case "schedule": {
        const minute = this.#minuteOfDay();
        const isOff = config.rules.schedule !== undefined && minute >= 60 && minute < 5 * 60 + 30;
        return isOff || nowMs < this.clockTroubledUntilMs ? null : "schedule outside its period";
      }
      case "campaign":
        return this.#isShed(config.id) || nowMs < this.clockTroubledUntilMs ? null : "no campaign runs";
      case "manual":
      case "lockout":
        return watched.commands.some(({ action }) => action === "open" || action === "lockout")
          ? null
          : "nobody asked";
      case "safety":
        return "no meter has a fault";
    }
  }

  #isShed(circuitId: string): boolean {
    const nowMs = this.#nowMs;
    return this.campaigns.some(
      ({ circuitIds, fromMs, toMs }) =>
        circuitIds.has(circuitId) && nowMs >= fromMs - 1000 && nowMs <= toMs + 2000,
    );
  }

  /** A command has reached the unit. */
  written(circuit: SimulatedCircuit, relay: "closed" | "open"): void {
    const watched = this.#bySimulated.get(circuit);
    if (watched?.asked?.relay !== relay) return;
    const { heldBy, isByPerson } = watched.asked;
    const nowMs = this.#nowMs;
    if (relay === "closed") this.#judgeGap(watched);
    if (!isByPerson) this.#judgeCount(watched, relay, heldBy);
    if (circuit.faults.isStuck) return;
    watched.vainTries = 0;
    if (circuit.relay === relay) return;
    if (relay === "open") {
      this.counts.cuts += 1;
      if (heldBy.includes("credit")) this.counts.creditCuts += 1;
      watched.openedAtMs = nowMs;
      watched.openedForOverload = heldBy.includes("overload");
      watched.aboveLimitSinceMs = null;
    } else {
      this.counts.closings += 1;
      if (watched.circuit.plugged.reactiveVar === 0 && watched.circuit.plugged.activeW >= 500)
        watched.heaterAtMs = nowMs;
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
    const nowMs = this.#nowMs;
    const recent = watched.automaticAtMs.filter((atMs) => nowMs - atMs < HOUR_MS);
    const isProtective = relay === "open" && heldBy.some((kind) => PROTECTIVE.includes(kind));
    if (recent.length >= AUTOMATIC_PER_HOUR && !isProtective && nowMs > this.clockTroubledUntilMs)
      this.#find(watched, `${recent.length + 1} automatic operations within an hour (S8)`);
    watched.automaticAtMs = [...recent, nowMs];
  }

  /** To be called once a minute: who should have been cut by now? */
  look(): void {
    for (const [householdId, loops] of this.#households) {
      const balanceMicro = this.#readableMicro(householdId, loops);
      for (const watched of loops) this.#judgeOverdue(watched, balanceMicro, this.#doubtMicro(householdId));
    }
  }

  /** Two polls after the balance is surely below the cut value, one of which may be lost, and the time to switch. */
  get missedBoundMs(): number {
    return 4 * this.#pollIntervalMs + MINUTE_MS;
  }

  #judgeOverdue(watched: Watched, balanceMicro: number, doubtMicro: number): void {
    const nowMs = this.#nowMs;
    const cutMicro = this.#cutMicro(watched);
    const { config, circuit } = watched;
    const { isDead, losesAnswers, isStuck, isWelded } = circuit.faults;
    const recent = watched.automaticAtMs.filter((atMs) => nowMs - atMs < HOUR_MS);
    const isHindered =
      isDead ||
      losesAnswers ||
      isStuck ||
      isWelded ||
      !circuit.hasMains ||
      nowMs < watched.troubledUntilMs ||
      nowMs < this.gatewayTroubledUntilMs ||
      nowMs < this.clockTroubledUntilMs ||
      this.#isNight() ||
      this.isBulkPaused() ||
      watched.vainTries >= MOST_TRIES ||
      recent.length >= AUTOMATIC_PER_HOUR;
    const isDue =
      circuit.relay === "closed" &&
      cutMicro !== null &&
      balanceMicro < cutMicro - doubtMicro &&
      !config.keepPower &&
      config.commissionedAt !== null;
    if (!isDue || isHindered) {
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
}
