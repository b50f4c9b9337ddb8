/**
 * A large site: what the pages of a campus have to show. Its rooms go straight into the store, where six thousand requests would
 * put them; they buy and use through the public API.
 */
import type { UplinkItem } from "@hallmeter/meter-model";
import { connect, readApiSettings, startApi } from "@hallmeter/vending-api";
import type { Connection } from "mongoose";
import { newId } from "../../../apps/vending-api/src/db/model.ts";
import { type Circuit, circuitModel } from "../../../apps/vending-api/src/network/circuit.model.ts";
import { type Household, householdModel } from "../../../apps/vending-api/src/places/household.model.ts";
import { searchWords } from "../../../apps/vending-api/src/places/search-words.ts";
import { type Unit, unitModel } from "../../../apps/vending-api/src/places/unit.model.ts";
import { type ApiClient, signIn } from "../../start/api-client.ts";
import { DEMO_TARIFFS, DEMO_TIME_ZONE } from "../../start/demo-site.ts";
import { addFirstAdministrator } from "../../start/first-administrator.ts";
import { openDesk } from "../../start/history/desk.ts";
import { DAY_MS, instantOf, localDayOf, MINUTE_MS } from "../../start/history/local-day.ts";
import { type StoryClock, storyClock } from "../../start/history/story-clock.ts";
import { type StoryGateway, storyGateway } from "../../start/history/story-gateway.ts";
import { newPassword } from "../../start/seed.ts";

const ROOMS_PER_FLOOR = 25;
const FLOORS = 8;
const ROOMS_PER_METER = 36;
/** Neighbours share the store's group commit. */
const AT_ONCE = 16;
const PROFILE = "acrel-adf400l";
const SWITCH_RATING_CA = 8000;
const PURCHASE_MINOR = 6000;
/** A contract of the uplink: at most so many items a batch. */
const MOST_ITEMS = 1000;

export interface LargeSite {
  siteId: string;
  administrator: { login: string; password: string };
  gatewayToken: string;
  circuits: { circuitId: string; householdId: string; wh: number }[];
}

export interface SiteWish {
  /** As the API is started with afterwards. */
  apiEnv: NodeJS.ProcessEnv;
  rooms: number;
  /** Days of sales and use before now; 1 or more. */
  days: number;
  print: (line: string) => void;
}

/** Fills an empty store: an API of our own lives through the days with a clock of its own, and is gone when that is over. */
export async function buildSite({ apiEnv, rooms, days, print }: SiteWish): Promise<LargeSite> {
  const clock = storyClock(instantOf(localDayOf(Date.now()) - days, 8));
  const administrator = { login: "admin", password: newPassword() };
  const settings = readApiSettings({ ...apiEnv, HALLMETER_PORT: "0", LOG_LEVEL: "error" });
  await addFirstAdministrator(settings.mongoUri, administrator, clock.now());
  const running = await startApi(settings, clock);
  try {
    const origin = `http://127.0.0.1:${running.port}`;
    const api = await signIn(origin, administrator.login, administrator.password);
    const connection = await connect(settings.mongoUri);
    const site = await addPlaces(api, connection, { administrator, rooms, now: clock.now() });
    await connection.close();
    print(`${rooms} rooms set up`);
    await liveThrough(api, site, storyGateway(origin, site.gatewayToken, clock.now), clock, days);
    return site;
  } finally {
    await running.close();
  }
}

async function addPlaces(
  api: ApiClient,
  connection: Connection,
  { administrator, rooms, now }: { administrator: LargeSite["administrator"]; rooms: number; now: Date },
): Promise<LargeSite> {
  const add = async (path: string, body: object) => (await api.post<{ id: string }>(path, body)).id;
  const siteId = await add("/sites", { name: "Large campus", timeZone: DEMO_TIME_ZONE, currency: "CNY" });
  const tariffId = await add("/tariffs", { siteId, ...DEMO_TARIFFS[0] });
  const gateway = await api.post<{ id: string; token: string }>("/gateways", { siteId, name: "Gateway" });
  const buildingIds: string[] = [];
  for (let index = 0; index < Math.ceil(rooms / (ROOMS_PER_FLOOR * FLOORS)); index += 1)
    buildingIds.push(await add("/buildings", { siteId, name: `Hall ${index + 1}`, floors: FLOORS }));
  const meters: { busId: string; meterId: string }[] = [];
  for (let index = 0; index < Math.ceil(rooms / ROOMS_PER_METER); index += 1) {
    const busId = await add("/buses", {
      gatewayId: gateway.id,
      name: `Bus ${index + 1}`,
      pipe: { kind: "rtu-tcp", host: "127.0.0.1", port: 502 },
      line: { baud: 9600, parity: "none", stopBits: 1 },
    });
    const meter = { busId, name: `Cabinet ${index + 1}`, profile: PROFILE, firstUnitId: 1 };
    meters.push({ busId, meterId: await add("/meters", meter) });
  }
  const rows = Array.from({ length: rooms }, (_, index) => {
    const floor = Math.floor(index / ROOMS_PER_FLOOR);
    const building = Math.floor(floor / FLOORS);
    const room = String(((floor % FLOORS) + 1) * 100 + (index % ROOMS_PER_FLOOR) + 1);
    const household = `Household ${index + 1}`;
    const [unitId, householdId, circuitId] = [newId(), newId(), newId()];
    const unit: Unit = {
      _id: unitId,
      siteId,
      buildingId: buildingIds[building] ?? "",
      name: room,
      words: searchWords(room),
      floor: (floor % FLOORS) + 1,
    };
    const lives: Household = {
      ...{ _id: householdId, siteId, unitId, occupies: unitId, tariffId, status: "open" },
      ...{ name: household, words: searchWords(household), tags: [] },
      ...{ cutMinor: 0, releaseMinor: 0, openedAt: now, closedAt: null },
    };
    const circuit: Circuit = {
      ...{ _id: circuitId, siteId, gatewayId: gateway.id, householdId, rules: {}, keepPower: false },
      ...{ busId: "", meterId: "", ...meters[Math.floor(index / ROOMS_PER_METER)] },
      ...{ name: `${building + 1}-${room}`, profile: PROFILE, variant: "single-phase" },
      ...{ unitAddress: 1 + (index % ROOMS_PER_METER), ctRatio: 1, ptRatio: 1 },
      ...{ switchRatingCa: SWITCH_RATING_CA, commissionedAt: now },
    };
    return { unit, lives, circuit };
  });
  await unitModel(connection).insertMany(rows.map(({ unit }) => unit));
  await householdModel(connection).insertMany(rows.map(({ lives }) => lives));
  await circuitModel(connection).insertMany(rows.map(({ circuit }) => circuit));
  return {
    siteId,
    administrator,
    gatewayToken: gateway.token,
    circuits: rows.map(({ circuit, lives }, index) => ({
      circuitId: circuit._id,
      householdId: lives._id,
      wh: 1_000_000 + index * 1000,
    })),
  };
}

async function inTurns(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Everybody buys once; each midnight the registers are read and the day is closed. */
async function liveThrough(
  api: ApiClient,
  site: LargeSite,
  gateway: StoryGateway,
  clock: StoryClock,
  days: number,
): Promise<void> {
  await report(site, gateway, clock.now().getTime());
  const tillId = (await api.post<{ id: string }>("/tills", { siteId: site.siteId, name: "Front desk" })).id;
  const desk = openDesk(api, tillId);
  await desk.open(0);
  await inTurns(site.circuits.length, async (index) => {
    await desk.sell(site.circuits[index]?.householdId ?? "", PURCHASE_MINOR + (index % 7) * 500, "cash");
  });
  await desk.close(0, "");
  const today = localDayOf(Date.now());
  for (let day = today - days; day < today; day += 1) {
    clock.moveTo(instantOf(day + 1) + MINUTE_MS);
    for (const [index, circuit] of site.circuits.entries())
      circuit.wh += 1500 + ((index * 37 + day * 11) % 40) * 50;
    await report(site, gateway, instantOf(day + 1));
    clock.moveTo(instantOf(day + 1) + 31 * MINUTE_MS);
    clock.runDue();
  }
}

async function report({ circuits }: LargeSite, gateway: StoryGateway, atMs: number): Promise<void> {
  for (let first = 0; first < circuits.length; first += MOST_ITEMS)
    await gateway.send(
      circuits.slice(first, first + MOST_ITEMS).map((circuit) => sampleOf(circuit, atMs, 120)),
    );
}

export function sampleOf(
  { circuitId, wh }: LargeSite["circuits"][number],
  atMs: number,
  activePowerW: number,
): UplinkItem {
  return {
    type: "sample",
    sample: {
      circuitId,
      at: new Date(atMs).toISOString(),
      energyWh: wh - (wh % 10),
      activePowerW,
      reactivePowerVar: 20,
      voltageDv: 2301,
      currentCa: Math.round((activePowerW / 230.1) * 100),
      powerFactorMilli: 986,
      frequencyCHz: 5000,
      relay: "closed",
      flags: [],
    },
  };
}

export const YEAR_MS = 365 * DAY_MS;
