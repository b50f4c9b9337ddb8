import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { balancedPostings } from "../ledger/entry.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import type { Lot } from "../ledger/lots.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../testing/test-site.ts";

let api: TestApi;
let site: TestSite;
let room: TestRoom;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  room = site.rooms[0] as TestRoom;
});
afterAll(() => api.stop());

async function grant(lot: Lot): Promise<void> {
  const { grantId, commodity, remaining: amount } = lot;
  const { siteId } = site;
  const { householdId } = room;
  await ledgerOf(api.connection).post({
    siteId,
    householdId,
    refSpace: "request",
    ref: grantId,
    requestHash: grantId,
    decide: () => ({
      accept: {
        kind: "grant",
        at: api.clock.now(),
        by: { id: "u1", name: "Zhang Min" },
        note: "",
        postings: balancedPostings("grant", { siteId, householdId, commodity, amount }),
        details: { lots: [lot] },
      },
    }),
  });
}

describe("GET /households/:id/balance", () => {
  it("lists what is left of each grant by now, the oldest-expiring first, and the gateway hears of it", async () => {
    await grant({ grantId: "money", commodity: "CNY", remaining: 300, expiresAt: null });
    await grant({
      grantId: "energy",
      commodity: "Wh",
      remaining: 1000,
      expiresAt: "2040-03-31T16:00:00.000Z",
    });
    await site.uplink([sampleItem(room.circuitId, api.clock.now(), 10_000)]);
    api.clock.advance(3_600_000);
    await site.uplink([sampleItem(room.circuitId, api.clock.now(), 13_000)]);

    // 3 kWh × 0.5483 = 1.6449, a third of it free: 1.0966 of the 3.00 granted.
    const token = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    const answer = await api.call("GET", `/households/${room.householdId}/balance`, { token });
    expect(answer.body).toMatchObject({
      ledgerMinor: 300,
      accruedMinor: 110,
      liveMinor: 190,
      grants: [{ grantId: "money", commodity: "CNY", amount: 191, expiresAt: null }],
    });
    const credit = await api.call<{ positions: object[] }>("GET", "/gateway/credit", {
      token: site.gatewayToken,
    });
    expect(credit.body.positions).toMatchObject([
      {
        positionVersion: 2,
        balanceMicro: 1_903_400,
        settlement: {
          freeWh: 1000,
          open: [{ wh: 3000, costNano: 1_644_900_000 }],
          openFreeNano: 548_300_000,
          block: null,
        },
      },
    ]);
  });
});
