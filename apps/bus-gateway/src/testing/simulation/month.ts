import type { UnitId } from "@hallmeter/meter-model";
import { type Finding, Judge } from "./judge.ts";
import { judgeEnd, ROLLS_OVER_FROM } from "./judge-end.ts";
import { Mishaps } from "./mishaps.ts";
import { Occasions } from "./occasions.ts";
import { People } from "./people.ts";
import { Random } from "./random.ts";
import { type Faults, NO_LOAD, SimulatedCircuit } from "./simulated-circuit.ts";
import { SimulatedGateway } from "./simulated-gateway.ts";
import { SimulatedServer } from "./simulated-server.ts";
import { circuitOf, type SimulatedSite } from "./simulated-site.ts";
import { SimulationClock } from "./simulation-clock.ts";
import { planSite, SITE_START_MS } from "./site-plan.ts";
import { wordPlaces } from "./word-places.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
const STEP_WH = 10;
const HEARTBEAT_MS = 15 * SECOND_MS;
/** At the end everything works again, for long enough that every delay is over and everything is delivered. */
const CALM_MS = 80 * MINUTE_MS;
/** A rollover may hide the use between two samples that lie this far apart in the registers. */
const ROLLOVER_LOSS_WH = 3000;

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

/** The site of a seed: its circuits on their buses, its server, its gateway, and the judge over them. */
function buildSite({
  seed,
  circuits: count,
  pollIntervalMs = 10 * MINUTE_MS,
  mishaps = 1,
}: MonthOptions): SimulatedSite {
  const random = new Random(seed);
  const clock = new SimulationClock(SITE_START_MS);
  const plan = planSite(random, count, pollIntervalMs);
  const circuits = new Map<string, SimulatedCircuit>();
  const buses = new Map<string, Map<UnitId, SimulatedCircuit>>();
  const places = wordPlaces();
  const firstOf = (id: string) => plan.firstRegister.get(id) ?? 0;
  for (const { id, busId, unitId } of plan.config.circuits) {
    const circuit = new SimulatedCircuit(clock, firstOf(id), places);
    circuits.set(id, circuit);
    const units = buses.get(busId) ?? new Map<UnitId, SimulatedCircuit>();
    buses.set(busId, units.set(unitId, circuit));
  }
  const judge = new Judge(clock, plan, pollIntervalMs, ({ id }) => circuitOf({ circuits }, id));
  const server = new SimulatedServer(plan.config, SITE_START_MS, (id) => firstOf(id) * STEP_WH);
  server.onResult = (result) => judge.answered(result);
  const gateway = new SimulatedGateway({ clock, server, judge, random, circuits, buses, pollIntervalMs });
  judge.isBulkPaused = () => gateway.control?.bulk.isPaused ?? false;
  for (const { id } of plan.config.circuits)
    if (firstOf(id) > ROLLS_OVER_FROM) judge.rolledOver(id, ROLLOVER_LOSS_WH);
  const occasions = new Occasions(clock, random, mishaps);
  return { clock, random, occasions, plan, pollIntervalMs, mishaps, circuits, gateway, server, judge };
}

/** Everything works again, and nobody uses anything. */
function calm({ occasions, server, circuits }: SimulatedSite): void {
  occasions.isCalm = true;
  server.comeBack();
  for (const circuit of circuits.values()) {
    circuit.setMains(true);
    for (const fault of Object.keys(circuit.faults) as (keyof Faults)[]) circuit.setFault(fault, false);
    circuit.plug(NO_LOAD);
  }
}

function findingsAtEnd(site: SimulatedSite): Finding[] {
  const atMs = site.clock.monotonicMs();
  const left = judgeEnd(site.gateway.control, site.server, site.plan, (id) => circuitOf(site, id));
  return left.map((finding) => ({ atMs, ...finding }));
}

/**
 * A site of dormitory rooms, its gateway and its server over some weeks, with everything going wrong that can. Runs one seed
 * to its end and says what the judge found.
 */
export async function simulateMonth(options: MonthOptions): Promise<MonthReport> {
  const { seed, days } = options;
  const site = buildSite(options);
  const { clock, occasions, gateway, server, judge } = site;
  const people = new People(site);
  people.openAccounts();
  await gateway.start();
  people.moveIn();
  occasions.every(HEARTBEAT_MS, () => server.heartbeat());
  occasions.every(MINUTE_MS, () => judge.look());
  new Mishaps(site, people).start();
  people.startWork();

  await clock.runTo(days * DAY_MS);
  calm(site);
  people.configure([]);
  await clock.runTo(days * DAY_MS + CALM_MS);
  const findings = [...judge.findings, ...findingsAtEnd(site)];
  await gateway.stop();
  return {
    seed,
    circuits: site.circuits.size,
    days,
    findings,
    samples: gateway.samples,
    batches: server.batches,
    events: occasions.counts,
    ...judge.counts,
  };
}
