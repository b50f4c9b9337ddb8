import { dayScheme, localDayBounds, rateUse, type Sample, type TariffCalendar } from "@hallmeter/meter-model";
import fc from "fast-check";
import type { Connection } from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestDatabase } from "../../../../tests/support/test-database.ts";
import { connect } from "../db/connection.ts";
import { newId } from "../db/model.ts";
import { balanceModel } from "../ledger/balance.model.ts";
import { balancedPostings, type LedgerEntry } from "../ledger/entry.ts";
import { isRefusal, journalModel } from "../ledger/journal.model.ts";
import { type Ledger, ledgerOf, openLedger } from "../ledger/ledger.ts";
import { inMemoryJournal, noBalanceRows } from "../ledger/testing/in-memory-journal.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { ensureAllIndexes } from "../models.ts";
import { accrualModel } from "./accrual.model.ts";
import { type Accrual, accrualFault, usageRef } from "./accrual.ts";
import { chargeInto } from "./charge-samples.ts";
import { balanceOf, readLiveBalance, unsettled } from "./live-balance.ts";
import { type MeteringBooks, storedMetering } from "./metering-books.ts";
import type { MeteringContext } from "./metering-context.ts";
import { FLAG_LEVELS, INTERVAL_MS } from "./profile-marks.ts";
import { intervalsFrom, readIntervals } from "./read-intervals.ts";
import { idleSample } from "./testing/idle-sample.ts";
import { inMemoryMeteringBooks } from "./testing/in-memory-books.ts";
import { verifyAccruals } from "./verify-accruals.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 150);
/** Each is hundreds of requests to the store: so many show that it does what plain values do. */
const RUNS_ON_THE_STORE = 12;
/** Seconds where nobody else is; a busy machine takes longer. */
const STORE_TIMEOUT_MS = 120_000;
const ZONE = "Asia/Shanghai";
const NANO_PER_MINOR = 10_000_000;
const CALENDAR: TariffCalendar = { timeZone: ZONE, restWeekdays: [6, 7], holidays: [], namedDays: {} };
const tariff = dayScheme(
  [
    { id: "day", name: "Day", priceMicroPerKWh: 617_003 },
    { id: "night", name: "Night", priceMicroPerKWh: 307_001 },
  ],
  [
    { from: "00:00", to: "06:00", rateId: "night" },
    { from: "06:00", to: "24:00", rateId: "day" },
  ],
);
const START_MS = localDayBounds("2025-03-01", ZONE).startMs + 20 * 3_600_000;

const eventArbitrary = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("samples" as const),
      steps: fc.array(
        fc.record({
          afterMs: fc.integer({ min: 5000, max: 3 * 3_600_000 }),
          wh: fc.integer({ min: 0, max: 900 }),
          circuit: fc.constantFrom(0, 1),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      again: fc.boolean(),
      twoProcesses: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("purchase" as const),
      amount: fc.integer({ min: 1, max: 9000 }),
    }),
  },
);

/** One run's accruals and journal, shared by two processes. */
interface Bench {
  processes: readonly [Process, Process];
  /** Of journal and accruals as a whole. */
  findings(): Promise<object[]>;
  accruals(): Promise<Accrual[]>;
  entries(): Promise<LedgerEntry[]>;
  liveNano(household: { siteId: string; householdId: string }): Promise<number>;
  /** Sum of the profile's intervals between two instants. */
  profileWh(circuitId: string, span: { fromMs: number; toMs: number }): Promise<number>;
}
interface Process {
  books: MeteringBooks;
  ledger: Ledger;
}

const MONEY = { currency: "CNY", nanoPerMinor: NANO_PER_MINOR };

function inMemoryBench(turns: readonly number[]): Bench {
  let place = 0;
  const pause = async () => {
    for (let left = turns[place++ % turns.length] ?? 0; left > 0; left -= 1) await null;
  };
  const journal = inMemoryJournal(pause);
  const { accruals, marksOf, through } = inMemoryMeteringBooks(pause);
  const open = (): Process => {
    const ledger = openLedger(journal, noBalanceRows);
    return { books: through(ledger), ledger };
  };
  const processes = [open(), open()] as const;
  const entries = () => journal.rows().filter((row): row is LedgerEntry => !isRefusal(row));
  return {
    processes,
    findings: async () => journal.findings(),
    accruals: async () => [...accruals.values()],
    entries: async () => entries(),
    async liveNano(household) {
      const head = await processes[0].ledger.head(household);
      const posted = new Set(entries().map(({ ref }) => ref));
      const living = await processes[0].books.living([
        ...new Set([...accruals.values()].map((accrual) => accrual.circuitId)),
      ]);
      const isPosted = living.filter((accrual) => posted.has(usageRef(accrual))).map(usageRef);
      const open = unsettled(living, new Set(isPosted));
      if (open === undefined) throw new Error("nobody writes now");
      return balanceOf(head, open, MONEY).liveNano;
    },
    async profileWh(circuitId, { fromMs, toMs }) {
      const first = Math.floor(fromMs / INTERVAL_MS);
      const length = Math.ceil(toMs / INTERVAL_MS) - first + 1;
      const readings = new Array<number | null>(length).fill(null);
      const flags = new Array<number>(length).fill(FLAG_LEVELS.good);
      for (const { interval, readingWh, flag } of marksOf(circuitId)) {
        readings[interval - first] = readingWh;
        flags[interval - first] = flag;
      }
      const intervals = intervalsFrom({ first, readings, flags }, fromMs, toMs);
      return intervals.reduce((sum, { wh }) => sum + (wh ?? 0), 0);
    },
  };
}

type Event = typeof eventArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** To the Wh and the nano, after every step. */
async function agrees(bench: Bench, events: readonly Event[]): Promise<void> {
  const siteId = newId();
  const householdId = newId();
  const circuits = [newId(), newId()].map((circuitId) => ({
    circuitId,
    atMs: START_MS,
    wh: 5000,
    seen: [] as Sample[],
  }));
  const contextOf = (circuitId: string): MeteringContext => ({
    circuitId,
    siteId,
    timeZone: ZONE,
    calendar: CALENDAR,
    household: {
      id: householdId,
      tariffId: "t1",
      tariffVersions: [{ number: 1, effectiveFrom: new Date(0), tariff }],
    },
    ...MONEY,
    ratingW: 1_000_000,
    registerStepWh: 10,
    energyModulusWh: 42_949_672_960,
  });
  let nowMs = START_MS;
  let purchased = 0;
  let expectedCostNano = 0;
  const [first, second] = bench.processes;
  const deliver = ({ books }: Process, circuitId: string, samples: readonly Sample[]) =>
    chargeInto(books, [{ context: contextOf(circuitId), samples }], new Date(nowMs));
  for (const { circuitId, seen } of circuits) {
    seen.push(idleSample(circuitId, START_MS, 5000));
    await deliver(first, circuitId, seen);
  }

  for (const event of events) {
    if (event.kind === "purchase") {
      purchased += event.amount;
      await buy(first.ledger, { siteId, householdId }, event.amount);
    } else {
      const fresh = new Map<string, Sample[]>();
      for (const step of event.steps) {
        const circuit = circuits[step.circuit];
        if (!circuit) continue;
        const fromMs = circuit.atMs;
        circuit.atMs += step.afterMs;
        circuit.wh += step.wh;
        expectedCostNano += costOf(fromMs, circuit.atMs, step.wh);
        fresh.set(circuit.circuitId, [
          ...(fresh.get(circuit.circuitId) ?? []),
          idleSample(circuit.circuitId, circuit.atMs, circuit.wh),
        ]);
        nowMs = Math.max(nowMs, circuit.atMs);
      }
      for (const circuit of circuits) {
        const samples = fresh.get(circuit.circuitId) ?? [];
        circuit.seen.push(...samples);
        const shown = event.again ? [...circuit.seen].reverse() : samples;
        await Promise.all([
          deliver(first, circuit.circuitId, shown),
          ...(event.twoProcesses ? [deliver(second, circuit.circuitId, samples)] : []),
        ]);
      }
    }

    expect(await bench.findings()).toEqual([]);
    const accruals = (await bench.accruals()).sort((a, b) => a.fromAt.getTime() - b.fromAt.getTime());
    for (const accrual of accruals) expect(accrualFault(accrual)).toBeNull();
    for (const { circuitId, wh, atMs } of circuits) {
      const own = accruals.filter((accrual) => accrual.circuitId === circuitId);
      expect(own.reduce((sum, { lastWh, fromWh }) => sum + lastWh - fromWh, 0)).toBe(wh - 5000);
      const span = { fromMs: START_MS - 3_600_000, toMs: atMs + 3_600_000 };
      expect(await bench.profileWh(circuitId, span)).toBe(wh - 5000);
    }
    const usage = (await bench.entries()).filter(({ kind }) => kind === "usage");
    const postedWh = usage.reduce(
      (sum, { details }) => sum + Number(details.toWh) - Number(details.fromWh),
      0,
    );
    const settled = accruals.filter(({ state }) => state === "posted" || state === "done");
    expect(postedWh).toBe(settled.reduce((sum, { lastWh, fromWh }) => sum + lastWh - fromWh, 0));
    const costNano = accruals.reduce((sum, accrual) => sum + accrual.costNano, 0);
    expect(await bench.liveNano({ siteId, householdId })).toBe(purchased * NANO_PER_MINOR - costNano);
    // Against rating each difference in one go: a midnight inside it may round one Wh to the other rate.
    expect(Math.abs(costNano - expectedCostNano)).toBeLessThanOrEqual(accruals.length * (617_003 - 307_001));
  }
}

async function buy(
  ledger: Ledger,
  whose: { siteId: string; householdId: string },
  amount: number,
): Promise<void> {
  const ref = newId();
  await ledger.post({
    ...whose,
    refSpace: "request",
    ref,
    requestHash: ref,
    decide: () => ({
      accept: {
        kind: "purchase",
        at: new Date(START_MS),
        by: { id: "u1", name: "Zhang Min" },
        note: "",
        postings: balancedPostings("purchase", { ...whose, commodity: "CNY", amount }, "cash"),
        details: { method: "cash" },
      },
    }),
  });
}

function costOf(fromMs: number, toMs: number, wh: number): number {
  return rateUse(tariff, CALENDAR, { fromMs, toMs, wh }).costNano;
}

const eventsArbitrary = fc.array(eventArbitrary, { minLength: 1, maxLength: 10 });
const turnsArbitrary = fc.array(fc.nat(6), { minLength: 1, maxLength: 16 });

describe("metering and ledger", () => {
  it("agree to the Wh and the nano after every step", async () => {
    await fc.assert(
      fc.asyncProperty(eventsArbitrary, turnsArbitrary, (events, turns) =>
        agrees(inMemoryBench(turns), events),
      ),
      { numRuns: RUNS },
    );
  });
});

describe("metering and ledger on a store", () => {
  let database: Awaited<ReturnType<typeof startTestDatabase>>;
  let connections: [Connection, Connection];
  beforeAll(async () => {
    database = await startTestDatabase();
    connections = [await connect(database.uri), await connect(database.uri)];
    await ensureAllIndexes(connections[0]);
  });
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await database.stop();
  });

  /** Everything is verified after every step: the store holds one run. */
  async function storedBench(): Promise<Bench> {
    const [connection, other] = connections;
    await Promise.all([
      journalModel(connection).deleteMany({}),
      balanceModel(connection).deleteMany({}),
      accrualModel(connection).deleteMany({}),
    ]);
    const processOn = (one: Connection): Process => ({ books: storedMetering(one), ledger: ledgerOf(one) });
    return {
      processes: [processOn(connection), processOn(other)],
      findings: async () => [
        ...(await verifyLedger(connection)).findings,
        ...(await verifyAccruals(connection)).findings,
      ],
      accruals: () => accrualModel(connection).find().lean<Accrual[]>(),
      entries: () =>
        journalModel(connection)
          .find({ kind: { $ne: "refusal" } })
          .lean<LedgerEntry[]>(),
      liveNano: async (household) => (await readLiveBalance(connection, household, MONEY)).liveNano,
      async profileWh(circuitId, span) {
        const intervals = await readIntervals(connection, circuitId, span);
        return intervals.reduce((sum, { wh }) => sum + (wh ?? 0), 0);
      },
    };
  }

  it(
    "agree to the Wh and the nano after every step",
    async () => {
      await fc.assert(
        fc.asyncProperty(eventsArbitrary, async (events) => agrees(await storedBench(), events)),
        { numRuns: RUNS_ON_THE_STORE },
      );
    },
    STORE_TIMEOUT_MS,
  );
});
