import { describe, expect, it } from "vitest";
import type { Hold } from "../holds/hold.ts";
import { HOLD_KIND_NAMES, type HoldKind } from "../holds/hold-kinds.ts";
import {
  ADMINISTRATOR,
  CircuitRun,
  MAINTENANCE,
  MANAGER,
  RESIDENT,
  SECOND_ADMINISTRATOR,
} from "./circuit-fixture.ts";
import { LOCKOUT_VOTE_VALID_MS } from "./commands.ts";

const REASON_OF: Record<HoldKind, Hold["reason"]> = {
  lockout: "tagged-out",
  safety: "meter-fault",
  manual: "switched-off-by-staff",
  overload: "power-above-limit",
  "vicious-load": "vicious-step",
  credit: "balance-used-up",
  reminder: "balance-low",
  schedule: "off-period",
  campaign: "load-shedding",
};
const holdOf = (kind: HoldKind): Hold => ({
  kind,
  reason: REASON_OF[kind],
  params: {},
  origin: { type: "rule", id: "x", name: "X" },
  since: "2025-03-03T01:00:00Z",
});
/** Rules that keep every automatic hold in place for as long as the test looks. */
const RULES = {
  overload: {
    maxPowerW: 3000,
    delayS: 10,
    recloseAfterS: 180,
    reclosesPerWindow: 3,
    windowS: 3600,
    residentMayRelease: false,
  },
  viciousLoad: {
    version: 1,
    mode: "trip",
    stepThresholdW: 500,
    factorThresholdMilli: 995,
    ranges: [{ fromW: 500, toW: 9000 }],
    settleMs: 1500,
    confirm: { m: 2, n: 3 },
    levelThresholdW: 0,
    levelWindowS: 600,
    probeAfterS: 300,
    tripsPerDay: 3,
  },
  reminder: { level1Minor: 10, level2Minor: 5, mode: "trip-until-acknowledged", recloseAfterS: 60 },
  schedule: {
    id: "all",
    name: "Always off",
    off: {
      workday: [{ from: "00:00", to: "24:00" }],
      "rest-day": [{ from: "00:00", to: "24:00" }],
      holiday: [{ from: "00:00", to: "24:00" }],
    },
  },
} as const;
const CAMPAIGN = {
  id: "x",
  name: "X",
  startsAt: "2025-03-03T00:00:00Z",
  endsAt: "2025-03-10T00:00:00Z",
  circuitIds: ["c1"],
};
const held = (...kinds: HoldKind[]) =>
  new CircuitRun(
    { rules: structuredClone(RULES) as never, automaticOpening: false, campaigns: [CAMPAIGN] },
    kinds.map(holdOf),
  );

describe("open and close", () => {
  it("places a manual hold with the staff's words, and takes it away", () => {
    const run = new CircuitRun();
    expect(run.command({ action: "open", by: MANAGER }).commandOutcome).toEqual({ state: "applied" });
    expect(run.hold("manual")).toMatchObject({
      reason: "switched-off-by-staff",
      params: { note: "Inspection" },
      origin: { type: "staff", id: "u4", name: "Zhang Na" },
    });
    expect(run.command({ action: "close" }).commandOutcome).toEqual({ state: "applied" });
    expect(run.kinds).toEqual([]);
  });

  it("ends by itself when staff gave an end", () => {
    const run = new CircuitRun();
    run.command({ action: "open", until: new Date(run.nowMs + 60_000).toISOString() });
    run.wait(59);
    expect(run.kinds).toEqual(["manual"]);
    run.wait(1);
    expect(run.kinds).toEqual([]);
  });

  it("says that another hold keeps the circuit open", () => {
    const run = held("credit");
    run.command({ action: "open" });
    expect(run.command({ action: "close" }).commandOutcome).toEqual({
      state: "applied",
      code: "held-by-other",
      detail: "The balance is used up",
    });
    expect(run.kinds).toEqual(["credit"]);
  });

  it("does not count what keep-power suspends", () => {
    const run = new CircuitRun({ keepPower: true }, [holdOf("credit")]);
    expect(run.command({ action: "close" }).commandOutcome).toEqual({ state: "applied" });
  });

  it.each(["open", "close", "lockout"] as const)("refuses %s from a resident, and tells", (action) => {
    const run = held("manual");
    expect(run.command({ action, by: RESIDENT }).commandOutcome).toEqual({
      state: "refused",
      code: "role-not-allowed",
    });
    expect(run.kinds).toEqual(["manual"]);
    expect(run.told).toEqual(["command-refused"]);
  });

  it("drops a command whose time is over", () => {
    const run = new CircuitRun();
    const step = run.command({ action: "open", expiresAt: new Date(run.nowMs - 1).toISOString() });
    expect(step.commandOutcome).toEqual({ state: "refused", code: "late" });
    expect(run.kinds).toEqual([]);
  });

  it.each(["read", "keep-power"] as const)("has nothing to change for %s", (action) => {
    const run = held("credit");
    expect(run.command({ action, by: RESIDENT }).commandOutcome).toEqual({ state: "applied" });
    expect(run.kinds).toEqual(["credit"]);
  });
});

describe("release by hand", () => {
  // domain.md, table of holds: who releases what.
  const RELEASERS: Record<HoldKind, readonly string[]> = {
    lockout: [],
    safety: ["maintenance"],
    manual: ["administrator", "property-manager", "campus-admin", "maintenance"],
    overload: ["administrator", "property-manager", "campus-admin", "maintenance"],
    "vicious-load": ["administrator", "property-manager", "campus-admin", "maintenance"],
    credit: [],
    reminder: ["administrator", "property-manager", "campus-admin", "maintenance", "resident"],
    schedule: [],
    campaign: [],
  };
  const ROLES = [
    "administrator",
    "property-manager",
    "campus-admin",
    "maintenance",
    "resident",
    "integrator",
    "gateway",
  ];
  const cases = HOLD_KIND_NAMES.filter((kind) => kind !== "lockout").flatMap((kind) =>
    ROLES.map((role) => ({ kind, role, allowed: RELEASERS[kind].includes(role) })),
  );

  it.each(cases)("$kind by $role: $allowed", ({ kind, role, allowed }) => {
    const run = held(kind);
    const step = run.command({ action: "release", hold: kind, by: { id: "u9", name: "Somebody", role } });
    expect(step.commandOutcome?.state).toBe(allowed ? "applied" : "refused");
    expect(step.commandOutcome?.code).toBe(allowed ? undefined : "not-releaser");
    expect(run.kinds).toEqual(allowed ? [] : [kind]);
  });

  it("removes only its own hold", () => {
    const run = held("credit", "overload", "lockout");
    expect(run.command({ action: "release", hold: "overload" }).commandOutcome).toMatchObject({
      state: "applied",
      code: "held-by-other",
    });
    expect(run.kinds).toEqual(["credit", "lockout"]);
  });

  it("without a name releases everything the role may, but never a tag", () => {
    const run = held("credit", "overload", "manual", "lockout");
    run.command({ action: "release", by: ADMINISTRATOR });
    expect(run.kinds).toEqual(["credit", "lockout"]);
    expect(run.state.lockoutVote).toBeNull();
  });

  it("refuses what is not there", () => {
    expect(held().command({ action: "release" }).commandOutcome?.code).toBe("no-such-hold");
    expect(held("credit").command({ action: "release", hold: "manual" }).commandOutcome?.code).toBe(
      "no-such-hold",
    );
    expect(held("credit").command({ action: "release" }).commandOutcome?.code).toBe("not-releaser");
  });
});

describe("lockout", () => {
  const tagged = () => {
    const run = new CircuitRun();
    run.command({ action: "lockout", by: MAINTENANCE, reason: "Cable work" });
    return run;
  };
  const remove = (run: CircuitRun, by: typeof MAINTENANCE) =>
    run.command({ action: "release", hold: "lockout", by }).commandOutcome;

  it("is hung with its holder's name and taken off by the holder alone", () => {
    const run = tagged();
    expect(run.hold("lockout")).toMatchObject({
      reason: "tagged-out",
      params: { note: "Cable work" },
      origin: { id: "u3", name: "Li Wei" },
    });
    expect(remove(run, MANAGER)).toEqual({ state: "refused", code: "not-releaser" });
    expect(remove(run, { ...MAINTENANCE, id: "u33" })).toEqual({ state: "refused", code: "not-releaser" });
    expect(remove(run, MAINTENANCE)).toEqual({ state: "applied" });
    expect(run.kinds).toEqual([]);
  });

  it("needs two different administrators", () => {
    const run = tagged();
    expect(remove(run, ADMINISTRATOR)).toEqual({ state: "refused", code: "awaiting-second-administrator" });
    expect(remove(run, ADMINISTRATOR)).toEqual({ state: "refused", code: "awaiting-second-administrator" });
    expect(run.kinds).toEqual(["lockout"]);
    expect(remove(run, SECOND_ADMINISTRATOR)).toEqual({ state: "applied" });
    expect(run.kinds).toEqual([]);
  });

  it("forgets the first administrator after a working day", () => {
    const run = tagged();
    remove(run, ADMINISTRATOR);
    run.wait(LOCKOUT_VOTE_VALID_MS / 1000 + 1);
    expect(remove(run, SECOND_ADMINISTRATOR)?.code).toBe("awaiting-second-administrator");
  });

  it("does not carry a vote over to the next tag", () => {
    const run = tagged();
    remove(run, ADMINISTRATOR);
    remove(run, MAINTENANCE);
    run.command({ action: "lockout", by: MAINTENANCE });
    expect(remove(run, SECOND_ADMINISTRATOR)?.code).toBe("awaiting-second-administrator");
  });

  it("is not covered by another's tag", () => {
    const run = tagged();
    expect(run.command({ action: "lockout", by: MANAGER }).commandOutcome).toEqual({
      state: "refused",
      code: "already-tagged",
      detail: "Li Wei",
    });
    expect(run.hold("lockout")?.origin.id).toBe("u3");
  });

  it("survives a payment and a switch-on", () => {
    const run = tagged();
    run.balance(100_000);
    expect(run.command({ action: "close" }).commandOutcome?.code).toBe("held-by-other");
    expect(run.kinds).toEqual(["lockout"]);
  });
});
