import type { Campaign, Command, HoldKind } from "@hallmeter/meter-model";
import { nextAppliance } from "./appliances.ts";
import { anyCircuit, circuitOf, type SimulatedSite } from "./simulated-site.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A gateway's pause before a bulk of cuts is answered after this. */
const BULK_ANSWER_MS = 20 * MINUTE_MS;

const STAFF = { id: "u1", name: "Li Wei", role: "maintenance" };

/** Residents who use and buy, and staff who command. */
export class People {
  readonly #site: SimulatedSite;
  #ids = 0;
  #bulkPausedSinceMs: number | null = null;

  constructor(site: SimulatedSite) {
    this.#site = site;
  }

  get #households(): string[] {
    return [...new Set(this.#site.plan.config.circuits.flatMap(({ householdId }) => householdId ?? []))];
  }

  openAccounts(): void {
    for (const householdId of this.#households) this.#buy(householdId, 2_000_000, 20_000_000);
  }

  moveIn(): void {
    for (const { id } of this.#site.plan.config.circuits) this.#live(id);
    for (const householdId of this.#households)
      this.#site.occasions.repeat(20 * HOUR_MS, () => this.#maybeBuy(householdId));
  }

  startWork(): void {
    const { occasions } = this.#site;
    occasions.every(MINUTE_MS, () => this.#answerBulk());
    occasions.every(DAY_MS, () => this.#round());
    occasions.repeat(4 * HOUR_MS, () => this.#commandSomething());
    occasions.repeat(6 * DAY_MS, () => this.#campaign());
  }

  command(circuitId: string, action: Command["action"], hold?: HoldKind): void {
    const { clock, occasions, judge, server } = this.#site;
    const nowMs = clock.nowMs();
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
    occasions.count("commands");
    judge.commanded(command);
    server.tell({ type: "command", sequence: 0, command });
  }

  /** Puts other campaigns in force. */
  configure(campaigns: Campaign[]): void {
    const { server } = this.#site;
    const revision = server.configInForce.revision + 1;
    server.configInForce = { ...server.configInForce, revision, campaigns };
    server.tell({ type: "config", sequence: 0, revision });
  }

  #live(circuitId: string): void {
    const { clock, random, occasions, judge } = this.#site;
    const circuit = circuitOf(this.#site, circuitId);
    const base = random.integer(5, 40);
    const rest = () => {
      if (occasions.isCalm) return;
      circuit.plug({ activeW: base, reactiveVar: -5 });
      clock.setTimer(use, random.pauseMs(100 * MINUTE_MS));
    };
    const use = () => {
      if (occasions.isCalm) return;
      const { isHeater, forMs, activeW, reactiveVar } = nextAppliance(random);
      circuit.plug({ activeW: base + activeW, reactiveVar: reactiveVar - 5 });
      if (isHeater) judge.heaterPlugged(circuitId);
      clock.setTimer(rest, forMs);
    };
    rest();
  }

  #maybeBuy(householdId: string): void {
    const { server, random, occasions } = this.#site;
    const isLow = server.balanceMicro(householdId) < 3_000_000;
    if (!isLow && !random.chance(0.1)) return;
    occasions.count("purchases");
    this.#buy(householdId, 1_000_000, 15_000_000);
  }

  #buy(householdId: string, leastMicro: number, mostMicro: number): void {
    const { server, random, mishaps } = this.#site;
    server.sell(householdId, Math.round(random.integer(leastMicro, mostMicro) / mishaps));
  }

  #commandSomething(): void {
    const { random, occasions } = this.#site;
    const { id } = anyCircuit(this.#site);
    const action = random.pick<Command["action"]>(["open", "close", "lockout", "release", "read"]);
    this.command(id, action);
    if (action !== "open" && action !== "lockout") return;
    occasions.later(10 * MINUTE_MS + random.pauseMs(HOUR_MS), () => {
      if (action === "open") this.command(id, "close");
      else this.command(id, "release", "lockout");
    });
  }

  #campaign(): void {
    const { clock, random, occasions, judge, server, plan } = this.#site;
    const nowMs = clock.nowMs();
    const circuitIds = plan.config.circuits.filter(() => random.chance(0.2)).map(({ id }) => id);
    occasions.count("campaigns");
    const campaign: Campaign = {
      id: `g${this.#ids++}`,
      name: "Evening peak",
      startsAt: new Date(nowMs + 10 * MINUTE_MS).toISOString(),
      endsAt: new Date(nowMs + 2 * HOUR_MS).toISOString(),
      circuitIds,
    };
    const monotonicMs = clock.monotonicMs();
    judge.campaigns.push({
      circuitIds: new Set(circuitIds),
      fromMs: monotonicMs + 10 * MINUTE_MS,
      toMs: monotonicMs + 2 * HOUR_MS,
    });
    const notOver = server.configInForce.campaigns.filter(({ endsAt }) => Date.parse(endsAt) > nowMs);
    this.configure([...notOver, campaign]);
  }

  /** Once a day staff take off what waits for them. */
  #round(): void {
    for (const circuit of this.#site.gateway.control?.circuits ?? []) {
      const { holds } = circuit.visible();
      if (holds.some(({ kind }) => kind === "lockout")) this.command(circuit.id, "release", "lockout");
      const isWaiting = holds.some(({ locked, kind }) => locked === true || kind === "manual");
      if (isWaiting || circuit.switching.isFaulty) this.command(circuit.id, "release");
    }
  }

  #answerBulk(): void {
    const { clock, gateway, occasions, server } = this.#site;
    if (gateway.control?.bulk.isPaused !== true) {
      this.#bulkPausedSinceMs = null;
      return;
    }
    const monotonicMs = clock.monotonicMs();
    this.#bulkPausedSinceMs ??= monotonicMs;
    if (monotonicMs - this.#bulkPausedSinceMs < BULK_ANSWER_MS) return;
    this.#bulkPausedSinceMs = null;
    occasions.count("bulk pauses");
    const nowMs = clock.nowMs();
    const at = (inMs: number) => new Date(nowMs + inMs).toISOString();
    server.tell({
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
}
