import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pdfText } from "../documents/testing/pdf-text.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { postUse } from "../rating/post-usage.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { householdStatementFacts } from "./household-statement.ts";

let api: TestApi;
let site: TestSite;
let room: TestRoom;
let till: { id: string };
let keyCount = 0;
const newKey = () => {
  keyCount += 1;
  return `reports-key-${keyCount}`;
};

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  room = site.rooms[0] as TestRoom;
  till = await site.add<{ id: string }>("/tills", { siteId: site.siteId, name: "Front desk" });
});
afterAll(() => api.stop());

/** Months go by: a token of before has run out. */
const manager = () => api.tokenFor("property-manager", { siteIds: [site.siteId] });

async function file(path: string, token?: string): Promise<{ status: number; text: string; bytes: Buffer }> {
  const response = await fetch(`${api.origin}/api/v1${path}`, {
    headers: { authorization: `Bearer ${token ?? (await manager())}` },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, bytes, text: response.ok ? pdfText(bytes).join("\n") : bytes.toString() };
}

const post = async (path: string, body: object, token?: string) => {
  const answer = await api.call<{ id: string }>("POST", path, {
    token: token ?? (await manager()),
    idempotencyKey: newKey(),
    body,
  });
  expect(answer.status).toBe(201);
  return answer.body;
};
const sell = (amountMinor: number, token?: string) =>
  post("/purchases", { householdId: room.householdId, amountMinor, method: "cash" }, token);

const PRICE = 548_300;

/** One day's use at the flat rate, as rating posts it. */
async function use(day: string, wh: number): Promise<void> {
  const { siteId, tariffId } = site;
  const { householdId, circuitId } = room;
  await postUse(
    ledgerOf(api.connection),
    {
      siteId,
      householdId,
      ref: `usage:${circuitId}:${day}:${wh}`,
      source: { circuitId, day, part: 0, whByRate: { flat: wh }, tariffId, versionNumber: 1 },
      use: {
        usedFrom: `${day}T00:00:00.000Z`,
        wh,
        energyNano: wh * PRICE,
        fixedNano: 0,
        blockPeriod: null,
        terms: { blocks: null, taxPpm: 0 },
        nanoPerMinor: 10_000_000,
        currency: "CNY",
      },
    },
    api.clock.now(),
  );
}

const at = (instant: string) => api.clock.sleep(Date.parse(instant) - api.clock.now().getTime());

describe("a household's months", () => {
  beforeAll(async () => {
    at("2041-01-20T02:00:00Z");
    await sell(10_000);
    await use("2041-01-19", 1200);
    at("2041-01-31T16:00:10Z");
    await use("2041-01-31", 3333);
    at("2041-02-02T08:00:00Z");
    await sell(2000);
    at("2041-02-03T15:00:00Z");
    await use("2041-01-30", 777);
    at("2041-02-10T15:00:00Z");
    await use("2041-01-29", 501);
    await use("2041-02-09", 901);
    at("2041-02-28T16:00:30Z");
    await use("2041-02-28", 1000);
  });

  const factsOf = async (month: string) => {
    const household = await householdModel(api.connection)
      .findById(room.householdId)
      .lean<Household | null>();
    return householdStatementFacts(
      api.connection,
      household as Household,
      month,
      new Date("2041-04-01T00:00:00Z"),
    );
  };

  it("go on where the one before ended, and add up", async () => {
    const months = await Promise.all(["2040-12", "2041-01", "2041-02", "2041-03"].map(factsOf));
    let previous = { amountMinor: 0, freeWh: 0 };
    for (const { opening, closing, movements, charges, days } of months) {
      expect(opening).toEqual(previous);
      const moved = movements.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      expect(opening.amountMinor + moved - charges.chargedMinor).toBe(closing.amountMinor);
      const nano = charges.rates.reduce((sum, { costNano }) => sum + costNano, 0) + charges.carriedNano;
      expect(nano).toBe(charges.chargedMinor * 10_000_000);
      expect(days.reduce((sum, { chargedMinor }) => sum + chargedMinor, 0)).toBe(charges.chargedMinor);
      previous = closing;
    }
    const last = await journalModel(api.connection)
      .findOne({ householdId: room.householdId })
      .sort({ seq: -1 })
      .lean<LedgerEntry | null>();
    expect(previous.amountMinor).toBe(last?.balanceAfter.CNY);
  });

  it("have the use of their own days, and late use where it was booked", async () => {
    const [january, february] = await Promise.all([factsOf("2041-01"), factsOf("2041-02")]);
    expect(january.days.map(({ day }) => day)).toEqual(["2041-01-19", "2041-01-30", "2041-01-31"]);
    expect(february.days.map(({ day }) => day)).toEqual(["2041-01-29", "2041-02-09", "2041-02-28"]);
    expect(january.charges.rates).toEqual([
      { name: "Flat", priceMicroPerKWh: PRICE, wh: 5310, costNano: 5310 * PRICE },
    ]);
  });

  it("are preliminary until they are closed, then numbered for ever", async () => {
    const path = `/households/${room.householdId}/statement.pdf?month=2041-02`;
    at("2041-03-03T15:59:59Z");
    expect((await file(path)).text).toContain("Preliminary");
    at("2041-03-03T16:00:00Z");
    const final = await file(path);
    expect(final.text).toContain("MS-000001");
    expect(final.text).toContain("February 2041");
    await sell(100);
    expect((await file(path)).bytes.equals(final.bytes)).toBe(true);
    expect((await file(`${path}&language=zh`)).text).toContain("月度账单");
  });

  it("are the household's own, and none before they begin", async () => {
    const path = `/households/${room.householdId}/statement.pdf`;
    const reach = { siteIds: [site.siteId] };
    const own = await api.tokenFor("resident", { ...reach, householdId: room.householdId });
    const neighbour = await api.tokenFor("resident", { ...reach, householdId: "somebody-else" });
    expect((await file(`${path}?month=2041-02`, own)).status).toBe(200);
    expect((await file(`${path}?month=2041-02`, neighbour)).status).toBe(404);
    expect((await file(`${path}?month=2041-04`)).status).toBe(400);
    expect((await file(`${path}?month=2041-13`)).status).toBe(400);
  });
});

describe("a till report", () => {
  it("has no number while the shift is open, and says what was missing once it is closed", async () => {
    const seller = await manager();
    const shift = await post(`/tills/${till.id}/shifts`, { floatMinor: 10_000 }, seller);
    await sell(2500, seller);
    const path = `/till-shifts/${shift.id}/report.pdf`;
    const open = await file(path);
    expect(open.text).toContain("Preliminary");
    expect(open.text).toContain("125.00 CNY");
    await post(`/till-shifts/${shift.id}/close`, { counted: { cash: 12_400, card: 0, transfer: 0 } }, seller);
    const closed = await file(path);
    expect(closed.text).toContain("TR-000001");
    expect(closed.text).toContain("-1.00 CNY");
    expect((await file(path)).bytes.equals(closed.bytes)).toBe(true);
  });
});
