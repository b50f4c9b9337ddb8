import type { People } from "./people.ts";
import type { Faults } from "./simulated-circuit.ts";
import { anyCircuit, circuitOf, type SimulatedSite } from "./simulated-site.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Everything that goes wrong. Means are per site, so that a larger one is as unlucky as a small one. */
export class Mishaps {
  readonly #site: SimulatedSite;
  readonly #people: People;

  constructor(site: SimulatedSite, people: People) {
    this.#site = site;
    this.#people = people;
  }

  start(): void {
    const { occasions } = this.#site;
    occasions.repeat(6 * HOUR_MS, () => this.#unitFault());
    occasions.repeat(18 * HOUR_MS, () => this.#killAndRestart());
    occasions.repeat(5 * DAY_MS, () => this.#serverOutage());
    occasions.repeat(8 * DAY_MS, () => this.#powerFailure());
    occasions.repeat(7 * DAY_MS, () => this.#clockJump());
  }

  /** Until two samples fit together again, one of which may be lost; a relay fault waits for a person. */
  get #graceMs(): number {
    return 4 * this.#site.pollIntervalMs + 2 * MINUTE_MS;
  }

  #unitFault(): void {
    const { random, occasions, judge } = this.#site;
    const { id } = anyCircuit(this.#site);
    const fault = random.pick<keyof Faults>(["isDead", "losesAnswers", "isStuck", "isWelded"]);
    const circuit = circuitOf(this.#site, id);
    if (circuit.faults[fault]) return;
    occasions.count(fault);
    circuit.setFault(fault, true);
    occasions.later(10 * MINUTE_MS + random.pauseMs(8 * HOUR_MS), () => {
      circuit.setFault(fault, false);
      judge.troubled(id, this.#graceMs);
      // Whoever put the relay right says so; until then the gateway leaves it alone.
      if (fault === "isStuck") this.#people.command(id, "release");
    });
  }

  #killAndRestart(): void {
    const { clock, random, occasions, judge, gateway } = this.#site;
    if (gateway.control === null) return;
    occasions.count("kills");
    gateway.kill();
    const pauseMs = 5 * SECOND_MS + random.pauseMs(2 * MINUTE_MS);
    judge.gatewayTroubledUntilMs = clock.monotonicMs() + pauseMs + this.#graceMs;
    occasions.later(pauseMs, () => void gateway.start());
  }

  #serverOutage(): void {
    const { random, occasions, server } = this.#site;
    if (server.isAway) return;
    occasions.count("server outages");
    server.goAway();
    occasions.later(HOUR_MS + random.pauseMs(DAY_MS), () => server.comeBack());
  }

  #powerFailure(): void {
    const { random, occasions, judge, plan } = this.#site;
    const { busId } = anyCircuit(this.#site);
    occasions.count("power failures");
    const onBus = plan.config.circuits.filter((circuit) => circuit.busId === busId);
    for (const { id } of onBus) circuitOf(this.#site, id).setMains(false);
    occasions.later(MINUTE_MS + random.pauseMs(HOUR_MS), () => {
      for (const { id } of onBus) {
        const circuit = circuitOf(this.#site, id);
        circuit.setMains(true);
        if (circuit.plugged.reactiveVar === 0) judge.heaterPlugged(id);
        judge.troubled(id, this.#graceMs + 10 * MINUTE_MS);
      }
    });
  }

  /** Wrong for some minutes to hours, then set right. */
  #clockJump(): void {
    const { clock, random, occasions, judge } = this.#site;
    const nowMs = clock.monotonicMs();
    if (nowMs < judge.clockTroubledUntilMs) return;
    occasions.count("clock jumps");
    const byMs = (random.chance(0.5) ? -1 : 1) * (2 * MINUTE_MS + random.pauseMs(3 * HOUR_MS));
    const forMs = 10 * MINUTE_MS + random.pauseMs(3 * HOUR_MS);
    clock.jump(byMs);
    judge.clockTroubledUntilMs = nowMs + forMs + Math.abs(byMs) + this.#graceMs + HOUR_MS;
    occasions.later(forMs, () => clock.jump(-byMs));
  }
}
