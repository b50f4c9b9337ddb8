import type { UnitId } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { busOver, SLAVE_PROFILE as PROFILE, pollEntry, slaves } from "../testing/scripted-bus.ts";
import type { Script } from "../testing/scripted-wire.ts";
import { parseRequest, readReply } from "../testing/slave-frames.ts";
import type { PollEntry } from "./bus.ts";

const CHARACTER_MS = 10 / 9.6;
/** A slave that needs 20 ms: 8 and 41 characters, and the silence. */
const READ_MS = 49 * CHARACTER_MS + 20 + 3.5 * CHARACTER_MS;

const polls = (units: number[], intervalMs: number, lane: PollEntry["lane"] = "poll") =>
  units.map((unitId) => pollEntry(unitId, intervalMs, { lane }));
const unitIds = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

describe("lanes", () => {
  it("serves what waits in the order of the lanes, whatever came first", async () => {
    const { clock, bus, read, asked } = busOver(slaves());
    const first = read({ lane: "scan", unitId: 1 });
    await clock.advance(5);
    const write = (lane: "trip" | "sale", unitId: number) =>
      bus.write({ lane, unitId, write: { address: 0x801, words: [1] }, profile: PROFILE });
    const rest = [
      read({ lane: "backfill", unitId: 7 }),
      read({ lane: "person", unitId: 4 }),
      write("sale", 3),
      write("trip", 2),
    ];
    bus.setPollPlan([...polls([6], 5000), ...polls([5], 5000, "watch")]);
    await clock.until(Promise.all([first, ...rest]));
    expect(asked().map(({ unitId }) => unitId)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("reaches the limit of the wire", async () => {
    const { clock, bus, asked } = busOver(slaves());
    bus.setPollPlan(polls(unitIds(1, 56), 1000));
    await clock.advance(10_000);
    expect(asked().length).toBeGreaterThanOrEqual(Math.floor((10_000 / READ_MS) * 0.999));
    const budget = bus.budget();
    expect(budget).toMatchObject({ overcommitted: true, state: "up", localEcho: false });
    expect(budget.usedMilli).toBeGreaterThan(990);
    expect(budget.ratePerSecondMilli).toBeCloseTo(1_000_000 / READ_MS, -3);
  });

  it("lets no poll come later than three periods under a flood of people, and the people still get their half", async () => {
    const { clock, bus, read, asked } = busOver(slaves());
    const circuits = unitIds(1, 28);
    // 28 × 75 ms every 5 s are 42 % of the bus.
    bus.setPollPlan(polls(circuits, 5000));
    let served = 0;
    let flooding = true;
    const keepAsking = async (key: string) => {
      while (flooding) {
        await read({ unitId: 200, key });
        served += 1;
      }
    };
    const people = unitIds(0, 20).map((n) => keepAsking(`${n}`));
    await clock.advance(60_000);
    flooding = false;
    await clock.until(Promise.all(people));
    for (const unitId of circuits) {
      const instants = asked().filter((request) => request.unitId === unitId);
      const gapsMs = instants.slice(1).map(({ atMs }, n) => atMs - (instants[n]?.atMs ?? 0));
      expect(Math.max(...gapsMs), `unit ${unitId}`).toBeLessThanOrEqual(15_000);
      expect(instants.length, `unit ${unitId}`).toBeGreaterThanOrEqual(6);
    }
    expect(served * READ_MS).toBeGreaterThan(60_000 * 0.45);
  });

  it("lets a person through at once although the poll plan is twice what the wire carries", async () => {
    const { clock, bus, read } = busOver(slaves());
    bus.setPollPlan(polls(unitIds(1, 56), 2000));
    await clock.advance(20_000);
    const askedMs = clock.monotonicMs();
    await clock.until(read({ unitId: 3 }));
    // The transaction in flight, one poll out of rank, and its own.
    expect(clock.monotonicMs() - askedMs).toBeLessThanOrEqual(3 * READ_MS + 1);
  });

  it("lets backfill move although polls are always late", async () => {
    const { clock, bus, read } = busOver(slaves());
    bus.setPollPlan(polls(unitIds(1, 56), 2000));
    await clock.advance(1000);
    const backfill = read({ lane: "backfill", unitId: 3 });
    await expect(clock.until(backfill, 120_000)).resolves.toMatchObject({ words: Array(18).fill(3) });
  });
});

describe("dead units", () => {
  it("leave the poll lane after three misses and cost the living almost nothing", async () => {
    const dead = new Set([5, 6, 7]);
    const { clock, bus, asked } = busOver(slaves({ isDead: (unitId) => dead.has(unitId) }));
    const presence: [UnitId, string][] = [];
    bus.on("unit", (event) => presence.push([event.unitId, event.presence]));
    bus.setPollPlan(polls(unitIds(1, 32), 5000));
    await clock.advance(600_000);
    const count = (unitId: number) => asked().filter((request) => request.unitId === unitId).length;
    expect(count(1)).toBeGreaterThanOrEqual(119);
    // 3 misses, pauses of 1, 2, 4 … 32 s, then one a minute.
    expect(count(5)).toBeLessThanOrEqual(3 + 6 + 10);
    expect(count(5)).toBeGreaterThanOrEqual(3 + 6 + 8);
    expect(presence.filter(([unitId]) => dead.has(Number(unitId)))).toEqual(
      [5, 6, 7].map((unitId) => [unitId, "offline"]),
    );
    expect(presence).toHaveLength(32);
  });

  it("are probed at most once between two live ones", async () => {
    const { clock, bus, asked } = busOver(slaves({ isDead: (unitId) => unitId >= 10 }));
    let dead = 0;
    let askedUntilKnown = 0;
    bus.on("unit", ({ presence }) => {
      if (presence === "offline" && ++dead === 20) askedUntilKnown = asked().length;
    });
    bus.setPollPlan([...polls(unitIds(1, 3), 1000), ...polls(unitIds(10, 20), 1000)]);
    await clock.advance(90_000);
    const settled = asked().slice(askedUntilKnown);
    expect(settled.some(({ unitId }) => unitId >= 10)).toBe(true);
    for (const [index, { unitId }] of settled.entries()) {
      const next = settled[index + 1];
      expect(unitId >= 10 && next !== undefined && next.unitId >= 10, `at ${index}`).toBe(false);
    }
  });

  it("do not take the bus from the living when a whole cabinet loses power", async () => {
    let powered = true;
    const { clock, bus, asked } = busOver(slaves({ isDead: (unitId) => !powered && unitId >= 37 }));
    const live = unitIds(1, 28);
    bus.setPollPlan(polls([...live, ...unitIds(37, 28)], 5000));
    await clock.advance(30_000);
    powered = false;
    await clock.advance(90_000);
    for (const unitId of live) {
      const instants = asked().filter((request) => request.unitId === unitId);
      const gapsMs = instants.slice(1).map(({ atMs }, n) => atMs - (instants[n]?.atMs ?? 0));
      expect(Math.max(...gapsMs), `unit ${unitId}`).toBeLessThanOrEqual(15_000);
    }
    expect(bus.budget().units.filter(({ presence }) => presence === "offline")).toHaveLength(28);
  });

  it("are tried at once when a person asks, and come back with the first answer", async () => {
    let dead = true;
    const { clock, bus, read, asked } = busOver(slaves({ isDead: (unitId) => dead && unitId === 2 }));
    const presence: string[] = [];
    bus.setPollPlan(polls([1, 2], 5000));
    await clock.advance(300_000);
    bus.on("unit", (event) => presence.push(`${event.unitId} ${event.presence}`));
    await expect(clock.until(read({ unitId: 2 }))).rejects.toMatchObject({ code: "reply-timeout" });
    dead = false;
    const before = asked().length;
    await clock.advance(5_000);
    expect(presence).toEqual(["2 online"]);
    expect(
      asked()
        .slice(before)
        .filter(({ unitId }) => unitId === 2).length,
    ).toBeGreaterThanOrEqual(1);
  });

  it("are left alone until a late answer can no longer come, while others are served", async () => {
    const { clock, read, asked } = busOver(slaves({ isDead: (_, index) => index === 0 }));
    const late = read({ unitId: 1 });
    late.catch(() => {});
    await clock.advance(1);
    const others = [read({ unitId: 1, lane: "trip", key: "again" }), read({ unitId: 2 })];
    await clock.until(Promise.all(others));
    await expect(late).rejects.toMatchObject({ code: "reply-timeout" });
    const [first, second, third] = asked();
    expect([first?.unitId, second?.unitId, third?.unitId]).toEqual([1, 2, 1]);
    expect((third?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(49 * CHARACTER_MS + 400);
  });

  it("leaves a bus of dead units nothing to do but probe", async () => {
    const { clock, bus, asked } = busOver(slaves({ isDead: () => true }));
    bus.setPollPlan(polls(unitIds(1, 4), 1000));
    await clock.advance(30_000);
    expect(
      new Set(
        asked()
          .filter(({ atMs }) => atMs > 10_000)
          .map(({ unitId }) => unitId),
      ).size,
    ).toBe(4);
  });
});

describe("a bus that goes and comes", () => {
  it("tells everybody who waits, takes no new requests, and asks all units again when it is back", async () => {
    let plugged = true;
    const { clock, bus, wire, read, events, asked } = busOver(slaves({ isDead: () => !plugged }));
    bus.setPollPlan(polls([1, 2], 1000));
    await clock.advance(3000);
    const waiting = [read({ unitId: 1 }), read({ unitId: 2 })];
    plugged = false;
    wire.unplug(3);
    for (const outcome of await clock.until(Promise.allSettled(waiting))) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "bus-down" } });
    }
    await expect(read({})).rejects.toMatchObject({ code: "bus-down", failureClass: "transient" });
    expect(events.at(-1)).toMatchObject({ kind: "state", state: "down", alarm: true, failures: 3 });
    const before = asked().length;
    await clock.advance(10_000);
    expect(asked()).toHaveLength(before);
    plugged = true;
    wire.plug();
    await clock.advance(500);
    expect(events.at(-1)).toMatchObject({ state: "up", alarm: false });
    expect(asked().length).toBeGreaterThanOrEqual(before + 2);
  });

  it("says that the line is jammed, and when it is clean again", async () => {
    const { clock, bus, wire, events } = busOver(slaves());
    bus.setPollPlan(polls([1, 2, 3], 1000));
    await clock.advance(2000);
    for (let atMs = 0; atMs < 10_000; atMs += 3) wire.say(Uint8Array.of(0x55), atMs);
    await clock.advance(20_000);
    expect(events.map((event) => (event.kind === "state" ? event.state : event.kind))).toEqual([
      "jammed",
      "up",
    ]);
    expect(bus.budget().units.map(({ presence }) => presence)).toEqual(["online", "online", "online"]);
  });

  it("names two units of one address: an answer too many, and a frame of a unit that has answered already", async () => {
    const twice: Script = (frame, index) => {
      const [answer] = slaves()(frame, index);
      if (!answer) return [];
      const { unitId } = parseRequest(frame);
      if (unitId === 1) return [answer, { atMs: answer.atMs + 2, bytes: readReply(1, Array(18).fill(9)) }];
      if (unitId === 3) return [{ ...answer, bytes: readReply(2, Array(18).fill(7)) }];
      return [answer];
    };
    const { clock, read, events } = busOver(twice);
    await expect(clock.until(read({ unitId: 1 }))).rejects.toMatchObject({ code: "duplicate-address" });
    await clock.until(read({ unitId: 2 }));
    await expect(clock.until(read({ unitId: 3 }))).rejects.toMatchObject({ code: "reply-foreign" });
    expect(events.filter(({ kind }) => kind === "duplicate-address")).toMatchObject([
      { unitId: 1 },
      { unitId: 2 },
    ]);
  });

  it("rejects what waits when it is closed, and what comes after", async () => {
    const { clock, bus, read } = busOver(slaves({ isDead: () => true }));
    const waiting = [read({ unitId: 1 }), read({ unitId: 2 })];
    await clock.advance(10);
    const closed = bus.close();
    for (const outcome of await clock.until(Promise.allSettled(waiting))) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "bus-closed" } });
    }
    await clock.until(closed, 1000);
    await expect(read({})).rejects.toMatchObject({ code: "bus-closed" });
  });

  it("is not stopped by a listener that throws", async () => {
    const { clock, bus } = busOver(slaves());
    let replies = 0;
    bus.on("reply", () => {
      throw new Error("a listener's own mistake");
    });
    bus.on("reply", () => {
      replies += 1;
    });
    bus.setPollPlan(polls([1], 1000));
    await clock.advance(5000);
    expect(replies).toBeGreaterThanOrEqual(4);
  });
});

describe("expiry", () => {
  it("never sends a command that is too late, even when nothing else wakes the bus", async () => {
    const { clock, bus, wire } = busOver(slaves({ isDead: () => true }));
    const profile = { ...PROFILE, longestLatencyMs: 5000 };
    const write = (value: number, expiresInMs: number) =>
      bus.write({
        lane: "restore",
        unitId: 1,
        write: { address: 0x801, words: [value] },
        profile,
        expiresAtMs: clock.nowMs() + expiresInMs,
      });
    const first = write(1, 60_000);
    await clock.advance(1);
    const late = write(2, 2000);
    await expect(clock.until(first)).rejects.toMatchObject({ code: "write-unconfirmed" });
    await expect(clock.until(late, 2000)).rejects.toMatchObject({ code: "expired" });
    expect(clock.monotonicMs()).toBeLessThanOrEqual(2002);
    await clock.advance(60_000);
    expect(wire.requests).toHaveLength(1);
  });
});

it("keeps what units did apart by kind", async () => {
  const { clock, bus, read } = busOver((frame, index) => {
    const [answer] = slaves()(frame, index);
    if (!answer || index === 1) return [];
    if (index === 2)
      return [{ ...answer, bytes: answer.bytes.map((byte, n) => (n === 9 ? byte ^ 1 : byte)) }];
    if (index === 3) return [{ ...answer, bytes: answer.bytes.subarray(0, 20) }];
    return [answer];
  });
  for (let n = 0; n < 5; n++) await clock.until(read({ key: `${n}` }).catch(() => {}));
  expect(bus.budget().units).toMatchObject([
    { unitId: 13, replies: 2, timeouts: 1, crcErrors: 1, protocolErrors: 1, exceptions: 0, turnaroundMs: 20 },
  ]);
  expect(bus.budget().lanes.person).toMatchObject({ waiting: 0, done: 2, failed: 3 });
});
