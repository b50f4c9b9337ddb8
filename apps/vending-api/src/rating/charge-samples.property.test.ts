import { dayScheme, localDayBounds, rateUse, type Sample, type TariffCalendar } from "@hallmeter/meter-model";
import fc from "fast-check";
import type { Connection } from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestDatabase } from "../../../../tests/support/test-database.ts";
import { connect } from "../db/connection.ts";
import { newId } from "../db/model.ts";
import { balanceModel } from "../ledger/balance.model.ts";
import { balancedPostings, type LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { ensureAllIndexes } from "../models.ts";
import { accrualModel } from "./accrual.model.ts";
import { type Accrual, accrualFault } from "./accrual.ts";
import { chargeSamples } from "./charge-samples.ts";
import { readLiveBalance } from "./live-balance.ts";
import type { MeteringContext } from "./metering-context.ts";
import { readIntervals } from "./read-intervals.ts";
import { idleSample } from "./testing/idle-sample.ts";
import { verifyAccruals } from "./verify-accruals.ts";

/**
 * The long version is `HALLMETER_TEST_RUNS=10000`. Each is hundreds of requests to the store; next-step.property has the same
 * rules without one.
 */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 12);
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

describe("metering and ledger on a store", () => {
  let database: Awaited<ReturnType<typeof startTestDatabase>>;
  let connection: Connection;
  let otherConnection: Connection;
  beforeAll(async () => {
    database = await startTestDatabase();
    connection = await connect(database.uri);
    otherConnection = await connect(database.uri);
    await ensureAllIndexes(connection);
  });
  afterAll(async () => {
    await connection.close();
    await otherConnection.close();
    await database.stop();
  });

  it("agree to the Wh and the nano after every step", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(eventArbitrary, { minLength: 1, maxLength: 10 }), async (events) => {
        // Everything is verified after every step: the store holds one run.
        await Promise.all([
          journalModel(connection).deleteMany({}),
          balanceModel(connection).deleteMany({}),
          accrualModel(connection).deleteMany({}),
        ]);
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
          currency: "CNY",
          nanoPerMinor: NANO_PER_MINOR,
          ratingW: 1_000_000,
          registerStepWh: 10,
          energyModulusWh: 42_949_672_960,
        });
        let nowMs = START_MS;
        let purchased = 0;
        let expectedCostNano = 0;

        const deliver = async (via: Connection, circuitId: string, samples: readonly Sample[]) =>
          chargeSamples(via, [{ context: contextOf(circuitId), samples }], new Date(nowMs));
        for (const { circuitId, seen } of circuits) {
          seen.push(idleSample(circuitId, START_MS, 5000));
          await deliver(connection, circuitId, seen);
        }

        for (const event of events) {
          if (event.kind === "purchase") {
            purchased += event.amount;
            await buy(siteId, householdId, event.amount);
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
                deliver(connection, circuit.circuitId, shown),
                ...(event.twoProcesses ? [deliver(otherConnection, circuit.circuitId, samples)] : []),
              ]);
            }
          }

          // Every invariant, after every step.
          expect((await verifyLedger(connection)).findings).toEqual([]);
          expect(await verifyAccruals(connection)).toMatchObject({ findings: [] });
          const accruals = await accrualModel(connection).find({ householdId }).lean<Accrual[]>();
          for (const accrual of accruals) expect(accrualFault(accrual)).toBeNull();
          for (const { circuitId, wh, atMs } of circuits) {
            const own = accruals.filter((accrual) => accrual.circuitId === circuitId);
            expect(own.reduce((sum, { lastWh, fromWh }) => sum + lastWh - fromWh, 0)).toBe(wh - 5000);
            const intervals = await readIntervals(connection, circuitId, {
              fromMs: START_MS - 3_600_000,
              toMs: atMs + 3_600_000,
            });
            expect(intervals.reduce((sum, interval) => sum + (interval.wh ?? 0), 0)).toBe(wh - 5000);
          }
          const entries = await journalModel(connection)
            .find({ householdId, kind: "usage" })
            .lean<LedgerEntry[]>();
          const postedWh = entries.reduce(
            (sum, { details }) => sum + Number(details.toWh) - Number(details.fromWh),
            0,
          );
          const settled = accruals.filter(
            (accrual) => accrual.state === "posted" || accrual.state === "done",
          );
          expect(postedWh).toBe(settled.reduce((sum, { lastWh, fromWh }) => sum + lastWh - fromWh, 0));
          const balance = await readLiveBalance(
            connection,
            { siteId, householdId },
            { currency: "CNY", nanoPerMinor: NANO_PER_MINOR },
          );
          const costNano = accruals.reduce((sum, accrual) => sum + accrual.costNano, 0);
          expect(balance.liveNano).toBe(purchased * NANO_PER_MINOR - costNano);
          // Against rating each difference in one go: a midnight inside it may round one Wh to the other rate.
          expect(Math.abs(costNano - expectedCostNano)).toBeLessThanOrEqual(
            accruals.length * (617_003 - 307_001),
          );
        }
      }),
      { numRuns: RUNS },
    );
  });

  async function buy(siteId: string, householdId: string, amount: number): Promise<void> {
    const ref = newId();
    await ledgerOf(connection).post({
      siteId,
      householdId,
      refSpace: "request",
      ref,
      requestHash: ref,
      decide: () => ({
        accept: {
          kind: "purchase",
          at: new Date(START_MS),
          by: { id: "u1", name: "Zhang Min" },
          note: "",
          postings: balancedPostings("purchase", { siteId, householdId, commodity: "CNY", amount }, "cash"),
          details: { method: "cash" },
        },
      }),
    });
  }
});

function costOf(fromMs: number, toMs: number, wh: number): number {
  return rateUse(tariff, CALENDAR, { fromMs, toMs, wh }).costNano;
}
