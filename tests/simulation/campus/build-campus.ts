import { z } from "zod";
import { Random } from "../../../apps/bus-gateway/src/testing/simulation/random.ts";
import { Books } from "./books.ts";
import { anyTariff, type Campus, type CampusOptions, type Finding } from "./campus.ts";
import { drawScheme } from "./campus-scheme.ts";
import { PlainCircuit } from "./plain-circuit.ts";
import type { PlainPolicy } from "./plain-grants.ts";
import { PlainPrices } from "./plain-prices.ts";
import { RoomMeter } from "./room-meter.ts";
import { Server } from "./server.ts";
import { sweep } from "./sweep.ts";
import { WallClock } from "./wall-clock.ts";

interface Place {
  timeZone: string;
  currency: string;
  digits: number;
}
/** Every one with changes of the clock; in Beirut and Havana the day of the change begins at 01:00. */
const PLACES: readonly [Place, ...Place[]] = [
  { timeZone: "Europe/Berlin", currency: "EUR", digits: 2 },
  { timeZone: "Asia/Beirut", currency: "KWD", digits: 3 },
  { timeZone: "America/Havana", currency: "JPY", digits: 0 },
  { timeZone: "Australia/Lord_Howe", currency: "AUD", digits: 2 },
  { timeZone: "America/New_York", currency: "USD", digits: 2 },
];
/** Shortly before a change of the clocks, a leap day, a year's end. */
const BEGINNINGS = [
  "2040-03-08",
  "2040-03-23",
  "2040-09-30",
  "2040-10-25",
  "2040-02-25",
  "2040-12-10",
] as const;
const FIRST_UNIT = 1;
const HOUSEHOLDS_PER_EMPTY_ROOM = 8;
const TAGS = ["scholarship", "staff"] as const;
export const PAYMENT_LIMITS = { minMinor: 1, maxMinor: 100_000 };
const UNITS_PER_METER = 3;
/** A bus has 247 addresses. */
const METERS_PER_BUS = 80;

const withId = z.object({ id: z.string() });
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export async function buildCampus(options: CampusOptions): Promise<Campus> {
  const random = new Random(options.seed);
  const { timeZone, currency, digits } = random.pick(PLACES);
  const beginsMs = Date.parse(`${random.pick(BEGINNINGS)}T00:00:00Z`) + random.integer(0, 86_399) * 1000;
  const wall = new WallClock(timeZone);
  const holidays = drawDays(random, beginsMs, options.days);
  const namedDays = Object.fromEntries(
    drawDays(random, beginsMs, options.days).map((day) => [day, "exam-day"]),
  );
  const restWeekdays = [random.integer(1, 6), 7];
  const server = await Server.start(random, beginsMs, options.deathShare > 0);
  const siteId = await server.add("/sites", {
    name: "Campus",
    timeZone,
    currency,
    holidays,
    restWeekdays,
    namedDays,
  });
  const findings: Finding[] = [];
  const campus: Campus = {
    options,
    random,
    server,
    wall,
    timeZone,
    siteId,
    gatewayId: "",
    householdIds: [],
    unitIds: new Map(),
    emptyRooms: [],
    meters: [],
    tariffs: new Map(),
    openedDay: wall.dayAt(beginsMs),
    sequence: 0,
    currency,
    step: "building",
    counts: {},
    findings,
    books: new Books({
      currency,
      nanoPerMinor: 10n ** BigInt(9 - digits),
      wall,
      find: (what) => campus.find(what),
    }),
    find(what) {
      findings.push({ day: wall.dayAt(server.nowMs), step: campus.step, what });
    },
    count(what) {
      campus.counts[what] = (campus.counts[what] ?? 0) + 1;
    },
  };
  const prices = new PlainPrices({ wall, holidays, namedDays, restWeekdays });
  for (let count = random.integer(2, 3); count > 0; count -= 1) await addTariff(campus, count);
  await addRooms(campus, prices);
  await addPolicies(campus);
  await server.need(z.unknown(), {
    method: "PUT",
    path: `/sites/${siteId}/payment-settings`,
    body: { provider: "sandbox", ...PAYMENT_LIMITS, suggestedMinor: [], reason: "for the simulation" },
  });
  // Whatever is due by the calendar is due from here on.
  await sweep(campus);
  return campus;
}

function drawDays(random: Random, fromMs: number, days: number): string[] {
  return Array.from({ length: Math.ceil(days / 8) }, () =>
    dayOf(fromMs + random.integer(0, days) * 86_400_000),
  );
}

async function addTariff({ server, random, siteId, tariffs }: Campus, number: number): Promise<void> {
  const scheme = drawScheme(random);
  const id = await server.add("/tariffs", { siteId, name: `Tariff ${number}`, tariff: scheme });
  tariffs.set(id, { id, revision: 1, versions: [{ number: 1, fromMs: server.nowMs, scheme }] });
}

/** Of households, and some where nobody lives yet. */
async function addRooms(campus: Campus, prices: PlainPrices): Promise<void> {
  const { server, siteId, options } = campus;
  const buildingId = await server.add("/buildings", { siteId, name: "Hall 1", floors: 6 });
  const gateway = await server.need(withId.extend({ token: z.string() }), {
    method: "POST",
    path: "/gateways",
    body: { siteId, name: "Gateway" },
  });
  campus.gatewayId = gateway.id;
  server.gatewayToken = gateway.token;
  const emptyRooms = Math.ceil(options.households / HOUSEHOLDS_PER_EMPTY_ROOM);
  let busId = "";
  for (let index = 0; index < options.households + emptyRooms; index += 1) {
    if (index % METERS_PER_BUS === 0)
      busId = await server.add("/buses", {
        gatewayId: gateway.id,
        name: `Bus ${index}`,
        pipe: { kind: "rtu-tcp", host: "127.0.0.1", port: 5020 },
        line: { baud: 9600, parity: "none", stopBits: 1 },
      });
    const unitId = await server.add("/units", { buildingId, name: String(101 + index), floor: 1 });
    const householdId = index < options.households ? await addHousehold(campus, unitId, index) : null;
    const circuitIds = await addMeter(campus, prices, { busId, index, householdId });
    if (householdId === null) campus.emptyRooms.push({ unitId, circuitIds, wasLivedIn: false });
  }
}

async function addHousehold(campus: Campus, unitId: string, index: number): Promise<string> {
  const { server, random, books, householdIds } = campus;
  const { id: tariffId, versions } = anyTariff(campus);
  const tags = TAGS.filter(() => random.chance(0.5));
  const name = `Household ${101 + index}`;
  const householdId = await server.add("/households", { unitId, name, tariffId, tags });
  const residents = random.integer(0, 3);
  for (let resident = 0; resident < residents; resident += 1)
    await server.add("/residents", { householdId, name: `Resident ${resident + 1}` });
  books.addHousehold({ householdId, tariffId, versions }, { residents, tags, openedMs: server.nowMs });
  householdIds.push(householdId);
  campus.unitIds.set(householdId, unitId);
  return householdId;
}

async function addMeter(
  { server, random, books, wall, meters }: Campus,
  prices: PlainPrices,
  { busId, index, householdId }: { busId: string; index: number; householdId: string | null },
): Promise<string[]> {
  const firstUnitId = FIRST_UNIT + (index % METERS_PER_BUS) * UNITS_PER_METER;
  const meterId = await server.add("/meters", {
    busId,
    name: `Meter ${101 + index}`,
    profile: "acrel-adf400l",
    firstUnitId,
  });
  const circuitIds: string[] = [];
  for (let loop = random.integer(1, UNITS_PER_METER) - 1; loop >= 0; loop -= 1) {
    const circuitId = await server.add("/circuits", {
      meterId,
      variant: "single-phase",
      unitAddress: firstUnitId + loop,
      name: `Circuit ${101 + index}.${loop + 1}`,
      ...(householdId === null ? {} : { householdId }),
      commissionedAt: new Date(server.nowMs).toISOString(),
    });
    books.circuits.set(circuitId, new PlainCircuit(circuitId, wall, prices));
    if (householdId !== null) books.circuitHousehold.set(circuitId, householdId);
    meters.push(new RoomMeter({ circuitId, meterId }, random, server.nowMs));
    circuitIds.push(circuitId);
  }
  return circuitIds;
}

type Carry = PlainPolicy["carry"];
type Expiry = PlainPolicy["expiry"];
const CARRIES: readonly [Carry, ...Carry[]] = [
  { kind: "none" },
  { kind: "months", months: 1 },
  { kind: "unlimited" },
];
const EXPIRIES: readonly [Expiry, ...Expiry[]] = [
  { kind: "never" },
  { kind: "days", days: 9 },
  { kind: "yearly", monthDay: "06-30" },
];

async function addPolicies(campus: Campus): Promise<void> {
  const { server, random, siteId, currency, books, householdIds } = campus;
  const { policies } = books.entitlements;
  const audiences = [
    { kind: "everyone" },
    { kind: "tags", tags: [random.pick(TAGS)] },
    {
      kind: "households",
      householdIds: householdIds.filter((_, index) => index === 0 || random.chance(0.4)),
    },
  ] as const satisfies PlainPolicy["audience"][];
  const kinds = random.chance(0.5)
    ? (["energy", "money", "energy"] as const)
    : (["money", "energy", "money"] as const);
  for (const [index, kind] of kinds.entries()) {
    const audience = audiences[index] ?? audiences[0];
    const amount = kind === "energy" ? random.integer(1000, 60_000) : random.integer(50, 4000);
    const per = random.pick(["household", "resident"] as const);
    const policy: Omit<PlainPolicy, "id"> = {
      commodity: kind === "energy" ? "Wh" : currency,
      amount,
      per,
      audience,
      sinceMs: server.nowMs,
      dayOfMonth: random.integer(1, 31),
      excludedMonths: random.chance(0.3) ? [random.integer(1, 12)] : [],
      carry: random.pick(CARRIES),
      expiry: random.pick(EXPIRIES),
    };
    const { carry, expiry, dayOfMonth, excludedMonths } = policy;
    const id = await server.add("/grant-policies", {
      siteId,
      name: `Policy ${policies.size + 1}`,
      audience,
      gift: kind === "energy" ? { kind, wh: amount, per } : { kind, amountMinor: amount, per },
      dayOfMonth,
      excludedMonths,
      carry,
      expiry,
      validFrom: "2040-01-01",
      validUntil: null,
      isAutomatic: true,
    });
    policies.set(id, { id, ...policy });
  }
}
