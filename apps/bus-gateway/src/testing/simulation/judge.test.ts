import type { Command, CommandAction, CommandResult } from "@hallmeter/meter-model";
import { beforeEach, describe, expect, it } from "vitest";
import { Judge } from "./judge.ts";
import { Random } from "./random.ts";
import { SimulatedCircuit } from "./simulated-circuit.ts";
import { SimulationClock } from "./simulation-clock.ts";
import { planSite, SITE_START_MS } from "./site-plan.ts";
import { wordPlaces } from "./word-places.ts";

const MINUTE_MS = 60_000;
const POLL_MS = 2 * MINUTE_MS;
const STAFF = { id: "u1", name: "Li Wei", role: "maintenance" };

let clock: SimulationClock;
let circuit: SimulatedCircuit;
let judge: Judge;
let commands: number;

beforeEach(() => {
  clock = new SimulationClock(SITE_START_MS);
  circuit = new SimulatedCircuit(clock, 0, wordPlaces());
  const { config } = planSite(new Random(1), 1, POLL_MS);
  const circuits = config.circuits.map((each) => ({
    ...each,
    keepPower: false,
    hasSecondSource: false,
    commissionedAt: "2025-12-01T00:00:00Z",
    rules: {},
  }));
  const plan = { config: { ...config, circuits }, hasProtectedNights: false };
  judge = new Judge(clock, plan, POLL_MS, () => circuit);
  commands = 0;
  circuit.plug({ activeW: 1000, reactiveVar: 0 });
});

/** Time passes, and the judge looks once a minute. */
async function pass(minutes: number): Promise<void> {
  const endMs = clock.monotonicMs() + minutes * MINUTE_MS;
  while (clock.monotonicMs() < endMs) {
    await clock.runTo(clock.monotonicMs() + MINUTE_MS);
    judge.look();
  }
}

const found = () => judge.findings.map(({ what }) => what);

function open(isByPerson = false): void {
  judge.asked(circuit, "open", ["credit"], isByPerson);
  judge.written(circuit, "open");
  circuit.switch("open");
}

function commanded(action: CommandAction, hold?: Command["hold"]): string {
  const id = `k${commands++}`;
  const at = new Date(clock.nowMs()).toISOString();
  const given = { id, circuitId: "c1", action, reason: "", by: STAFF, issuedAt: at, expiresAt: at };
  judge.commanded(hold === undefined ? given : { ...given, hold });
  return id;
}

function answered(commandId: string, state: CommandResult["state"], code?: string): void {
  const at = new Date(clock.nowMs()).toISOString();
  judge.answered({ commandId, state, at, ...(code === undefined ? {} : { code }) });
}

describe("a cut for credit", () => {
  it("is wrong while there is money by the true meter", async () => {
    judge.told("h1", 1_000_000);
    await pass(30);
    open();
    expect(found()).toEqual([expect.stringMatching(/^wrong cut: credit with 7\d\d thousandths$/)]);
  });

  it("is missed once it is overdue for longer than four polls and a minute, and not before", async () => {
    await pass(4 + judge.missedBoundMs / MINUTE_MS - 3);
    expect(found()).toEqual([]);
    await pass(5);
    expect(found()).toEqual([expect.stringMatching(/^missed cut: 10 min/)]);
  });

  it("is not missed behind a unit that cannot be read", async () => {
    circuit.setFault("isDead", true);
    await pass(60);
    expect(found()).toEqual([]);
  });
});

describe("a relay that did not follow three times (S1)", () => {
  beforeEach(async () => {
    await pass(5);
    circuit.setFault("isStuck", true);
    for (let tried = 0; tried < 3; tried += 1) open();
    circuit.setFault("isStuck", false);
  });

  it("may be left alone for as long as nobody is heard", async () => {
    await pass(60);
    expect(found()).toEqual([]);
  });

  it("must not be tried a fourth time", () => {
    open();
    expect(found()).toEqual(["a fourth try (S1)"]);
  });

  it("is left alone still when the command was a reading, was lost, or was about one hold", async () => {
    answered(commanded("read"), "confirmed");
    commanded("release");
    answered(commanded("release"), "failed", "unit-offline");
    answered(commanded("release", "lockout"), "failed", "no-such-hold");
    await pass(60);
    expect(found()).toEqual([]);
  });

  it("is a missed cut from when the gateway has heard a person, whatever it answered", async () => {
    const id = commanded("release");
    answered(id, "sent");
    answered(id, "failed", "not-releaser");
    await pass(15);
    expect(found()).toEqual([expect.stringMatching(/^missed cut/)]);
  });

  it("may be left alone again after three more tries, the first at the moment of the answer", async () => {
    circuit.setFault("isStuck", true);
    const id = commanded("close");
    open();
    answered(id, "failed", "held-by-other");
    await pass(1);
    for (let tried = 1; tried < 3; tried += 1) open();
    circuit.setFault("isStuck", false);
    await pass(60);
    expect(found()).toEqual([]);
  });

  it("may be tried three times more after each command, and no oftener", () => {
    circuit.setFault("isStuck", true);
    commanded("release");
    for (let tried = 0; tried < 3; tried += 1) open();
    expect(found()).toEqual([]);
    open();
    expect(found()).toContain("a fourth try (S1)");
  });
});

it("finds a relay that is operated against its holds, or for none", () => {
  judge.asked(circuit, "open", [], true);
  judge.asked(circuit, "closed", ["lockout"], true);
  expect(found()).toEqual(["opened without a hold", "closed against lockout"]);
});
