import { type Command, commandSchema } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { startedRigs } from "../../testing/started-rigs.ts";
import { admitCommand } from "./command-admission.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const start = startedRigs();

const command: Command = {
  id: "k1",
  circuitId: "c1",
  action: "open",
  reason: "",
  by: { id: "u1", name: "Li Wei", role: "maintenance" },
  issuedAt: new Date(NOW).toISOString(),
  expiresAt: new Date(NOW + MINUTE).toISOString(),
};

describe("S2: every command has id, origin, reason and expiry, and may have a not-before", () => {
  it.each(["id", "by", "reason", "issuedAt", "expiresAt"] as const)("without %s it is none", (field) => {
    const { [field]: _, ...without } = command;
    expect(commandSchema.safeParse(without).success).toBe(false);
    expect(commandSchema.safeParse(command).success).toBe(true);
  });
});

describe("S2: a command is executed at most once, not before its time, and never late", () => {
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

  it("twice delivered it moves the relay once, and is answered again", async () => {
    const rig = await start();
    const twice = rig.command({ id: "k1", action: "open" });
    rig.server.tell({ type: "command", command: twice });
    await rig.pass(15);
    rig.server.tell({ type: "command", command: twice });
    await rig.pass(15);
    expect(rig.results("k1")).toEqual(["sent", "confirmed", "confirmed"]);
    expect(rig.writes).toHaveLength(1);
  });

  it("waits for its not-before", async () => {
    const rig = await start();
    const notBefore = new Date(rig.clock.nowMs() + 30 * SECOND).toISOString();
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open", notBefore }) });
    await rig.pass(20);
    expect(rig.writes).toEqual([]);
    await rig.pass(20);
    expect(rig.results("k1")).toEqual(["sent", "confirmed"]);
  });

  it("late it is dropped, with an event", async () => {
    const rig = await start();
    const expiresAt = new Date(rig.clock.nowMs() - 1).toISOString();
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open", expiresAt }) });
    await rig.pass(5);
    expect(rig.writes).toEqual([]);
    expect(rig.results("k1")).toEqual(["expired late"]);
    expect(rig.server.of("event").map(({ kind }) => kind)).toContain("command-late");
  });
});

describe("S2: a restart replays no old command", () => {
  it("it answers one that it was killed over with what it knows", async () => {
    const rig = await start();
    rig.unit(1).isDead = true;
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.clock.advance(50);
    rig.unit(1).isDead = false;
    await rig.restart();
    await rig.pass(20);
    expect(rig.writes).toEqual([]);
    expect(rig.results("k1")).toEqual(["sent", "unknown gateway-restarted"]);
  });

  it("it does not open again what a person has closed since by hand", async () => {
    const rig = await start();
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(10);
    rig.server.tell({ type: "command", command: rig.command({ id: "k2", action: "close" }) });
    await rig.pass(20);
    await rig.restart();
    await rig.pass(60);
    expect(rig.writes.map(({ relay }) => relay)).toEqual(["open", "closed"]);
  });
});
