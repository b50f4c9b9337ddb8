import type { UnitId } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { bytesMs } from "../protocol/line/line-time.ts";
import { readTransactionMs } from "../protocol/modbus/wire-time.ts";
import { busOver, pollEntry, SLAVE_PROFILE, slaves } from "../testing/scripted-bus.ts";
import { parseRequest } from "../testing/slave-frames.ts";
import { LANES, type Lane, type PollEntry } from "./bus.ts";

const LINE = { baud: 9600, parity: "even", stopBits: 1 } as const;
const BLOCK = { name: "forty registers", function: 3, address: 0, count: 40 } as const;
/** The slave of the design: 40 registers and 5 ms. */
const READ_MS = readTransactionMs(LINE, 40, 5);
const ONE_TIMEOUT_MS = bytesMs(LINE, 93) + SLAVE_PROFILE.longestLatencyMs;

const polls = (units: number, intervalMs: number) =>
  Array.from({ length: units }, (_, n) => pollEntry(n + 1, intervalMs, { blocks: [BLOCK] }));

/** 64 units that are polled more often than the wire carries. */
function fullBus(isDead: (unitId: number) => boolean = () => false) {
  const rig = busOver(slaves({ turnaroundMs: 5, line: LINE, isDead }), { line: LINE });
  rig.bus.setPollPlan(polls(64, 5000));
  return rig;
}

/** How long after its decision the first byte of each trip leaves, decided at instants all over a transaction. */
async function tripWaits({ clock, bus, wire }: ReturnType<typeof fullBus>): Promise<number[]> {
  const waits: number[] = [];
  await clock.advance(20_000);
  for (let n = 0; n < 120; n++) {
    await clock.advance(317 + n * 1.37);
    const decidedMs = clock.monotonicMs();
    const trip = bus.write({
      lane: "trip",
      unitId: 40,
      write: { address: 0x801, words: [n] },
      profile: SLAVE_PROFILE,
    });
    await clock.until(trip);
    waits.push((wire.requests.findLast(({ bytes }) => bytes[1] === 16)?.atMs ?? 0) - decidedMs);
  }
  return waits.sort((a, b) => a - b);
}

describe("a trip on a bus of 64 units under full polling", () => {
  it("leaves within one transaction of the decision", async () => {
    const waits = await tripWaits(fullBus());
    expect(waits.at(-1)).toBeLessThanOrEqual(READ_MS);
    expect(waits.at(Math.floor(waits.length * 0.99))).toBeLessThanOrEqual(150);
  });

  it("leaves as soon while reads wait in every lane that could be joined to one long one", async () => {
    const rig = fullBus();
    const { bus, read, wire } = rig;
    bus.setPollPlan(
      polls(64, 5000).map((entry): PollEntry => (entry.unitId === 1 ? { ...entry, lane: "watch" } : entry)),
    );
    let isOver = false;
    const keepAsking = async (lane: Lane, address: number) => {
      for (let unitId = 1; !isOver; unitId = 1 + (unitId % 64))
        await read({ lane, unitId, block: { ...BLOCK, address } }).catch(() => {});
    };
    const askers = (["person", "watch", "backfill"] as const).map((lane, n) => keepAsking(lane, 40 + 40 * n));
    const waits = await tripWaits(rig);
    isOver = true;
    await rig.clock.until(Promise.all(askers));
    expect(waits.at(-1)).toBeLessThanOrEqual(150);
    expect(Math.max(...wire.requests.map(({ bytes }) => parseRequest(bytes).count))).toBe(40);
  });

  it("leaves within one time-out with a dead unit in flight", async () => {
    const waits = await tripWaits(fullBus((unitId) => unitId === 7 || unitId === 8));
    expect(waits.at(-1)).toBeLessThanOrEqual(ONE_TIMEOUT_MS);
  });
});

describe("floods", () => {
  const flooded: Lane[] = ["restore", "sale", "person", "backfill", "scan"];

  it.for([
    { name: "while the plan fits, to whom polls come in time all the same", intervalMs: 10_000, fits: true },
    { name: "when the plan does not fit either", intervalMs: 2000, fits: false },
  ])("in every lane at once starve no lane $name", async ({ intervalMs, fits }) => {
    const { clock, bus, read, asked } = busOver(slaves({ turnaroundMs: 5, line: LINE }), { line: LINE });
    // 64 reads take 7.4 s.
    bus.setPollPlan(polls(64, intervalMs));
    expect(bus.budget().overcommitted).toBe(!fits);
    const served = Object.fromEntries(LANES.map((lane) => [lane, 0]));
    let isOver = false;
    const keepAsking = async (lane: Lane, n: number) => {
      while (!isOver) {
        await read({ lane, unitId: 100 + n, key: `${lane} ${n}` });
        served[lane] = (served[lane] ?? 0) + 1;
      }
    };
    const askers = flooded.flatMap((lane) => [0, 1, 2].map((n) => keepAsking(lane, n)));
    await clock.advance(120_000);
    isOver = true;
    bus.setPollPlan([]);
    await clock.until(Promise.all(askers));
    for (const lane of flooded) expect(served[lane], lane).toBeGreaterThanOrEqual(8);
    if (!fits) return;
    for (let unitId = 1; unitId <= 64; unitId++) {
      const instants = asked().filter((request) => request.unitId === unitId);
      const gapsMs = instants.slice(1).map(({ atMs }, n) => atMs - (instants[n]?.atMs ?? 0));
      expect(Math.max(...gapsMs), `unit ${unitId}`).toBeLessThanOrEqual(3 * intervalMs);
    }
  });
});

describe("within a lane", () => {
  it("goes who expires first, and those without expiry are not put off for ever", async () => {
    const { clock, read, asked } = busOver(slaves());
    const busy = read({ unitId: 9 });
    await clock.advance(1);
    const inSeconds = (unitId: number, seconds?: number) =>
      read({ unitId, ...(seconds && { expiresAtMs: clock.nowMs() + seconds * 1000 }) });
    const waiting = [inSeconds(1), inSeconds(2, 15), inSeconds(3, 5), inSeconds(4, 60)];
    await clock.until(Promise.all([busy, ...waiting]));
    expect(asked().map(({ unitId }) => unitId)).toEqual([9, 3, 2, 1, 4]);
  });
});

const PATIENT_PROFILE = { minimumGapMs: 0, longestLatencyMs: 1000 };

/** Eight units, seven of which answer after 5 ms and one after 700. */
function slowAmongQuick(slowId: number, isPowered: () => boolean) {
  const rig = busOver(
    (frame, index) => {
      const { unitId } = parseRequest(frame);
      if (unitId === slowId && !isPowered()) return [];
      return slaves({ turnaroundMs: unitId === slowId ? 700 : 5, line: LINE })(frame, index);
    },
    { line: LINE },
  );
  const samples = new Map<UnitId, number>();
  const presence = new Map<UnitId, string[]>();
  rig.bus.on("reply", ({ unitId }) => samples.set(unitId, (samples.get(unitId) ?? 0) + 1));
  rig.bus.on("unit", (event) =>
    presence.set(event.unitId, [...(presence.get(event.unitId) ?? []), event.presence]),
  );
  rig.bus.setPollPlan(polls(8, 5000).map((entry) => ({ ...entry, profile: PATIENT_PROFILE })));
  return { ...rig, samples, presence };
}

describe("dead units", () => {
  it("cost the living at most 2 % of the bus, three of 32, from the beginning", async () => {
    const samplesOf = async (dead: readonly number[], known: readonly number[]) => {
      const script = slaves({ turnaroundMs: 5, line: LINE, isDead: (unitId) => dead.includes(unitId) });
      const { clock, bus } = busOver(script, { line: LINE, random: () => 0.5 });
      let samples = 0;
      bus.on("reply", () => {
        samples += 1;
      });
      const plan = polls(32, 1000).map((entry) => ({ ...entry, profile: PATIENT_PROFILE }));
      bus.setPollPlan(plan.filter(({ unitId }) => known.includes(Number(unitId))));
      await clock.advance(600_000);
      const atFirst = samples;
      await clock.advance(480_000);
      return { atFirst, later: samples - atFirst };
    };
    const all = Array.from({ length: 32 }, (_, n) => n + 1);
    const dead = [5, 17, 30];
    const living = all.filter((unitId) => !dead.includes(unitId));
    const [among, alone] = [await samplesOf(dead, all), await samplesOf([], living)];
    expect(among.atFirst).toBeGreaterThanOrEqual(0.98 * alone.atFirst);
    expect(among.later).toBeGreaterThanOrEqual(0.98 * alone.later);
  });

  it.for([
    { place: "before the quick ones", slowId: 1 },
    { place: "behind the quick ones", slowId: 8 },
  ])("are not what a slow unit is taken for, $place", async ({ slowId }) => {
    const { bus, clock, samples, presence } = slowAmongQuick(slowId, () => true);
    await clock.advance(30_000);
    expect(samples.get(slowId)).toBeGreaterThanOrEqual(5);
    expect(presence.get(slowId)).toEqual(["online"]);
    expect(bus.budget().units.every((unit) => unit.presence === "online")).toBe(true);
  });

  it("that come back slow are known by their late answer", async () => {
    let isPowered = false;
    const { clock, samples, presence } = slowAmongQuick(8, () => isPowered);
    await clock.advance(60_000);
    expect(presence.get(8)).toEqual(["offline"]);
    isPowered = true;
    // Two pauses between probes: the first answer comes late, the second is waited for.
    await clock.advance(122_000);
    expect(presence.get(8)).toEqual(["offline", "online"]);
    expect(samples.get(8)).toBeGreaterThanOrEqual(1);
  });

  it("that have become slow for one block are waited for there", async () => {
    const slow = { name: "slow", function: 3, address: 900, count: 2 } as const;
    const { clock, bus } = busOver(
      (frame, index) => {
        const isSlow = frame[3] === 900 % 256;
        return slaves({ turnaroundMs: isSlow ? 350 : 5, line: LINE })(frame, index);
      },
      { line: LINE },
    );
    const samples = { slow: 0, quick: 0 };
    bus.on("reply", ({ key }) => {
      samples[key as keyof typeof samples] += 1;
    });
    bus.setPollPlan([
      pollEntry(1, 1000, { key: "quick", blocks: [BLOCK] }),
      pollEntry(1, 5000, { key: "slow", blocks: [slow] }),
    ]);
    await clock.advance(100_000);
    expect(samples.slow).toBeGreaterThanOrEqual(18);
    expect(samples.quick).toBeGreaterThanOrEqual(95);
  });
});
