import { randomBytes } from "node:crypto";
import { type ApiClient, signIn } from "./api-client.ts";
import {
  DEMO_BUILDINGS,
  DEMO_ROOMS,
  DEMO_TARIFFS,
  DEMO_TIME_ZONE,
  type DemoRoom,
  MASTER_UNIT_ID,
} from "./demo-site.ts";

export interface DemoLogin {
  role: string;
  login: string;
  password: string;
  /** The room that a resident lives in. */
  room?: string;
}

/** A room of the demonstration as the API knows it. */
export interface SeededRoom {
  room: DemoRoom;
  unitId: string;
  circuitId: string;
  householdId: string | null;
}

export interface SeededSite {
  siteId: string;
  logins: DemoLogin[];
  gateway: { id: string; token: string };
  /** In the order of DEMO_BUILDINGS, as the two below. */
  busIds: string[];
  meterIds: string[];
  /** The master meters: each feeds a cabinet. */
  masterCircuitIds: string[];
  tariffIds: string[];
  rooms: SeededRoom[];
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
/** 250 A on the rising main. */
const MASTER_RATING_CA = 25_000;
/** The tag by which free energy finds its households. */
export const SUBSIDISED = "free-basic-electricity";
/** Small enough for a newcomer to meet the second person, and rooms of those who leave stay lit. */
const WITHDRAWAL = { secondPersonAboveMinor: 1000, circuits: "keep" } as const;
const PAYMENTS = {
  provider: "sandbox",
  minMinor: 500,
  maxMinor: 50_000,
  suggestedMinor: [2000, 5000, 10_000],
  reason: "Residents of the demonstration pay with no money",
} as const;
/** RFC 2606 keeps the domain for examples; switched off, so that nothing is sent there. */
const WEBHOOK = {
  name: "Campus billing",
  url: "https://billing.example.org/hallmeter",
  isEnabled: false,
} as const;
/** Neighbours share the store's group commit. */
const ROOMS_AT_ONCE = 8;

/** Days on which nobody works, in the years around one. */
function holidaysAround(year: number): string[] {
  const days = ["01-01", "05-01", "10-01", "10-02", "10-03"];
  return [year - 1, year, year + 1].flatMap((each) => days.map((day) => `${each}-${day}`));
}

export interface Times {
  /** When the site was set up. */
  beganAt: Date;
  /** Of the demonstration: its rooms' schedules are laid around it. */
  startedAt: Date;
}

/** Fills an empty store through the public API, as an administrator's own program would. */
export async function seedSite(
  api: ApiClient,
  administrator: { login: string; password: string },
  times: Times,
): Promise<SeededSite> {
  const site = await api.post<Row>("/sites", {
    name: "Hallmeter demonstration",
    timeZone: DEMO_TIME_ZONE,
    currency: "CNY",
    holidays: holidaysAround(times.startedAt.getUTCFullYear()),
    restWeekdays: [6, 7],
  });
  await api.patch(`/sites/${site.id}`, { withdrawal: WITHDRAWAL });
  await api.put(`/sites/${site.id}/payment-settings`, PAYMENTS);
  await api.post("/webhooks", { siteId: site.id, ...WEBHOOK });
  const logins: DemoLogin[] = [{ role: "administrator", ...administrator }];
  for (const { role, name } of STAFF) logins.push(await addLogin(api, site.id, role, name, role));
  const tariffIds: string[] = [];
  for (const tariff of DEMO_TARIFFS)
    tariffIds.push((await api.post<Row>("/tariffs", { siteId: site.id, ...tariff })).id);
  const gateway = await api.post<Row & { token: string }>("/gateways", {
    siteId: site.id,
    name: "Basement gateway",
  });
  const seeded: SeededSite = {
    siteId: site.id,
    logins,
    gateway,
    busIds: [],
    meterIds: [],
    masterCircuitIds: [],
    tariffIds,
    rooms: [],
  };
  for (const index of DEMO_BUILDINGS.keys()) await seedBuilding(api, seeded, index, times);
  return seeded;
}

async function seedBuilding(api: ApiClient, seeded: SeededSite, index: number, times: Times): Promise<void> {
  const { siteId, gateway, tariffIds } = seeded;
  const building = DEMO_BUILDINGS[index];
  if (!building) throw new RangeError(`no building ${index}`);
  const { id: buildingId } = await api.post<Row>("/buildings", {
    siteId,
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
  const meter = await api.post<Row>("/meters", {
    busId: bus.id,
    name: building.cabinet,
    profile: "acrel-adf400l",
    serial: `DEMO-${index + 1}`,
    firstUnitId: 1,
  });
  const feeder = await api.post<Row>("/meters", {
    busId: bus.id,
    name: `${building.name} master meter`,
    profile: "acrel-1352",
    serial: `DEMO-M${index + 1}`,
    firstUnitId: MASTER_UNIT_ID,
  });
  // Never commissioned: it is read like the others, and nobody can switch a building off by it.
  const master = await api.post<Row>("/circuits", {
    meterId: feeder.id,
    name: `${building.name} master`,
    variant: "three-phase",
    unitAddress: MASTER_UNIT_ID,
    ctRatio: 1,
    ptRatio: 1,
    switchRatingCa: MASTER_RATING_CA,
    keepPower: true,
  });
  seeded.busIds.push(bus.id);
  seeded.meterIds.push(meter.id);
  seeded.masterCircuitIds.push(master.id);
  const place: Place = {
    siteId,
    buildingId,
    meterId: meter.id,
    tariffId: tariffIds[building.tariff] ?? "",
    feederId: master.id,
    times,
  };
  const rooms = DEMO_ROOMS.filter((candidate) => candidate.building === index);
  for (let first = 0; first < rooms.length; first += ROOMS_AT_ONCE) {
    const together = rooms.slice(first, first + ROOMS_AT_ONCE);
    const done = await Promise.all(together.map((room) => seedRoom(api, room, place)));
    for (const { seededRoom, login } of done) {
      seeded.rooms.push(seededRoom);
      if (login) seeded.logins.push(login);
    }
  }
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

interface Place {
  siteId: string;
  buildingId: string;
  meterId: string;
  tariffId: string;
  feederId: string;
  times: Times;
}

async function seedRoom(
  api: ApiClient,
  room: DemoRoom,
  place: Place,
): Promise<{ seededRoom: SeededRoom; login?: DemoLogin }> {
  const { siteId, times } = place;
  const unit = await api.post<Row>("/units", {
    buildingId: place.buildingId,
    name: room.name,
    floor: room.floor,
  });
  // What a meter holds it was sold at the desk: who lives there moves in at the start of the demonstration.
  const name = room.creditPlace === "meter" ? undefined : (room.household?.name ?? room.formerHousehold);
  const householdId =
    name === undefined ? null : await addHousehold(api, { name, unitId: unit.id, room, ...place });
  const circuit = await api.post<Row>("/circuits", {
    meterId: place.meterId,
    name: room.name,
    variant: room.variant,
    unitAddress: room.unitId,
    ctRatio: 1,
    ptRatio: 1,
    switchRatingCa: SWITCH_RATING_CA,
    householdId,
    keepPower: room.keepPower ?? false,
    feederId: place.feederId,
    // The simulated cabinets were proved when they were built; on a real site commissioning sets this.
    commissionedAt: times.beganAt.toISOString(),
    rules: room.rules(times.startedAt),
  });
  const seededRoom = { room, unitId: unit.id, circuitId: circuit.id, householdId };
  if (!room.hasLogin || householdId === null || name === undefined) return { seededRoom };
  const login = await addLogin(api, siteId, "resident", name, `room${room.name}`, householdId);
  await linkResident(api, householdId);
  return { seededRoom, login: { ...login, room: room.name } };
}

/** The one who lives there is the one who signs in. */
async function linkResident(api: ApiClient, householdId: string): Promise<void> {
  const filter = encodeURIComponent(JSON.stringify({ householdId }));
  const [resident] = await api.get<Row[]>(`/residents?filter=${filter}`);
  const [user] = await api.get<Row[]>(`/users?filter=${filter}`);
  if (resident && user) await api.patch(`/residents/${resident.id}`, { userId: user.id });
}

async function addHousehold(
  api: ApiClient,
  { name, unitId, tariffId, room }: { name: string; unitId: string; tariffId: string; room: DemoRoom },
): Promise<string> {
  const tags = room.isSubsidised ? [SUBSIDISED] : [];
  const { id } = await api.post<Row>("/households", { unitId, name, tariffId, tags });
  await api.post("/residents", { householdId: id, name });
  return id;
}

/** The room whose credit lives in its meter gets its household: from now on its sales are written there. */
export async function moveInAtMeters(api: ApiClient, { rooms, tariffIds }: SeededSite): Promise<void> {
  for (const { room, unitId, circuitId } of rooms) {
    if (room.creditPlace !== "meter" || !room.household) continue;
    const tariffId = tariffIds[DEMO_BUILDINGS[room.building]?.tariff ?? 0] ?? "";
    const householdId = await addHousehold(api, { name: room.household.name, unitId, tariffId, room });
    await api.patch(`/circuits/${circuitId}`, { householdId, creditPlace: "meter" });
  }
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
