import type { Campaign, CircuitConfig, Command, HoldKind, UnitId } from "@hallmeter/meter-model";
import { nextAppliance } from "./appliances.ts";
import { type Finding, Judge } from "./judge.ts";
import { judgeEnd, ROLLS_OVER_FROM } from "./judge-end.ts";
import { Random } from "./random.ts";
import { type Faults, NO_LOAD, SimulatedCircuit } from "./simulated-circuit.ts";
import { SimulatedGateway } from "./simulated-gateway.ts";
import { SimulatedServer } from "./simulated-server.ts";
import { SimulationClock } from "./simulation-clock.ts";
import { planSite, SITE_START_MS, type SitePlan } from "./site-plan.ts";
import { wordPlaces } from "./word-places.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const STEP_WH = 10;
const HEARTBEAT_MS = 15 * SECOND_MS;
/** At the end everything works again, for long enough that every delay is over and everything is delivered. */
const CALM_MS = 80 * MINUTE_MS;

const STAFF = { id: "u1", name: "Li Wei", role: "maintenance" };

export interface MonthOptions {
  seed: number;
  circuits: number;
  days: number;
  /** Of circuits that nobody watches. Range 1 s–15 min, default 10 min. */
  pollIntervalMs?: number;
  /** How much more often things go wrong, and people buy and use, than in a site of ordinary bad luck. Default 1. */
  mishaps?: number;
}

export interface MonthReport {
  seed: number;
  circuits: number;
  days: number;
  findings: Finding[];
  samples: number;
  batches: number;
  events: Record<string, number>;
  cuts: number;
  creditCuts: number;
  closings: number;
  longestOverdueMs: number;
}

/** A site of dormitory rooms, its gateway and its server over some weeks, with everything going wrong that can. */
class Month {
  readonly clock: SimulationClock;
  readonly judge: Judge;
  readonly events: Record<string, number> = {};
  readonly server: SimulatedServer;
  readonly #random: Random;
  readonly #plan: SitePlan;
  readonly #pollIntervalMs: number;
  readonly #mishaps: number;
  readonly #endMs: number;
  readonly #circuits = new Map<string, SimulatedCircuit>();
  readonly #buses = new Map<string, Map<UnitId, SimulatedCircuit>>();
  readonly #gateway: SimulatedGateway;
  #ids = 0;
  #bulkPausedSinceMs: number | null = null;
  #isCalm = false;

  constructor({ seed, circuits, days, pollIntervalMs = 10 * MINUTE_MS, mishaps = 1 }: MonthOptions) {
    this.#mishaps = mishaps;
    this.#random = new Random(seed);
    this.#pollIntervalMs = pollIntervalMs;
    this.#endMs = days * DAY_MS;
    this.clock = new SimulationClock(SITE_START_MS);
    this.#plan = planSite(this.#random, circuits, pollIntervalMs);
    const { config, firstRegister } = this.#plan;
    const places = wordPlaces();
    const firstOf = (id: string) => firstRegister.get(id) ?? 0;
    for (const { id, busId, unitId } of config.circuits) {
      const circuit = new SimulatedCircuit(this.clock, firstOf(id), places);
      this.#circuits.set(id, circuit);
      const units = this.#buses.get(busId) ?? new Map<UnitId, SimulatedCircuit>();
      this.#buses.set(busId, units.set(unitId, circuit));
    }
    this.server = new SimulatedServer(config, SITE_START_MS, (id) => firstOf(id) * STEP_WH);
    this.judge = new Judge(this.clock, this.#plan, pollIntervalMs, ({ id }) => this.#circuit(id));
    this.#gateway = new SimulatedGateway({
      clock: this.clock,
      server: this.server,
      judge: this.judge,
      random: this.#random,
      circuits: this.#circuits,
      buses: this.#buses,
      pollIntervalMs,
    });
    this.judge.isBulkPaused = () => this.#gateway.control?.bulk.isPaused ?? false;
    for (const { id } of config.circuits) if (firstOf(id) > ROLLS_OVER_FROM) this.judge.rolledOver(id, 3000);
  }

  async simulate(): Promise<MonthReport> {
    this.#openAccounts();
    await this.#gateway.start();
    this.#schedule();
    await this.clock.runTo(this.#endMs);
    await this.#calm();
    const left = judgeEnd(this.#gateway.control, this.server, this.#plan, (id) => this.#circuit(id));
    const atMs = this.clock.monotonicMs();
    this.judge.findings.push(...left.map((finding) => ({ atMs, ...finding })));
    await this.#gateway.stop();
    const { cuts, creditCuts, closings, longestOverdueMs } = this.judge.counts;
    return {
      seed: 0,
      circuits: this.#circuits.size,
      days: this.#endMs / DAY_MS,
      findings: this.judge.findings,
      samples: this.#gateway.samples,
      batches: this.server.batches,
      events: this.events,
      cuts,
      creditCuts,
      closings,
      longestOverdueMs,
    };
  }

  #circuit(id: string): SimulatedCircuit {
    const circuit = this.#circuits.get(id);
    if (circuit === undefined) throw new Error(`no circuit ${id}`);
    return circuit;
  }

  #anyCircuit(): CircuitConfig {
    const { circuits } = this.#plan.config;
    const config = circuits[this.#random.integer(0, circuits.length - 1)];
    if (config === undefined) throw new Error("the site has no circuit");
    return config;
  }

  get #households(): string[] {
    return [...new Set(this.#plan.config.circuits.flatMap(({ householdId }) => householdId ?? []))];
  }

  #openAccounts(): void {
    for (const householdId of this.#households)
      this.server.sell(householdId, Math.round(this.#random.integer(2_000_000, 20_000_000) / this.#mishaps));
  }

  #count(what: string): void {
    this.events[what] = (this.events[what] ?? 0) + 1;
  }

  #repeat(meanMs: number, what: () => void): void {
    const again = () =>
      this.clock.setTimer(
        () => {
          if (this.#isCalm) return;
          what();
          again();
        },
        this.#random.pauseMs(meanMs / this.#mishaps),
      );
    again();
  }

  #every(periodMs: number, what: () => void): void {
    this.clock.setTimer(() => {
      what();
      this.#every(periodMs, what);
    }, periodMs);
  }

  #later(delayMs: number, what: () => void): void {
    this.clock.setTimer(what, delayMs);
  }

  /** Everything that people, appliances and bad luck do. Means are per site, so that a larger one is as unlucky as a small one. */
  #schedule(): void {
    const { circuits } = this.#plan.config;
    for (const { id } of circuits) this.#live(id);
    for (const householdId of this.#households) this.#repeat(20 * HOUR_MS, () => this.#maybeBuy(householdId));
    this.#every(HEARTBEAT_MS, () => this.server.heartbeat());
    this.#every(MINUTE_MS, () => this.#lookAround());
    this.#every(DAY_MS, () => this.#staffRound());
    this.#repeat(6 * HOUR_MS, () => this.#unitFault());
    this.#repeat(18 * HOUR_MS, () => this.#killAndRestart());
    this.#repeat(5 * DAY_MS, () => this.#serverOutage());
    this.#repeat(8 * DAY_MS, () => this.#powerFailure());
    this.#repeat(7 * DAY_MS, () => this.#clockJump());
    this.#repeat(4 * HOUR_MS, () => this.#staffCommand());
    this.#repeat(6 * DAY_MS, () => this.#campaign());
  }

  #live(circuitId: string): void {
    const circuit = this.#circuit(circuitId);
    const base = this.#random.integer(5, 40);
    const rest = () => {
      if (this.#isCalm) return;
      circuit.plug({ activeW: base, reactiveVar: -5 });
      this.clock.setTimer(use, this.#random.pauseMs(100 * MINUTE_MS));
    };
    const use = () => {
      if (this.#isCalm) return;
      const { isHeater, forMs, activeW, reactiveVar } = nextAppliance(this.#random);
      circuit.plug({ activeW: base + activeW, reactiveVar: reactiveVar - 5 });
      if (isHeater) this.judge.heaterPlugged(circuitId);
      this.clock.setTimer(rest, forMs);
    };
    rest();
  }

  #maybeBuy(householdId: string): void {
    const isLow = this.server.balanceMicro(householdId) < 3_000_000;
    if (!isLow && !this.#random.chance(0.1)) return;
    this.#count("purchases");
    this.server.sell(householdId, Math.round(this.#random.integer(1_000_000, 15_000_000) / this.#mishaps));
  }

  #unitFault(): void {
    const { id } = this.#anyCircuit();
    const fault = this.#random.pick<keyof Faults>(["isDead", "losesAnswers", "isStuck", "isWelded"]);
    const circuit = this.#circuit(id);
    if (circuit.faults[fault]) return;
    this.#count(fault);
    circuit.setFault(fault, true);
    this.#later(10 * MINUTE_MS + this.#random.pauseMs(8 * HOUR_MS), () => {
      circuit.setFault(fault, false);
      this.judge.troubled(id, this.#graceMs);
      // Whoever put the relay right says so; until then the gateway leaves it alone.
      if (fault === "isStuck") this.#command(id, "release");
    });
  }

  /** Until two samples fit together again, one of which may be lost; a relay fault waits for a person. */
  get #graceMs(): number {
    return 4 * this.#pollIntervalMs + 2 * MINUTE_MS;
  }

  #killAndRestart(): void {
    if (this.#gateway.control === null) return;
    this.#count("kills");
    this.#gateway.kill();
    const pauseMs = 5 * SECOND_MS + this.#random.pauseMs(2 * MINUTE_MS);
    this.judge.gatewayTroubledUntilMs = this.clock.monotonicMs() + pauseMs + this.#graceMs;
    this.#later(pauseMs, () => void this.#gateway.start());
  }

  #serverOutage(): void {
    if (this.server.isAway) return;
    this.#count("server outages");
    this.server.goAway();
    this.#later(HOUR_MS + this.#random.pauseMs(DAY_MS), () => this.server.comeBack());
  }

  #powerFailure(): void {
    const { busId } = this.#anyCircuit();
    this.#count("power failures");
    const onBus = this.#plan.config.circuits.filter((circuit) => circuit.busId === busId);
    for (const { id } of onBus) this.#circuit(id).setMains(false);
    this.#later(MINUTE_MS + this.#random.pauseMs(HOUR_MS), () => {
      for (const { id } of onBus) {
        this.#circuit(id).setMains(true);
        if (this.#circuit(id).plugged.reactiveVar === 0) this.judge.heaterPlugged(id);
        this.judge.troubled(id, this.#graceMs + 10 * MINUTE_MS);
      }
    });
  }

  /** Wrong for some minutes to hours, then set right. */
  #clockJump(): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs < this.judge.clockTroubledUntilMs) return;
    this.#count("clock jumps");
    const byMs = (this.#random.chance(0.5) ? -1 : 1) * (2 * MINUTE_MS + this.#random.pauseMs(3 * HOUR_MS));
    const forMs = 10 * MINUTE_MS + this.#random.pauseMs(3 * HOUR_MS);
    this.clock.jump(byMs);
    this.judge.clockTroubledUntilMs = nowMs + forMs + Math.abs(byMs) + this.#graceMs + HOUR_MS;
    this.#later(forMs, () => this.clock.jump(-byMs));
  }

  #campaign(): void {
    const { config } = this.#plan;
    const nowMs = this.clock.nowMs();
    const circuitIds = config.circuits.filter(() => this.#random.chance(0.2)).map(({ id }) => id);
    const [startsAt, endsAt] = [nowMs + 10 * MINUTE_MS, nowMs + 2 * HOUR_MS];
    this.#count("campaigns");
    const campaign: Campaign = {
      id: `g${this.#ids++}`,
      name: "Evening peak",
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(endsAt).toISOString(),
      circuitIds,
    };
    const monotonicMs = this.clock.monotonicMs();
    this.judge.campaigns.push({
      circuitIds: new Set(circuitIds),
      fromMs: monotonicMs + 10 * MINUTE_MS,
      toMs: monotonicMs + 2 * HOUR_MS,
    });
    this.#configure([
      ...this.server.configInForce.campaigns.filter(({ endsAt: end }) => Date.parse(end) > nowMs),
      campaign,
    ]);
  }

  #configure(campaigns: Campaign[]): void {
    const revision = this.server.configInForce.revision + 1;
    this.server.configInForce = { ...this.server.configInForce, revision, campaigns };
    this.server.tell({ type: "config", sequence: 0, revision });
  }

  #command(circuitId: string, action: Command["action"], hold?: HoldKind): void {
    const nowMs = this.clock.nowMs();
    const command: Command = {
      id: `k${this.#ids++}`,
      circuitId,
      action,
      ...(hold === undefined ? {} : { hold }),
      reason: "simulation",
      by: STAFF,
      issuedAt: new Date(nowMs).toISOString(),
      expiresAt: new Date(nowMs + 120 * SECOND_MS).toISOString(),
      isLoadSideDead: true,
    };
    this.#count("commands");
    this.judge.commanded(command);
    this.server.tell({ type: "command", sequence: 0, command });
  }

  #staffCommand(): void {
    const { id } = this.#anyCircuit();
    const action = this.#random.pick<Command["action"]>(["open", "close", "lockout", "release", "read"]);
    this.#command(id, action);
    if (action !== "open" && action !== "lockout") return;
    this.#later(10 * MINUTE_MS + this.#random.pauseMs(HOUR_MS), () => {
      if (action === "open") this.#command(id, "close");
      else this.#command(id, "release", "lockout");
    });
  }

  /** Once a day staff take off what waits for them. */
  #staffRound(): void {
    for (const circuit of this.#gateway.control?.circuits ?? []) {
      const { holds } = circuit.visible();
      if (holds.some(({ kind }) => kind === "lockout")) this.#command(circuit.id, "release", "lockout");
      if (
        holds.some(({ locked, kind }) => locked === true || kind === "manual") ||
        circuit.switching.isFaulty
      )
        this.#command(circuit.id, "release");
    }
  }

  #lookAround(): void {
    this.judge.look();
    if (this.#gateway.control?.bulk.isPaused !== true) {
      this.#bulkPausedSinceMs = null;
      return;
    }
    const monotonicMs = this.clock.monotonicMs();
    this.#bulkPausedSinceMs ??= monotonicMs;
    if (monotonicMs - this.#bulkPausedSinceMs < 20 * MINUTE_MS) return;
    this.#bulkPausedSinceMs = null;
    this.#count("bulk pauses");
    const nowMs = this.clock.nowMs();
    const at = (inMs: number) => new Date(nowMs + inMs).toISOString();
    this.server.tell({
      type: "bulk-answer",
      sequence: 0,
      answer: {
        id: `a${this.#ids++}`,
        decision: "go-on",
        reason: "checked",
        by: STAFF,
        issuedAt: at(0),
        expiresAt: at(10 * MINUTE_MS),
        validUntil: at(HOUR_MS),
      },
    });
  }

  async #calm(): Promise<void> {
    this.#isCalm = true;
    this.server.comeBack();
    for (const circuit of this.#circuits.values()) {
      circuit.setMains(true);
      for (const fault of Object.keys(circuit.faults) as (keyof Faults)[]) circuit.setFault(fault, false);
      circuit.plug(NO_LOAD);
    }
    this.#configure([]);
    await this.clock.runTo(this.#endMs + CALM_MS);
  }
}

/** Runs one seed to its end and says what the judge found. */
export async function simulateMonth(options: MonthOptions): Promise<MonthReport> {
  const report = await new Month(options).simulate();
  return { ...report, seed: options.seed };
}
