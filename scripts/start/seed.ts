import { randomBytes } from "node:crypto";
import { type ApiClient, signIn } from "./api-client.ts";
import { DEMO_BUILDINGS, DEMO_ROOMS, DEMO_TARIFFS, DEMO_TIME_ZONE, type DemoRoom } from "./demo-site.ts";

export interface DemoLogin {
  role: string;
  login: string;
  password: string;
  /** The room that a resident lives in. */
  room?: string;
}

export interface SeededDemonstration {
  logins: DemoLogin[];
  gatewayToken: string;
  /** In the order of DEMO_BUILDINGS. */
  busIds: string[];
}

export function newPassword(): string {
  return randomBytes(12).toString("base64url");
}

interface Row {
  id: string;
}

const STAFF = [
  { role: "property-manager", name: "Sun Mei 孙梅" },
  { role: "campus-admin", name: "Zhou Lin 周林" },
  { role: "maintenance", name: "Wu Gang 吴刚" },
  { role: "integrator", name: "Billing integration" },
] as const;

/** Only one switch rating is sold for the cabinet's direct modules: 80 A (manual section 4, "3×10(80)A"). */
const SWITCH_RATING_CA = 8000;
const POLL_INTERVAL_MS = 5000;
/** Where the simulated serial servers listen is known at each start, and told then. */
const PIPE_UNTIL_SIMULATED = { kind: "rtu-tcp", host: "127.0.0.1", port: 502 } as const;
/** Neighbours share the store's group commit. */
const ROOMS_AT_ONCE = 8;

/** Fills an empty store through the public API, as an administrator's own program would. */
export async function seedDemonstration(
  origin: string,
  administrator: { login: string; password: string },
  startedAt: Date,
): Promise<SeededDemonstration> {
  const api = await signIn(origin, administrator.login, administrator.password);
  const site = await api.post<Row>("/sites", {
    name: "Hallmeter demonstration",
    timeZone: DEMO_TIME_ZONE,
    currency: "CNY",
    holidays: [],
    restWeekdays: [6, 7],
  });
  const logins: DemoLogin[] = [{ role: "administrator", ...administrator }];
  for (const { role, name } of STAFF) logins.push(await addLogin(api, site.id, role, name, role));
  const tariffIds: string[] = [];
  for (const tariff of DEMO_TARIFFS)
    tariffIds.push((await api.post<Row>("/tariffs", { siteId: site.id, ...tariff })).id);
  const gateway = await api.post<Row & { token: string }>("/gateways", {
    siteId: site.id,
    name: "Basement gateway",
  });

  const busIds: string[] = [];
  for (const [index, building] of DEMO_BUILDINGS.entries()) {
    const { id: buildingId } = await api.post<Row>("/buildings", {
      siteId: site.id,
      name: building.name,
      floors: building.floors,
    });
    const bus = await api.post<Row>("/buses", {
      gatewayId: gateway.id,
      name: building.bus,
      pipe: PIPE_UNTIL_SIMULATED,
      line: { baud: 9600, parity: "none", stopBits: 1 },
      pollIntervalMs: POLL_INTERVAL_MS,
    });
    busIds.push(bus.id);
    const meter = await api.post<Row>("/meters", {
      busId: bus.id,
      name: building.cabinet,
      profile: "acrel-adf400l",
      serial: `DEMO-${index + 1}`,
      firstUnitId: 1,
    });
    const tariffId = tariffIds[building.tariff] ?? "";
    const place = { siteId: site.id, buildingId, meterId: meter.id, tariffId, startedAt };
    const rooms = DEMO_ROOMS.filter((candidate) => candidate.building === index);
    for (let first = 0; first < rooms.length; first += ROOMS_AT_ONCE) {
      const together = rooms.slice(first, first + ROOMS_AT_ONCE);
      logins.push(...(await Promise.all(together.map((room) => seedRoom(api, { ...place, room })))).flat());
    }
  }
  return { logins, gatewayToken: gateway.token, busIds };
}

async function addLogin(
  api: ApiClient,
  siteId: string,
  role: string,
  name: string,
  login: string,
  householdId?: string,
): Promise<DemoLogin> {
  const password = newPassword();
  await api.post("/users", {
    login,
    name,
    password,
    roles: [role],
    siteIds: [siteId],
    ...(householdId ? { householdId } : {}),
  });
  return { role, login, password };
}

async function seedRoom(
  api: ApiClient,
  place: {
    siteId: string;
    buildingId: string;
    meterId: string;
    tariffId: string;
    room: DemoRoom;
    startedAt: Date;
  },
): Promise<DemoLogin[]> {
  const { siteId, room } = place;
  const unit = await api.post<Row>("/units", {
    buildingId: place.buildingId,
    name: room.name,
    floor: room.floor,
  });
  const household = room.household
    ? await api.post<Row>("/households", {
        unitId: unit.id,
        name: room.household.name,
        tariffId: place.tariffId,
      })
    : undefined;
  await api.post<Row>("/circuits", {
    meterId: place.meterId,
    name: room.name,
    variant: room.variant,
    unitAddress: room.unitId,
    ctRatio: 1,
    ptRatio: 1,
    switchRatingCa: SWITCH_RATING_CA,
    householdId: household?.id ?? null,
    keepPower: room.keepPower ?? false,
    creditPlace: room.creditPlace ?? "server",
    // The simulated cabinets were proved when they were built; on a real site commissioning sets this.
    commissionedAt: place.startedAt.toISOString(),
    rules: room.rules(place.startedAt),
  });
  if (!household || !room.household) return [];
  await api.post<Row>("/residents", { householdId: household.id, name: room.household.name });
  if (room.household.purchaseMinor > 0)
    await api.post(
      "/purchases",
      { householdId: household.id, amountMinor: room.household.purchaseMinor, method: "cash" },
      `demonstration-opening-${room.name.replaceAll(" ", "-")}`,
    );
  if (!room.hasLogin) return [];
  const login = await addLogin(
    api,
    siteId,
    "resident",
    room.household.name,
    `room${room.name}`,
    household.id,
  );
  return [{ ...login, room: room.name }];
}

/** Tags out the rooms whose story says so; needs a gateway that is online. Safe to repeat. */
export async function placeLockouts(origin: string, maintenance: DemoLogin): Promise<void> {
  const api = await signIn(origin, maintenance.login, maintenance.password);
  const circuits = await api.get<(Row & { name: string })[]>("/circuits?range=[0,999]");
  for (const room of DEMO_ROOMS.filter(({ lockoutReason }) => lockoutReason !== undefined)) {
    const circuit = circuits.find(({ name }) => name === room.name);
    if (!circuit) throw new RangeError(`no circuit ${room.name}`);
    await api.post(
      `/circuits/${circuit.id}/commands`,
      { action: "lockout", reason: room.lockoutReason },
      `demonstration-lockout-${room.name}`,
    );
  }
}
