import { dayScheme, flatScheme, type TariffScheme } from "@hallmeter/meter-model";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Problem } from "../http/problem.ts";
import { creditPosition } from "../network/credit-position.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import {
  addTestSite,
  FLAT_TARIFF,
  sampleItem,
  type TestRoom,
  type TestSite,
  TWO_RATE_TARIFF,
} from "../testing/test-site.ts";
import type { TariffAnswer } from "./present-tariff.ts";
import { tariffModel } from "./tariff.model.ts";

const HOUR_MS = 3_600_000;
let api: TestApi;
let site: TestSite;
let token: string;
const post = <Body = Problem>(path: string, body: unknown, as = token) =>
  api.call<Body>("POST", path, { token: as, body });
const get = <Body = Problem>(path: string, as = token) => api.call<Body>("GET", path, { token: as });
const patch = (path: string, body: unknown) => api.call("PATCH", path, { token, body });
const inHours = (hours: number) => new Date(api.clock.now().getTime() + hours * HOUR_MS).toISOString();
/** A token lasts minutes, and the clock moves by hours. */
async function signIn(): Promise<void> {
  token = await api.tokenFor("administrator", { siteIds: [site.siteId] });
}
let tariffCount = 0;
async function addTariff(tariff: unknown = FLAT_TARIFF): Promise<TariffAnswer> {
  tariffCount += 1;
  const body = { siteId: site.siteId, name: `Tariff ${tariffCount}`, tariff };
  const answer = await post<TariffAnswer>("/tariffs", body);
  expect(answer.status).toBe(201);
  return answer.body;
}

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api);
});
beforeEach(signIn);
afterAll(() => api.stop());

describe("versions", () => {
  it("are kept, and none begins in the past", async () => {
    const { id } = await addTariff();
    const yesterday = { tariff: TWO_RATE_TARIFF, effectiveFrom: inHours(-24) };
    const refusal = { status: 409, body: { code: "tariff-in-the-past" } };
    expect(await patch(`/tariffs/${id}`, yesterday)).toMatchObject(refusal);
    expect(await post(`/tariffs/${id}/versions`, yesterday)).toMatchObject(refusal);
    const tomorrow = inHours(24);
    expect(await patch(`/tariffs/${id}`, { tariff: TWO_RATE_TARIFF, effectiveFrom: tomorrow })).toMatchObject(
      {
        status: 200,
        body: {
          version: 1,
          tariff: FLAT_TARIFF,
          versions: [
            { number: 1, tariff: FLAT_TARIFF },
            { number: 2, tariff: TWO_RATE_TARIFF, effectiveFrom: tomorrow },
          ],
        },
      },
    );
  });

  it("do not begin at one instant", async () => {
    const { id } = await addTariff();
    const version = { tariff: TWO_RATE_TARIFF, effectiveFrom: inHours(24) };
    expect((await post(`/tariffs/${id}/versions`, version)).status).toBe(201);
    const second = await post(`/tariffs/${id}/versions`, { ...version, tariff: FLAT_TARIFF });
    expect(second).toMatchObject({ status: 409, body: { code: "tariff-version-overlap" } });
  });

  it("that are coming can be withdrawn with a reason, those that hold can not", async () => {
    const { id } = await addTariff();
    const version = { tariff: TWO_RATE_TARIFF, effectiveFrom: inHours(24) };
    await post(`/tariffs/${id}/versions`, version);
    const withdraw = (number: number) =>
      post<TariffAnswer>(`/tariffs/${id}/versions/${number}/withdraw`, { reason: "Wrong price" });
    expect(await withdraw(1)).toMatchObject({ status: 409, body: { code: "tariff-in-the-past" } });
    const withdrawn = await withdraw(2);
    expect(withdrawn).toMatchObject({
      status: 200,
      body: { versions: [{ number: 1 }], withdrawn: [{ number: 2 }] },
    });
    expect(await withdraw(2)).toMatchObject({ status: 404 });
    expect(await post(`/tariffs/${id}/versions`, version)).toMatchObject({
      body: { versions: [{ number: 1 }, { number: 3 }] },
    });
    const filter = encodeURIComponent(JSON.stringify({ resourceId: id, action: "tariffs.withdraw-version" }));
    expect((await get(`/audit?filter=${filter}`)).body).toMatchObject([
      {
        reason: "Wrong price",
        before: { versions: [{}, { number: 2 }] },
        after: { versions: [{ number: 1 }] },
      },
    ]);
  });

  it("are added by one of several who saw the same, and nobody's is lost", async () => {
    const { id, revision } = await addTariff();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        post(`/tariffs/${id}/versions`, {
          tariff: flatScheme(1000 + index),
          effectiveFrom: inHours(index + 1),
          expectedRevision: revision,
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body.code === "conflict")).toHaveLength(9);
    const { body } = await get<TariffAnswer>(`/tariffs/${id}`);
    expect(body).toMatchObject({ revision: revision + 1, versions: [{ number: 1 }, { number: 2 }] });
    expect(await patch(`/tariffs/${id}`, { name: "Late", expectedRevision: revision })).toMatchObject({
      status: 409,
      body: { code: "conflict" },
    });
  });

  it("is put in force once by the same request, with its reason and who gave it", async () => {
    const { id, revision } = await addTariff();
    const path = `/tariffs/${id}/versions`;
    const ask = {
      tariff: TWO_RATE_TARIFF,
      effectiveFrom: inHours(24),
      expectedRevision: revision,
      reason: "New supply contract",
    };
    const first = await post<TariffAnswer>(path, ask);
    expect(first).toMatchObject({
      status: 201,
      body: {
        versions: [
          { number: 1 },
          { number: 2, reason: "New supply contract", by: { role: "administrator" } },
        ],
      },
    });
    expect(await post(path, ask)).toMatchObject({ status: 201, body: first.body });
    expect(await post(path, { ...ask, reason: "Another" })).toMatchObject({ status: 409 });
    // Without the revision it was made on, nothing says that the same is meant.
    const { expectedRevision: _, ...blind } = { ...ask, effectiveFrom: inHours(30) };
    expect((await post(path, blind)).status).toBe(201);
    expect(await post(path, blind)).toMatchObject({ status: 409, body: { code: "tariff-version-overlap" } });
  });
});

describe("schemes", () => {
  it("must cover every day, and the answer names the gap", async () => {
    const gap = dayScheme(FLAT_TARIFF.rates, [
      { from: "00:00", to: "07:00", rateId: "flat" },
      { from: "08:00", to: "24:00", rateId: "flat" },
    ]);
    const answer = await post("/tariffs", { siteId: site.siteId, name: "Gap", tariff: gap });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: "invalid-body",
        errors: [
          {
            path: "tariff.tables.0.periods.1",
            message: "workday, rest-day, holiday in year: 07:00–08:00 has no rate",
          },
        ],
      },
    });
  });

  it("of version 1 are taken, checked where they stand, and come out as version 2", async () => {
    const rates = [{ id: "flat", name: "All day", priceMicroPerKWh: 600_000 }];
    const old = { schemeVersion: 1, rates, periods: [{ from: "00:00", to: "24:00", rateId: "flat" }] };
    expect((await addTariff(old)).tariff).toEqual(flatScheme(600_000));
    const wrong = { ...old, periods: [{ from: "00:00", to: "24:00" }] };
    expect(await post("/tariffs", { siteId: site.siteId, name: "Old", tariff: wrong })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "tariff.periods.0.rateId" }] },
    });
    expect(
      await post("/tariffs", { siteId: site.siteId, name: "New", tariff: { ...old, schemeVersion: 3 } }),
    ).toMatchObject({ status: 400 });
  });

  it("that an older release stored keep their prices, and can be followed by new ones", async () => {
    const rates = [{ id: "flat", name: "All day", priceMicroPerKWh: 700_000 }];
    const tariff = { schemeVersion: 1, rates, periods: [{ from: "00:00", to: "24:00", rateId: "flat" }] };
    const { householdId } = site.rooms[1] as TestRoom;
    await tariffModel(api.connection).collection.insertOne({
      _id: "stored-long-ago" as never,
      siteId: site.siteId,
      name: "Long ago",
      versions: [{ effectiveFrom: new Date("2030-01-01T00:00:00Z"), tariff }],
    });
    expect((await patch(`/households/${householdId}`, { tariffId: "stored-long-ago" })).status).toBe(200);
    const position = await creditPosition(api.connection, householdId, 1, api.clock.now());
    expect(position?.tariff).toEqual(flatScheme(700_000));
    const versions = { tariff: TWO_RATE_TARIFF, effectiveFrom: inHours(24) };
    expect(await post("/tariffs/stored-long-ago/versions", versions)).toMatchObject({
      status: 201,
      body: { revision: 1, tariff: flatScheme(700_000), versions: [{ number: 1 }, { number: 2 }] },
    });
  });

  it("leave as a file and come back the same, as another tariff", async () => {
    const { id } = await addTariff(EVERYTHING);
    const file = await get<{ kind: string; scheme: TariffScheme }>(`/tariffs/${id}/scheme?version=1`);
    expect(file).toMatchObject({
      status: 200,
      body: { kind: "hallmeter-tariff", version: 1, scheme: EVERYTHING },
    });
    expect((await addTariff(file.body)).tariff).toEqual(EVERYTHING);
    expect(await get(`/tariffs/${id}/scheme?version=2`)).toMatchObject({ status: 404 });
  });

  it("are compared by field and by hour of the week", async () => {
    const { id } = await addTariff(flatScheme(600_000));
    const { body } = await post<{
      version: number;
      differences: unknown[];
      weeks: { hoursOfWeek: { beforeMicroPerKWh: number; afterMicroPerKWh: number }[] }[];
    }>(`/tariffs/${id}/compare`, { scheme: { ...TWO_RATE_TARIFF, taxPpm: 130_000 } });
    expect(body.differences).toContainEqual({ path: "taxPpm", before: 0, after: 130_000 });
    expect(body.differences).toContainEqual({
      path: "tables.year.workday",
      before: "00:00–24:00 flat",
      after: "00:00–06:00 night, 06:00–22:00 day, 22:00–24:00 night",
    });
    expect(body.weeks).toHaveLength(1);
    expect(body.weeks[0]?.hoursOfWeek).toHaveLength(168);
    expect(body.weeks[0]?.hoursOfWeek[24 + 5]).toEqual({
      beforeMicroPerKWh: 600_000,
      afterMicroPerKWh: 307_000,
    });
    expect(body.weeks[0]?.hoursOfWeek[24 + 6]).toEqual({
      beforeMicroPerKWh: 600_000,
      afterMicroPerKWh: 617_000,
    });
  });
});

describe("the calendar", () => {
  it("names days by dates that exist", async () => {
    const path = `/sites/${site.siteId}`;
    expect(await patch(path, { namedDays: { "2040-02-30": "festival" } })).toMatchObject({ status: 400 });
    expect(await patch(path, { namedDays: { "2040-05-01": "a.b".repeat(9) } })).toMatchObject({
      status: 400,
    });
    expect(await patch(path, { namedDays: { "2040-05-01": "fair" } })).toMatchObject({
      status: 200,
      body: { namedDays: { "2040-05-01": "fair" } },
    });
  });
});

describe("preview", () => {
  it("prices a household's recorded use under the proposed scheme, beside the one in force", async () => {
    // Friday, 2 March 2040, 16:00 in Shanghai. Eight quarters of 500 Wh, up to 18:00; the peak begins at 17:00.
    const { circuitId, householdId } = site.rooms[0] as TestRoom;
    const startMs = api.clock.now().getTime();
    for (let quarter = 0; quarter <= 8; quarter += 1) {
      const at = new Date(startMs + quarter * 900_000);
      api.clock.advance(at.getTime() - api.clock.now().getTime());
      await site.uplink([sampleItem(circuitId, at, 500 * quarter, { activePowerW: 2000 })]);
    }
    await signIn();
    const span = { householdId, from: "2040-03-02", to: "2040-03-02" };
    const preview = await post<Record<string, never>>(`/tariffs/${site.tariffId}/preview`, {
      scheme: PEAK,
      ...span,
    });
    expect(preview).toMatchObject({
      status: 200,
      body: {
        intervals: { good: 8, estimated: 0, missing: 0, suspect: 0 },
        inForce: {
          version: 1,
          cost: { totalNano: 4000 * 548_300, total: { amountMinor: 219, currency: "CNY" } },
        },
        proposed: {
          cost: {
            rates: [
              { rateId: "base", wh: 2000, costNano: 1_000_000_000 },
              { rateId: "peak", name: "Peak", wh: 2000, costNano: 2_000_000_000 },
            ],
            // 1,000 Wh above 3 kWh, 0.2 each kWh.
            blocks: [{ period: "2040-03", wh: 4000, surchargeNano: 200_000_000 }],
            // 2 kW for an hour, of which all in the peak; 1.5 a kW.
            demands: [
              { demandId: "max", circuitId, month: "2040-03", maximumW: 2000, costNano: 3_000_000_000 },
            ],
            standing: { days: 1, costNano: 300_000_000 },
            netNano: 6_500_000_000,
            taxNano: 845_000_000,
            totalNano: 7_345_000_000,
            total: { amountMinor: 734 },
          },
        },
      },
    });
    const hours = (preview.body as { hoursOfWeek?: { wh: number }[] }).hoursOfWeek ?? [];
    const friday = 4 * 24;
    expect(hours[friday + 16]).toMatchObject({ weekday: 5, hour: 16, wh: 2000, proposedNano: 1_000_000_000 });
    expect(hours[friday + 17]).toMatchObject({ weekday: 5, hour: 17, wh: 2000, proposedNano: 2_000_000_000 });

    // Use was rated by it: also once nobody has it, it stays.
    const { id } = await addTariff();
    for (const { householdId: own } of site.rooms)
      expect((await patch(`/households/${own}`, { tariffId: id })).status).toBe(200);
    expect(await api.call("DELETE", `/tariffs/${site.tariffId}`, { token })).toMatchObject({
      status: 409,
      body: { code: "still-in-use", detail: "Use was rated by this tariff" },
    });

    // A named day of the site's calendar has its own prices.
    expect((await patch(`/sites/${site.siteId}`, { namedDays: { "2040-03-02": "festival" } })).status).toBe(
      200,
    );
    const festival = await post(`/tariffs/${site.tariffId}/preview`, { scheme: PEAK, ...span });
    expect(festival.body).toMatchObject({
      proposed: {
        cost: {
          rates: [
            { rateId: "base", wh: 4000 },
            { rateId: "peak", wh: 0 },
          ],
        },
      },
    });
    const config = await api.call("GET", "/gateway/config", { token: site.gatewayToken });
    expect(config.body).toMatchObject({ namedDays: { "2040-03-02": "festival" } });
  });

  it("asks for a household of the same site, and for a span that a screen can show", async () => {
    const other = await addTestSite(api, { rooms: 1 });
    const { householdId } = site.rooms[0] as TestRoom;
    const path = `/tariffs/${site.tariffId}/preview`;
    const body = { scheme: FLAT_TARIFF, householdId, from: "2040-03-01", to: "2040-03-31" };
    const foreign = await post(path, { ...body, householdId: other.rooms[0]?.householdId });
    expect(foreign).toMatchObject({ status: 422, body: { code: "reference-unknown" } });
    expect(await post(path, { ...body, to: "2040-02-01" })).toMatchObject({ status: 400 });
    expect(await post(path, { ...body, to: "2042-02-01" })).toMatchObject({ status: 400 });
    expect(
      await post(path, body, await api.tokenFor("administrator", { siteIds: [other.siteId] })),
    ).toMatchObject({ status: 404 });
    const resident = await api.tokenFor("resident", { siteIds: [site.siteId], householdId });
    expect(await post(path, body, resident)).toMatchObject({ status: 403 });
  });
});

const PEAK: TariffScheme = {
  ...dayScheme(
    [
      { id: "base", name: "Base", priceMicroPerKWh: 500_000 },
      { id: "peak", name: "Peak", priceMicroPerKWh: 1_000_000 },
    ],
    [
      { from: "00:00", to: "17:00", rateId: "base" },
      { from: "17:00", to: "24:00", rateId: "peak" },
    ],
  ),
  dayTypes: [{ id: "festival", name: "Festival" }],
  blocks: { by: "month", steps: [{ aboveWh: 3000, surchargeMicroPerKWh: 200_000 }], carry: "none" },
  demands: [
    {
      id: "max",
      name: "Maximum",
      rateId: "peak",
      windowMinutes: 60,
      mode: "sliding",
      priceMicroPerKW: 1_500_000,
    },
  ],
  standingMicroPerDay: 300_000,
  taxPpm: 130_000,
};
PEAK.tables.push({
  seasonIds: ["year"],
  dayTypeIds: ["festival"],
  periods: [{ from: "00:00", to: "24:00", rateId: "base" }],
});

const EVERYTHING: TariffScheme = {
  ...PEAK,
  seasons: [
    { id: "year", name: "Cold half", ranges: [{ from: "10-01", to: "03-31" }] },
    { id: "summer", name: "Warm half", ranges: [{ from: "04-01", to: "09-30" }] },
  ],
  tables: PEAK.tables.map((table) => ({ ...table, seasonIds: ["year", "summer"] })),
};
