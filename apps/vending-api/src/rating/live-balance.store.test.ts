import { flatScheme } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestDatabase } from "../../../../tests/support/test-database.ts";
import { connect } from "../db/connection.ts";
import { newId } from "../db/model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { ensureAllIndexes } from "../models.ts";
import { accrualModel } from "./accrual.model.ts";
import { type Accrual, closeAccrual } from "./accrual.ts";
import { chargeSamples } from "./charge-samples.ts";
import { readLiveBalance } from "./live-balance.ts";
import type { MeteringContext } from "./metering-context.ts";
import { postUsage } from "./post-usage.ts";
import { verifyAccruals } from "./verify-accruals.ts";
import { beginWatch } from "./watch.ts";

const NOW = new Date("2025-03-02T00:00:00Z");
const COST_NANO = 1_234_567_890;

describe("a crash between two steps of a midnight", () => {
  let database: Awaited<ReturnType<typeof startTestDatabase>>;
  let connection: Connection;
  let open: Accrual;

  beforeAll(async () => {
    database = await startTestDatabase();
    connection = await connect(database.uri);
    await ensureAllIndexes(connection);
  });
  afterAll(async () => {
    await connection.close();
    await database.stop();
  });
  beforeEach(async () => {
    const circuitId = newId();
    open = {
      _id: `${circuitId}:2025-03-01`,
      siteId: "s1",
      circuitId,
      householdId: newId(),
      tariffId: "t1",
      versionNumber: 1,
      terms: { blocks: null, taxPpm: 0 },
      blockPeriod: null,
      day: "2025-03-01",
      part: 0,
      endsAt: new Date("2025-03-01T16:00:00Z"),
      state: "open",
      fromAt: new Date("2025-03-01T00:00:00Z"),
      fromWh: 0,
      lastAt: new Date("2025-03-01T16:00:00Z"),
      lastWh: 2000,
      offsetWh: 0,
      lastRelay: "closed",
      whByRate: { flat: 2000 },
      costNano: COST_NANO,
      demand: null,
      demandNano: 0,
      nanoPerMinor: 10_000_000,
      currency: "CNY",
      suspect: null,
      revision: 0,
      held: [],
      registerChangeId: null,
      watch: beginWatch(new Date(0), 0, null),
      recentDays: [],
    };
    await accrualModel(connection).create(open);
  });

  const live = async () => {
    const household = { siteId: "s1", householdId: open.householdId ?? "" };
    return (await readLiveBalance(connection, household, { currency: "CNY", nanoPerMinor: 10_000_000 }))
      .liveNano;
  };
  const context = (): MeteringContext => ({
    circuitId: open.circuitId,
    siteId: "s1",
    timeZone: "Asia/Shanghai",
    calendar: { timeZone: "Asia/Shanghai", restWeekdays: [], holidays: [], namedDays: {} },
    household: {
      id: open.householdId ?? "",
      tariffId: "t1",
      tariffVersions: [{ number: 1, effectiveFrom: new Date(0), tariff: flatScheme(600_000) }],
    },
    currency: "CNY",
    nanoPerMinor: 10_000_000,
    ratingW: 13_800,
    registerStepWh: 10,
    energyModulusWh: 42_949_672_960,
  });

  it.each(["before closing", "before posting", "before marking", "before handing over"] as const)(
    "%s leaves the live balance as it was, and the next run goes on",
    async (crash) => {
      const closed = closeAccrual(open);
      const steps = {
        "before closing": async () => undefined,
        "before posting": async () => {
          await accrualModel(connection).updateOne({ _id: open._id }, { $set: closed });
        },
        "before marking": async () => {
          await accrualModel(connection).updateOne({ _id: open._id }, { $set: closed });
          await postUsage(ledgerOf(connection), closed, NOW);
        },
        "before handing over": async () => {
          await postUsage(ledgerOf(connection), closed, NOW);
          await accrualModel(connection).updateOne(
            { _id: open._id },
            { $set: { ...closed, state: "posted" } },
          );
        },
      };
      await steps[crash]();
      expect(await live()).toBe(-COST_NANO);
      await chargeSamples(connection, [{ context: context(), samples: [] }], NOW, {
        closeBeforeMs: NOW.getTime(),
      });
      expect(await live()).toBe(-COST_NANO);
      expect(await accrualModel(connection).findById(open._id).lean()).toMatchObject({
        state: "posted",
      });
      const household = { siteId: "s1", householdId: open.householdId ?? "" };
      expect(await ledgerOf(connection).head(household)).toMatchObject({
        seq: 1,
        balance: { CNY: -123 },
        state: { carryNano: 4_567_890 },
      });
      expect((await verifyAccruals(connection)).findings).toEqual([]);
    },
  );

  it("finds an entry that is missing or differs", async () => {
    const posted: Accrual = { ...closeAccrual(open), state: "posted" };
    await accrualModel(connection).updateOne({ _id: open._id }, { $set: posted });
    const codes = async () =>
      (await verifyAccruals(connection)).findings
        .filter(({ accrualId }) => accrualId === open._id)
        .map(({ code }) => code);
    expect(await codes()).toEqual(["entry-missing"]);
    await postUsage(ledgerOf(connection), posted, NOW);
    expect(await codes()).toEqual([]);
    await accrualModel(connection).updateOne({ _id: open._id }, { $set: { costNano: COST_NANO - 1 } });
    expect(await codes()).toEqual(["entry-differs"]);
    await accrualModel(connection).deleteOne({ _id: open._id });
  });
});
