import { flatScheme, type TariffScheme } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestDatabase } from "../../../../tests/support/test-database.ts";
import { connect } from "../db/connection.ts";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { householdLinks } from "../links.ts";
import { ensureAllIndexes } from "../models.ts";
import type { Write } from "../places/editable-resource.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { householdResource } from "../places/household.routes.ts";
import { siteModel } from "../places/site.model.ts";
import { findTariff, tariffModel } from "../tariffs/tariff.model.ts";
import {
  dueStandingEntries,
  postStandingCharges,
  settleEndedDays,
  settleStandingCharges,
} from "./standing-charges.ts";

const at = (text: string) => new Date(text);
const withStanding = (standingMicroPerDay: number, taxPpm = 0): TariffScheme => ({
  ...flatScheme(600_000),
  standingMicroPerDay,
  taxPpm,
});

describe("standing charges", () => {
  let database: Awaited<ReturnType<typeof startTestDatabase>>;
  let connection: Connection;
  beforeAll(async () => {
    database = await startTestDatabase();
    connection = await connect(database.uri);
    await ensureAllIndexes(connection);
  });
  afterAll(async () => {
    await connection.close();
    await database.stop();
  });

  async function seed(openedAt: string, change: Partial<Household> = {}) {
    const siteId = newId();
    const tariffId = newId();
    const householdId = newId();
    const site = await siteModel(connection).create({
      _id: siteId,
      name: siteId,
      timeZone: "Europe/Berlin",
      currency: "EUR",
      currencyDigits: 2,
      holidays: [],
      restWeekdays: [6, 7],
    });
    await tariffModel(connection).create({
      _id: tariffId,
      siteId,
      name: "With a standing charge",
      versions: [
        { number: 1, effectiveFrom: at("2026-01-01T00:00:00Z"), tariff: withStanding(333_333) },
        // Midnight in Berlin after the change to summer time.
        { number: 2, effectiveFrom: at("2026-03-29T22:00:00Z"), tariff: withStanding(400_000, 190_000) },
      ],
    });
    const household = await householdModel(connection).create({
      _id: householdId,
      siteId,
      unitId: newId(),
      occupies: newId(),
      name: "Standing",
      words: [],
      status: "open",
      tariffId,
      cutMinor: 0,
      releaseMinor: 0,
      openedAt: at(openedAt),
      ...change,
    });
    return { site: site.toObject(), household: household.toObject(), householdId, siteId, tariffId };
  }
  async function addTariff(siteId: string, standingMicroPerDay: number): Promise<string> {
    const _id = newId();
    const version = {
      number: 1,
      effectiveFrom: at("2026-01-01T00:00:00Z"),
      tariff: withStanding(standingMicroPerDay),
    };
    await tariffModel(connection).create({ _id, siteId, name: _id, versions: [version] });
    return _id;
  }
  const entriesOf = (householdId: string) =>
    journalModel(connection).find({ householdId }).sort({ seq: 1 }).lean<LedgerEntry[]>();

  it("are posted once for each local day that has ended, under the version in force when it began", async () => {
    const { householdId, siteId } = await seed("2026-03-27T22:30:00Z");
    // Still the 28th in Berlin, whose day has not ended: only the 27th has.
    await postStandingCharges(connection, at("2026-03-28T22:59:00Z"));
    expect(await entriesOf(householdId)).toHaveLength(1);
    const charged = await postStandingCharges(connection, at("2026-03-30T22:05:00Z"));
    expect(charged.has(householdId)).toBe(true);
    await postStandingCharges(connection, at("2026-03-30T22:06:00Z"));
    const entries = await entriesOf(householdId);
    expect(entries.map(({ details }) => [details.day, details.versionNumber, details.netNano])).toEqual([
      ["2026-03-27", 1, 333_333_000],
      ["2026-03-28", 1, 333_333_000],
      ["2026-03-29", 1, 333_333_000],
      ["2026-03-30", 2, 400_000_000],
    ]);
    // 3 × 0.333333 + 0.40 + 19 % of 0.40 = 1.475999.
    const head = await ledgerOf(connection).head({ siteId, householdId });
    expect(head).toMatchObject({ balance: { EUR: -147 }, state: { carryNano: 5_999_000 } });
    expect((await verifyLedger(connection)).findings).toEqual([]);
  });

  it("settle with the day that has begun, and the sweep posts none of them again", async () => {
    const { site, household, householdId, tariffId } = await seed("2026-02-01T12:00:00Z");
    const tariff = await findTariff(connection, tariffId);
    if (!tariff) throw new Error("the tariff was stored");
    const settle = () =>
      settleStandingCharges(connection, { site, household, tariff }, at("2026-02-03T08:00:00Z"));
    await Promise.all([settle(), settle()]);
    await postStandingCharges(connection, at("2026-02-04T08:00:00Z"));
    expect((await entriesOf(householdId)).map(({ details }) => details.day).sort()).toEqual([
      "2026-02-01",
      "2026-02-02",
      "2026-02-03",
    ]);
  });

  it("stay as a settlement charged them when the household has another tariff since, and keep no other from its own", async () => {
    const { site, household, householdId, siteId, tariffId } = await seed("2026-02-01T12:00:00Z");
    const [tariff, other] = [await findTariff(connection, tariffId), await addTariff(siteId, 900_000)];
    if (!tariff) throw new Error("the tariff was stored");
    const evening = at("2026-02-02T18:00:00Z");
    await settleStandingCharges(connection, { site, household, tariff }, evening);
    expect(await dueStandingEntries(connection, { site, household, tariff }, evening)).toEqual([]);
    await householdModel(connection).updateOne({ _id: householdId }, { $set: { tariffId: other } });
    const neighbourId = newId();
    await householdModel(connection).create({ ...household, _id: neighbourId, occupies: newId() });
    await postStandingCharges(connection, at("2026-02-04T08:00:00Z"));
    const charges = async (id: string) =>
      (await entriesOf(id)).map(({ details }) => [details.day, details.netNano]);
    expect(await charges(householdId)).toEqual([
      ["2026-02-01", 333_333_000],
      ["2026-02-02", 333_333_000],
      ["2026-02-03", 900_000_000],
    ]);
    expect(await charges(neighbourId)).toHaveLength(3);
  });

  it("of days that are over are those of the tariff that the household had then", async () => {
    const { site, household, householdId, siteId, tariffId } = await seed("2026-02-01T12:00:00Z");
    const [tariff, other] = [await findTariff(connection, tariffId), await addTariff(siteId, 900_000)];
    if (!tariff) throw new Error("the tariff was stored");
    // Five minutes behind midnight in Berlin: no sweep has charged the 1st yet.
    const tariffSince = at("2026-02-01T23:05:00Z");
    await settleEndedDays(connection, { site, household, tariff }, tariffSince);
    await householdModel(connection).updateOne(
      { _id: householdId },
      { $set: { tariffId: other, tariffSince } },
    );
    await postStandingCharges(connection, at("2026-02-02T23:10:00Z"));
    expect((await entriesOf(householdId)).map(({ details }) => [details.day, details.netNano])).toEqual([
      ["2026-02-01", 333_333_000],
      ["2026-02-02", 900_000_000],
    ]);
  });

  it("of days that were free stay free under a tariff that is not", async () => {
    const { household, householdId, siteId, tariffId } = await seed("2026-02-01T12:00:00Z");
    const free = await addTariff(siteId, 0);
    await householdModel(connection).updateOne({ _id: householdId }, { $set: { tariffId: free } });
    const row = { ...household, tariffId: free };
    const resource = householdResource({ connection } as Deps, householdLinks({ connection } as Deps));
    const write = { now: at("2026-02-03T23:05:00Z") } as Write;
    const fields = await resource.patch(row, { tariffId }, write);
    await resource.writing?.(row, fields, write);
    await householdModel(connection).updateOne({ _id: householdId }, { $set: fields });
    await postStandingCharges(connection, at("2026-02-05T08:00:00Z"));
    expect((await entriesOf(householdId)).map(({ details }) => details.day)).toEqual(["2026-02-04"]);
  });

  it("are nobody's whose household is closed or has no tariff", async () => {
    const closed = await seed("2026-02-01T12:00:00Z", { status: "closed" });
    const untariffed = await seed("2026-02-01T12:00:00Z", { tariffId: null });
    await postStandingCharges(connection, at("2026-02-04T08:00:00Z"));
    expect(await entriesOf(closed.householdId)).toEqual([]);
    expect(await entriesOf(untariffed.householdId)).toEqual([]);
  });
});
