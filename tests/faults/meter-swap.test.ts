import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { verifyLedger } from "../../apps/vending-api/src/ledger/verify-ledger.ts";
import { verifyAccruals } from "../../apps/vending-api/src/rating/verify-accruals.ts";
import { MeteredRoom } from "../support/metered-room.ts";

/** Some 9 kWh: the difference of the two registers, once charged, would empty the account twelve times. */
const BOUGHT_MINOR = 500;
const PRICE_MICRO_PER_KWH = 548_300;
const OLD = { serial: "26000013", registerWh: 1_234_500 };
const NEW = { serial: "26990013", registerWh: 1_345_600 };
/** 75 Wh: several steps of the register. */
const USE_S = 60;
const HEATERS = 3;
/** Longer than a unit takes to count as offline. */
const OUTAGE_S = 30;
/** Probes of a silent unit lie up to a minute apart; then its number is read. */
const BACK_S = 70;
/** A poll, its batch, and the new position. */
const CATCH_UP_S = 15;

let metered: MeteredRoom;
afterEach(() => metered.close());

async function post(path: string, token: string, body: object): Promise<void> {
  const answer = await metered.api.call("POST", path, { token, body, idempotencyKey: randomUUID() });
  expect(answer).toMatchObject({ status: 201 });
}

/** So many Wh have cost the household its money: by the API's books, and by the gateway's own reckoning. */
async function expectCharged(wh: number): Promise<void> {
  const { api, site, room } = metered;
  const leftMinor = Math.floor(BOUGHT_MINOR - (wh * PRICE_MICRO_PER_KWH) / 1e7);
  const path = `/households/${room.householdId}/balance`;
  expect((await api.call("GET", path, { token: site.manager })).body).toMatchObject({ liveMinor: leftMinor });
  expect(Math.floor((metered.estimateMicro ?? Number.NaN) / 10_000)).toBe(leftMinor);
  expect((await verifyLedger(api.connection)).findings).toEqual([]);
  expect((await verifyAccruals(api.connection)).findings).toEqual([]);
}

test("a meter is exchanged under load: every Wh of both is charged once, and nobody is cut", async () => {
  metered = await MeteredRoom.start(OLD);
  const { api, room, site } = metered;
  const purchase = { householdId: room.householdId, amountMinor: BOUGHT_MINOR, method: "cash" };
  await post("/purchases", site.manager, purchase);
  for (let each = 0; each < HEATERS; each += 1) metered.plugIn("heater");
  await metered.pass(USE_S);
  expect(metered.standing).toBe("proved");

  metered.switchMainsOff();
  await metered.pass(OUTAGE_S);
  const exchangedAt = api.clock.now().toISOString();
  const lastTold = metered.toldOf("sample").at(-1)?.sample;
  const oldEndWh = metered.exchange(NEW);
  metered.switchMainsOn();
  await metered.pass(BACK_S);
  const firstTold = metered.toldOf("sample").find(({ sample }) => sample.at > exchangedAt)?.sample;
  expect(firstTold?.flags).toContain("first");
  expect(metered.toldOf("event").filter(({ kind }) => kind === "meter-changed")).toMatchObject([
    {
      subject: { circuitId: room.circuitId },
      params: {
        fromSerial: expect.stringMatching(new RegExp(`^0*${OLD.serial}$`)),
        toSerial: expect.stringMatching(new RegExp(`^0*${NEW.serial}$`)),
        lastWh: lastTold?.energyWh,
        lastAt: lastTold?.at,
        firstWh: firstTold?.energyWh,
        firstAt: firstTold?.at,
      },
    },
  ]);
  // Nobody has said yet that the new register counts.
  await expectCharged((lastTold?.energyWh ?? 0) - OLD.registerWh);

  const technician = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
  await post(`/meters/${room.meterId}/swap`, technician, {
    serial: NEW.serial,
    at: exchangedAt,
    reason: "Display dead",
    // What stood on the display of the old one when it came off the wall, and on the box of the new one.
    circuits: [{ circuitId: room.circuitId, lastRegisterWh: oldEndWh, firstRegisterWh: NEW.registerWh }],
  });
  await metered.pass(USE_S);
  metered.unplugAll();
  await metered.pass(CATCH_UP_S);
  expect(metered.standing).toBe("proved");
  expect(metered.toldOf("alarm").map(({ kind, state }) => [kind, state])).toEqual([
    ["meter-changed", "raised"],
    ["meter-changed", "cleared"],
  ]);
  const ofOldWh = oldEndWh - OLD.registerWh;
  const ofNewWh = metered.truth.registerEnergyWh - NEW.registerWh;
  expect(ofOldWh).toBeGreaterThan(50);
  expect(ofNewWh).toBeGreaterThan(100);
  await expectCharged(ofOldWh + ofNewWh);
  expect(metered.truth).toMatchObject({ relay: "closed", switchings: 0 });
});
