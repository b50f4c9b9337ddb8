import type { Connection } from "mongoose";
import { newId } from "../../../apps/vending-api/src/db/model.ts";
import { type Circuit, circuitModel } from "../../../apps/vending-api/src/network/circuit.model.ts";
import { type Household, householdModel } from "../../../apps/vending-api/src/places/household.model.ts";
import { searchWords } from "../../../apps/vending-api/src/places/search-words.ts";
import { type Unit, unitModel } from "../../../apps/vending-api/src/places/unit.model.ts";
import type { ApiClient } from "../../start/api-client.ts";
import { DEMO_TARIFFS, DEMO_TIME_ZONE } from "../../start/demo-site.ts";
import type { LargePlaces } from "./large-site.ts";

const ROOMS_PER_FLOOR = 25;
const FLOORS = 8;
const ROOMS_PER_METER = 36;
/** One room of so many is vacant. */
const VACANT_EVERY = 40;
const PROFILE = "acrel-adf400l";
const SWITCH_RATING_CA = 8000;
const FIRST_WH = 1_000_000;

/** Buildings, buses and meters through the API; rooms straight into the store, where six thousand requests would put them. */
export async function addPlaces(
  api: ApiClient,
  connection: Connection,
  { administrator, rooms, openedAt }: Pick<LargePlaces, "administrator"> & { rooms: number; openedAt: Date },
): Promise<LargePlaces> {
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
    const name = `Household ${index + 1}`;
    const [unitId, circuitId] = [newId(), newId()];
    const householdId = index % VACANT_EVERY === VACANT_EVERY - 1 ? null : newId();
    const unit: Unit = {
      _id: unitId,
      siteId,
      buildingId: buildingIds[building] ?? "",
      name: room,
      words: searchWords(room),
      floor: (floor % FLOORS) + 1,
    };
    const household: Household | null =
      householdId === null
        ? null
        : {
            ...{ _id: householdId, siteId, unitId, occupies: unitId, tariffId, status: "open" },
            ...{ name, words: searchWords(name), tags: [] },
            ...{ cutMinor: 0, releaseMinor: 0, openedAt, closedAt: null },
          };
    const circuit: Circuit = {
      ...{ _id: circuitId, siteId, gatewayId: gateway.id, householdId, rules: {}, keepPower: false },
      ...(householdId === null && { unitId }),
      ...{ busId: "", meterId: "", ...meters[Math.floor(index / ROOMS_PER_METER)] },
      ...{ name: `${building + 1}-${room}`, profile: PROFILE, variant: "single-phase" },
      ...{ unitAddress: 1 + (index % ROOMS_PER_METER), ctRatio: 1, ptRatio: 1 },
      ...{ switchRatingCa: SWITCH_RATING_CA, commissionedAt: openedAt },
    };
    return { unit, household, circuit };
  });
  await unitModel(connection).insertMany(rows.map(({ unit }) => unit));
  await householdModel(connection).insertMany(rows.flatMap(({ household }) => household ?? []));
  await circuitModel(connection).insertMany(rows.map(({ circuit }) => circuit));
  return {
    siteId,
    administrator,
    gatewayToken: gateway.token,
    circuits: rows.map(({ circuit: { _id: circuitId, meterId, busId, householdId } }, index) => ({
      ...{ circuitId, meterId, busId, householdId },
      wh: FIRST_WH + index * 1000,
    })),
  };
}
