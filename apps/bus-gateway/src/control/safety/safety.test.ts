import { type Command, type Sample, safetyPolicySchema } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import type { SwitchingRecord } from "../../store/records.ts";
import { sampleAt } from "../../testing/samples.ts";
import { afterContact, contactFlags, isSettled, NO_BASELINE } from "./baseline.ts";
import { judgeBulk } from "./bulk-guard.ts";
import { isClockSure } from "./clock-sure.ts";
import { admitCommand } from "./command-admission.ts";
import { decideOperation, type SwitchView } from "./decide-operation.ts";
import { afterAutomatic, isSwitchingTooOften, mayCloseFromMs } from "./operation-spacing.ts";
import { afterConfirmed, afterMismatch, afterPersonAsked, afterSample, UNTOUCHED } from "./relay-check.ts";
import { nextClose } from "./release-order.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const policy = safetyPolicySchema.parse({});

describe("S1: the relay is checked", () => {
  it("is a fault after three mismatches for the same state, and not before", () => {
    const once = afterMismatch(UNTOUCHED, "open");
    const twice = afterMismatch(once, "open");
    expect([once.isFaulty, twice.isFaulty, afterMismatch(twice, "open").isFaulty]).toEqual([
      false,
      false,
      true,
    ]);
    expect(afterMismatch(twice, "closed")).toMatchObject({ tries: 1, isFaulty: false });
  });

  it("begins anew when a person asks, when it is confirmed and when a sample agrees", () => {
    const faulty = { ...UNTOUCHED, tries: 3, triedFor: "open" as const, isFaulty: true };
    expect(afterPersonAsked(faulty)).toMatchObject({ tries: 0, isFaulty: false });
    expect(afterConfirmed(faulty, { relay: "open", atMs: NOW, isForOverload: false })).toMatchObject({
      isFaulty: false,
    });
    expect(afterSample(faulty, sampleAt(NOW, { relay: "open", activePowerW: 0 }), "open").isFaulty).toBe(
      false,
    );
    expect(afterSample(faulty, sampleAt(NOW, { relay: "closed" }), "open").isFaulty).toBe(true);
  });

  it.each([
    { why: "no load at once", watts: [0, 0], welded: false },
    { why: "load in the first sample only", watts: [800, 9], welded: false },
    { why: "load in both", watts: [800, 10], welded: true },
    { why: "reverse load in both", watts: [-800, -10], welded: true },
  ])("after opening: $why, welded $welded", ({ watts, welded }) => {
    let record = afterConfirmed(UNTOUCHED, { relay: "open", atMs: NOW, isForOverload: false });
    for (const [index, activePowerW] of watts.entries())
      record = afterSample(
        record,
        sampleAt(NOW + (index + 1) * SECOND, { relay: "open", activePowerW }),
        "open",
      );
    expect(record.isWelded).toBe(welded);
    expect(
      afterSample(record, sampleAt(NOW + MINUTE, { relay: "open", activePowerW: 0 }), "open").isWelded,
    ).toBe(false);
  });

  it("does not count samples from before the opening", () => {
    const record = afterConfirmed(UNTOUCHED, { relay: "open", atMs: NOW, isForOverload: false });
    const before = sampleAt(NOW - 1, { relay: "open", activePowerW: 800 });
    expect(afterSample(afterSample(record, before, "open"), before, "open").isWelded).toBe(false);
  });
});

describe("S2: a command is admitted", () => {
  const command: Command = {
    id: "k1",
    circuitId: "c1",
    action: "open",
    reason: "",
    by: { id: "u1", name: "Li Wei", role: "maintenance" },
    issuedAt: new Date(NOW).toISOString(),
    expiresAt: new Date(NOW + MINUTE).toISOString(),
  };
  const known = { command, state: "sent" as const, target: null, result: null, isLocal: false };
  it.each([
    { why: "in time", change: {}, known: undefined, nowMs: NOW, type: "now" },
    { why: "at its last instant", change: {}, known: undefined, nowMs: NOW + MINUTE, type: "now" },
    { why: "after it", change: {}, known: undefined, nowMs: NOW + MINUTE + 1, type: "late" },
    { why: "already taken up", change: {}, known, nowMs: NOW, type: "known" },
    { why: "taken up, and late", change: {}, known, nowMs: NOW + 2 * MINUTE, type: "known" },
    {
      why: "before its time",
      change: { notBefore: new Date(NOW + SECOND).toISOString() },
      known: undefined,
      nowMs: NOW,
      type: "later",
    },
    {
      why: "waited for",
      change: {},
      known: { ...known, state: "waiting" as const },
      nowMs: NOW,
      type: "now",
    },
  ])("$why: $type", ({ change, known: entry, nowMs, type }) => {
    expect(admitCommand({ ...command, ...change }, entry, nowMs).type).toBe(type);
  });
});

describe("S4: the clock", () => {
  it.each([
    [0, true],
    [-MINUTE, true],
    [-MINUTE - 1, false],
    [MINUTE, true],
  ])("is sure at %i ms from the newest known instant: %s", (offsetMs, sure) => {
    expect(isClockSure(NOW + offsetMs, NOW)).toBe(sure);
  });
});

describe("S6: a bulk of cuts", () => {
  const standings = (due: number, recent: number, other: number) => [
    ...Array.from({ length: due }, (_, index) => ({ circuitId: `d${index}`, isDue: true, cutAtMs: null })),
    ...Array.from({ length: recent }, () => ({ circuitId: "r", isDue: false, cutAtMs: NOW - MINUTE })),
    ...Array.from({ length: other }, () => ({ circuitId: "o", isDue: false, cutAtMs: NOW - 11 * MINUTE })),
  ];
  it.each([
    { why: "nineteen of a small site", due: 19, recent: 0, other: 100, paused: false },
    { why: "twenty of a small site", due: 20, recent: 0, other: 100, paused: true },
    { why: "one after nineteen within ten minutes", due: 1, recent: 19, other: 100, paused: true },
    { why: "nothing due after twenty", due: 0, recent: 20, other: 100, paused: false },
    { why: "5 % of a large site", due: 50, recent: 0, other: 950, paused: false },
    { why: "more than 5 % of a large site", due: 51, recent: 0, other: 949, paused: true },
  ])("$why: paused $paused", ({ due, recent, other, paused }) => {
    expect(judgeBulk(standings(due, recent, other), policy, NOW).isPaused).toBe(paused);
  });
});

describe("S7: closing in order", () => {
  const waiting = ["c1", "c2", "c3"].map((circuitId) => ({ circuitId, isByPerson: false }));
  it("lets a single one through at once", () => {
    expect(nextClose(waiting.slice(0, 1), null, NOW, () => 0)?.circuitId).toBe("c1");
    expect(nextClose(waiting.slice(0, 1), NOW - 1000, NOW, () => 0)?.circuitId).toBe("c1");
  });
  it("holds the next back for a second", () => {
    expect(nextClose(waiting, NOW - 999, NOW, () => 0)).toBeUndefined();
  });
  it("chooses at random, and a person's first", () => {
    expect(nextClose(waiting, null, NOW, () => 0.99)?.circuitId).toBe("c3");
    const withPerson = [...waiting, { circuitId: "c4", isByPerson: true }];
    expect(nextClose(withPerson, null, NOW, () => 0)?.circuitId).toBe("c4");
  });
});

describe("S8: spacing", () => {
  const opened = (openedForOverload: boolean): SwitchingRecord => ({
    ...UNTOUCHED,
    openedAtMs: NOW,
    openedForOverload,
  });
  it("is 10 s after opening, 60 s after overload", () => {
    expect(mayCloseFromMs(opened(false), policy) - NOW).toBe(10 * SECOND);
    expect(mayCloseFromMs(opened(true), policy) - NOW).toBe(60 * SECOND);
    expect(mayCloseFromMs(UNTOUCHED, policy)).toBe(0);
  });
  it("counts six automatic operations an hour", () => {
    let record = UNTOUCHED;
    for (let index = 0; index < 6; index += 1) {
      expect(isSwitchingTooOften(record, policy, NOW + index)).toBe(false);
      record = afterAutomatic(record, NOW + index);
    }
    expect(isSwitchingTooOften(record, policy, NOW + 10)).toBe(true);
    expect(isSwitchingTooOften(record, policy, NOW + 60 * MINUTE)).toBe(false);
  });
});

describe("S9: after power's return", () => {
  const first: Sample = sampleAt(NOW, { flags: ["first"] });
  it("marks the first sample after a start and after a gap, and a stale one", () => {
    const seen = (atMs: number, nowMs = atMs) =>
      contactFlags({ ...NO_BASELINE, lastSampleAtMs: NOW }, { atMs, nowMs }, 5000);
    expect(contactFlags(NO_BASELINE, { atMs: NOW, nowMs: NOW }, 5000)).toEqual(["first"]);
    expect(seen(NOW + 30 * SECOND)).toEqual([]);
    expect(seen(NOW + 31 * SECOND)).toEqual(["first"]);
    expect(seen(NOW + 5 * SECOND, NOW + 16 * SECOND)).toEqual(["stale"]);
  });
  it("is settled with the next good sample, or after ten minutes", () => {
    const contact = afterContact(NO_BASELINE, first);
    expect(isSettled(NO_BASELINE, NOW + 60 * MINUTE)).toBe(false);
    expect(isSettled(contact, NOW)).toBe(false);
    expect(isSettled(contact, NOW + 10 * MINUTE)).toBe(true);
    expect(isSettled(afterContact(contact, sampleAt(NOW + 1, { flags: ["suspect"] })), NOW + 1)).toBe(false);
    expect(isSettled(afterContact(contact, sampleAt(NOW + 1)), NOW + 1)).toBe(true);
  });
});

describe("whether the relay is operated", () => {
  const view: SwitchView = {
    intended: "open",
    actual: "closed",
    heldBy: ["credit"],
    isCommissioned: true,
    isByPerson: false,
    isSameMeter: true,
    isSettled: true,
    mayBreak: true,
    isProtectedTime: false,
    secondSource: { isLive: false, isProvedDead: true },
    record: UNTOUCHED,
  };
  const busy = { ...UNTOUCHED, automaticAtMs: [1, 2, 3, 4, 5, 6].map((index) => NOW - index) };
  const justOpened = { ...UNTOUCHED, openedAtMs: NOW - SECOND };
  const closing = { intended: "closed" as const, actual: "open" as const, heldBy: [] };
  it.each<{ why: string; change: Partial<SwitchView>; expected: object }>([
    { why: "a cut for credit", change: {}, expected: { type: "operate", relay: "open", isAutomatic: true } },
    { why: "what is already so", change: { actual: "open" }, expected: { type: "nothing" } },
    { why: "S1 a relay not yet seen", change: { actual: "unknown" }, expected: { why: "relay-unknown" } },
    {
      why: "S1 a faulty relay",
      change: { record: { ...UNTOUCHED, isFaulty: true } },
      expected: { why: "relay-fault" },
    },
    {
      why: "an uncommissioned circuit",
      change: { isCommissioned: false },
      expected: { why: "not-commissioned" },
    },
    {
      why: "the same for a person",
      change: { isCommissioned: false, isByPerson: true },
      expected: { type: "operate", isAutomatic: false },
    },
    { why: "S9 before a baseline", change: { isSettled: false }, expected: { why: "power-returned" } },
    {
      why: "S9 for a person",
      change: { isSettled: false, isByPerson: true },
      expected: { type: "operate", isAutomatic: false },
    },
    {
      why: "S5 a cut for credit in a protected time",
      change: { isProtectedTime: true },
      expected: { why: "protected-time" },
    },
    {
      why: "S5 a reminder in a protected time",
      change: { isProtectedTime: true, heldBy: ["reminder"] },
      expected: { why: "protected-time" },
    },
    {
      why: "S5 overload in a protected time",
      change: { isProtectedTime: true, heldBy: ["credit", "overload"] },
      expected: { type: "operate", relay: "open" },
    },
    {
      why: "S5 a person in a protected time",
      change: { isProtectedTime: true, isByPerson: true },
      expected: { type: "operate", relay: "open" },
    },
    {
      why: "S5 closing in a protected time",
      change: { ...closing, isProtectedTime: true },
      expected: { type: "operate", relay: "closed" },
    },
    {
      why: "S11 closing onto a live load side",
      change: { ...closing, secondSource: { isLive: true, isProvedDead: true } },
      expected: { why: "load-side-live" },
    },
    {
      why: "S11 closing without proof, even for a person",
      change: { ...closing, isByPerson: true, secondSource: { isLive: false, isProvedDead: false } },
      expected: { why: "load-side-not-proved-dead" },
    },
    {
      why: "S11 opening what has a second source",
      change: { secondSource: { isLive: true, isProvedDead: false } },
      expected: { type: "operate", relay: "open" },
    },
    { why: "S10 above the rating", change: { mayBreak: false }, expected: { why: "current-above-rating" } },
    {
      why: "S10 even for a person",
      change: { mayBreak: false, isByPerson: true },
      expected: { why: "current-above-rating" },
    },
    { why: "S8 a seventh cut", change: { record: busy }, expected: { why: "too-often" } },
    {
      why: "S8 a seventh opening for overload",
      change: { record: busy, heldBy: ["overload"] },
      expected: { type: "operate" },
    },
    { why: "S8 a seventh closing", change: { ...closing, record: busy }, expected: { why: "too-often" } },
    { why: "S8 closing at once", change: { ...closing, record: justOpened }, expected: { why: "too-soon" } },
    {
      why: "S8 closing at once for a person",
      change: { ...closing, record: justOpened, isByPerson: true },
      expected: { why: "too-soon" },
    },
    {
      why: "closing before a baseline",
      change: { ...closing, isSettled: false },
      expected: { type: "operate", relay: "closed" },
    },
  ])("$why", ({ change, expected }) => {
    expect(decideOperation({ ...view, ...change }, policy, NOW)).toMatchObject(expected);
  });
});
