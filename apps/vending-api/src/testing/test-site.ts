import {
  dayScheme,
  flatScheme,
  type Sample,
  type TariffScheme,
  type UplinkItem,
  type UplinkReply,
} from "@hallmeter/meter-model";
import type { TestApi } from "./start-test-api.ts";

export const FLAT_TARIFF = flatScheme(548_300, "Flat");

export const TWO_RATE_TARIFF = dayScheme(
  [
    { id: "day", name: "Day", priceMicroPerKWh: 617_000 },
    { id: "night", name: "Night", priceMicroPerKWh: 307_000 },
  ],
  [
    { from: "00:00", to: "06:00", rateId: "night" },
    { from: "06:00", to: "22:00", rateId: "day" },
    { from: "22:00", to: "24:00", rateId: "night" },
  ],
);

export interface TestRoom {
  unitId: string;
  householdId: string;
  circuitId: string;
}

export interface TestSite {
  siteId: string;
  buildingId: string;
  tariffId: string;
  gatewayId: string;
  gatewayToken: string;
  busId: string;
  meterId: string;
  rooms: TestRoom[];
  administrator: string;
  manager: string;
  /** Creates a row as administrator and returns it; throws when the API refuses. */
  add<Row>(path: string, body: object): Promise<Row>;
  /** Sends items as the gateway, with the next sequence. */
  uplink(items: UplinkItem[], sequence?: number): Promise<UplinkReply>;
}

interface Created {
  id: string;
}

let siteCount = 0;

/** A site with one gateway, one bus, one cabinet and some rooms with a single-phase circuit each, made through the API. */
export async function addTestSite(
  api: TestApi,
  options: { rooms?: number; tariff?: TariffScheme } = {},
): Promise<TestSite> {
  siteCount += 1;
  const chief = await api.tokenFor("administrator");
  const add = async <Row>(path: string, body: object): Promise<Row> => {
    const answer = await api.call<Row>("POST", path, { token: chief, body });
    if (answer.status !== 201) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const name = `Test site ${siteCount}`;
  const site = await add<Created>("/sites", { name, timeZone: "Asia/Shanghai", currency: "CNY" });
  const siteId = site.id;
  const building = await add<Created>("/buildings", { siteId, name: "Hall 1", floors: 6 });
  const tariff = await add<Created>("/tariffs", {
    siteId,
    name: "Standard",
    tariff: options.tariff ?? FLAT_TARIFF,
  });
  const gateway = await add<Created & { token: string }>("/gateways", { siteId, name: "Gateway 1" });
  const bus = await add<Created>("/buses", {
    gatewayId: gateway.id,
    name: "Bus 1",
    pipe: { kind: "rtu-tcp", host: "127.0.0.1", port: 5020 },
    line: { baud: 9600, parity: "none", stopBits: 1 },
  });
  const meter = await add<Created>("/meters", {
    busId: bus.id,
    name: "Cabinet 1",
    profile: "acrel-adf400l",
    firstUnitId: 1,
  });
  const rooms: TestRoom[] = [];
  for (let index = 0; index < (options.rooms ?? 2); index += 1) {
    const unit = await add<Created>("/units", {
      buildingId: building.id,
      name: String(101 + index),
      floor: 1,
    });
    const household = await add<Created>("/households", {
      unitId: unit.id,
      name: `Household ${101 + index}`,
      tariffId: tariff.id,
      cutMinor: 0,
      releaseMinor: 100,
    });
    const circuit = await add<Created>("/circuits", {
      meterId: meter.id,
      variant: "single-phase",
      unitAddress: 13 + index,
      name: `Circuit ${101 + index}`,
      householdId: household.id,
      commissionedAt: api.clock.now().toISOString(),
    });
    rooms.push({ unitId: unit.id, householdId: household.id, circuitId: circuit.id });
  }
  let lastSequence = 0;
  return {
    siteId,
    buildingId: building.id,
    tariffId: tariff.id,
    gatewayId: gateway.id,
    gatewayToken: gateway.token,
    busId: bus.id,
    meterId: meter.id,
    rooms,
    administrator: await api.tokenFor("administrator", { siteIds: [siteId] }),
    manager: await api.tokenFor("property-manager", { siteIds: [siteId] }),
    add,
    async uplink(items, sequence = lastSequence + 1) {
      lastSequence = Math.max(lastSequence, sequence);
      const sentAt = api.clock.now().toISOString();
      const answer = await api.call<UplinkReply>("POST", "/gateway/batches", {
        token: gateway.token,
        body: { sequence, sentAt, items },
      });
      if (answer.status !== 200) throw new Error(`batch ${sequence}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
  };
}

export function sampleItem(
  circuitId: string,
  at: Date | string,
  energyWh: number,
  change: Partial<Sample> = {},
): UplinkItem {
  return {
    type: "sample",
    sample: {
      circuitId,
      at: new Date(at).toISOString(),
      energyWh,
      activePowerW: 400,
      reactivePowerVar: 20,
      voltageDv: 2301,
      currentCa: 174,
      powerFactorMilli: 998,
      frequencyCHz: 5000,
      relay: "closed",
      flags: [],
      ...change,
    },
  };
}
