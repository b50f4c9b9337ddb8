import type { Rate, RatePeriod, TariffScheme } from "@hallmeter/meter-model";
import type {
  Alarm,
  Circuit,
  Command,
  EventRow,
  Household,
  LedgerEntry,
  Live,
  Purchase,
  Site,
  TariffRow,
  Tile,
  User,
  WhyHold,
} from "../api/rows.ts";
import { agoS, inS, SPECIAL_BALANCES, SPECIAL_HOLDS } from "./fake-holds.ts";

/** Types only: the development server loads this file without the packages' sources. */
const everyDay = (rates: Rate[], periods: RatePeriod[]): TariffScheme => ({
  schemeVersion: 2,
  rates,
  dayTypes: [],
  seasons: [{ id: "year", name: "All year", ranges: [{ from: "01-01", to: "12-31" }] }],
  tables: [{ seasonIds: ["year"], dayTypeIds: ["workday", "rest-day", "holiday"], periods }],
  blocks: null,
  demands: [],
  standingMicroPerDay: 0,
  taxPpm: 0,
});

/** An imagined site for developing pages without a server: every hold, an offline room, a vacant one, alarms with evidence. */
export interface FakeSite {
  site: Site;
  buildings: { id: string; siteId: string; name: string; floors: number }[];
  units: {
    id: string;
    siteId: string;
    buildingId: string;
    name: string;
    floor: number;
    householdId: string | null;
  }[];
  households: Household[];
  circuits: Circuit[];
  holds: Map<string, WhyHold[]>;
  live: Map<string, Live>;
  balances: Map<string, number>;
  ledgers: Map<string, LedgerEntry[]>;
  purchases: Purchase[];
  alarms: Alarm[];
  events: EventRow[];
  commands: Command[];
  tariffs: TariffRow[];
  users: (User & { password: string })[];
}

const NAMES = [
  "Li Wei",
  "Wang Fang",
  "张伟",
  "Zhao Min",
  "陈静",
  "Liu Yang",
  "Huang Lei",
  "吴昊",
  "Zhou Jie",
  "Xu Lan",
];
const STAFF = [
  ["admin", "Lin Tao", "administrator"],
  ["desk", "Wang Fang", "property-manager"],
  ["campus", "Gao Yun", "campus-admin"],
  ["maint", "Zhao Min", "maintenance"],
] as const;

function liveOf(id: string, isOpen: boolean, isThreePhase: boolean, seed: number): Live {
  const activePowerW = isOpen ? 0 : 60 + ((seed * 137) % 900);
  const phase = {
    voltageDv: 2203,
    currentCa: Math.round(activePowerW / 7),
    activePowerW: Math.round(activePowerW / 3),
  };
  return {
    id,
    at: agoS(2),
    energyWh: 1_284_000 + seed * 4321,
    activePowerW,
    reactivePowerVar: Math.round(activePowerW / 8),
    voltageDv: 2198,
    currentCa: Math.round((activePowerW * 100) / 220),
    powerFactorMilli: isOpen ? 1000 : 982,
    frequencyCHz: 5001,
    relay: isOpen ? "open" : "closed",
    flags: [],
    ...(isThreePhase && { phases: [phase, { ...phase, voltageDv: 2211 }, { ...phase, voltageDv: 2194 }] }),
  };
}

function ledgerOf(householdId: string, balanceMinor: number): LedgerEntry[] {
  const amounts = [
    ["opening", 0],
    ["purchase", 5000],
    ["usage", -312],
    ["usage", -287],
    ["purchase", 2000],
    ["usage", -345],
  ] as const;
  const opening = balanceMinor - amounts.reduce((sum, [, amount]) => sum + amount, 0);
  let after = 0;
  return amounts.map(([kind, fixed], index) => {
    const amountMinor = kind === "opening" ? opening : fixed;
    after += amountMinor;
    return {
      id: `${householdId}-l${index}`,
      seq: index + 1,
      kind,
      at: agoS((amounts.length - index) * 86_400),
      amountMinor,
      balanceAfterMinor: after,
      ref: "",
      hash: `${(index * 7919 + 1_000_003).toString(16)}9f3ac41be7d05566`,
      note: kind === "usage" ? "5.493 kWh" : "",
      by: kind === "usage" ? "system" : "Wang Fang",
    };
  });
}

export function createFakeSite(roomCount: number): FakeSite {
  const site: Site = {
    id: "s1",
    name: "North Campus",
    timeZone: "Asia/Shanghai",
    currency: "CNY",
    currencyDigits: 2,
    holidays: [],
    restWeekdays: [6, 7],
  };
  const fake: FakeSite = {
    site,
    buildings: [],
    units: [],
    households: [],
    circuits: [],
    holds: new Map(),
    live: new Map(),
    balances: new Map(),
    ledgers: new Map(),
    purchases: [],
    alarms: [],
    events: [],
    commands: [],
    tariffs: [],
    users: STAFF.map(([login, name, role]) => ({
      id: `u-${login}`,
      login,
      name,
      roles: [role],
      siteIds: ["s1"],
      locale: "en",
      status: "active",
      password: "hallmeter",
    })),
  };
  fake.tariffs.push(
    {
      id: "t1",
      siteId: "s1",
      name: "Dormitory, flat",
      effectiveFrom: agoS(9e6),
      tariff: everyDay(
        [{ id: "flat", name: "Flat", priceMicroPerKWh: 568_300 }],
        [{ from: "00:00", to: "24:00", rateId: "flat" }],
      ),
    },
    {
      id: "t2",
      siteId: "s1",
      name: "Shops, day and night",
      effectiveFrom: agoS(4e6),
      tariff: everyDay(
        [
          { id: "peak", name: "Day", priceMicroPerKWh: 812_000 },
          { id: "valley", name: "Night", priceMicroPerKWh: 358_000 },
        ],
        [
          { from: "00:00", to: "08:00", rateId: "valley" },
          { from: "08:00", to: "22:00", rateId: "peak" },
          { from: "22:00", to: "24:00", rateId: "valley" },
        ],
      ),
    },
  );
  const perBuilding = Math.ceil(roomCount / 2);
  const perFloor = Math.max(7, Math.min(99, Math.ceil(perBuilding / 20)));
  for (let index = 0; index < roomCount; index += 1) addRoom(fake, index, perBuilding, perFloor);
  addAlarms(fake);
  for (let index = 0; index < 4; index += 1) {
    const household = fake.households[index + 8];
    if (household)
      fake.purchases.push(
        purchaseOf(fake, household.id, [5000, 2000, 10_000, 3000][index] ?? 0, 600 + index * 900),
      );
  }
  return fake;
}

export function purchaseOf(fake: FakeSite, householdId: string, amountMinor: number, ago: number): Purchase {
  const number = fake.purchases.length + 1;
  return {
    id: `p${number}`,
    householdId,
    amountMinor,
    currency: "CNY",
    method: "cash",
    note: "",
    at: agoS(ago),
    cashier: "Wang Fang",
    balanceAfterMinor: fake.balances.get(householdId) ?? 0,
    delivery: "server",
    receiptNumber: `20261121-${(number * 2_654_435).toString(16).toUpperCase().padStart(8, "0")}`,
  };
}

function addRoom(fake: FakeSite, index: number, perBuilding: number, perFloor: number): void {
  const building = Math.floor(index / perBuilding);
  const within = index % perBuilding;
  const floor = Math.floor(within / perFloor) + 1;
  const buildingId = `b${building + 1}`;
  if (within === 0)
    fake.buildings.push({
      id: buildingId,
      siteId: "s1",
      name: `${["East", "West"][building]} Hall`,
      floors: 4,
    });
  const name = `${building === 0 ? "" : "W"}${floor}${String((within % perFloor) + 1).padStart(2, "0")}`;
  const unitId = `u${index}`;
  const isVacant = name === "W107";
  const householdId = isVacant ? null : `h${index}`;
  const circuitIds = name === "W101" ? [`c${index}`, `c${index}b`] : [`c${index}`];
  fake.units.push({ id: unitId, siteId: "s1", buildingId, name, floor, householdId });
  if (householdId !== null) {
    const residents = [0, 1].map((each) => ({
      id: `r${index}-${each}`,
      name: NAMES[(index + each * 3) % NAMES.length] ?? "",
    }));
    const balanceMinor = SPECIAL_BALANCES[name] ?? 1200 + ((index * 7919) % 9000);
    fake.households.push({
      id: householdId,
      siteId: "s1",
      unitId,
      unitName: name,
      name: residents[0]?.name ?? "",
      circuitIds,
      status: "open",
      tariffId: "t1",
      cutMinor: 0,
      releaseMinor: 0,
      residents,
    });
    fake.balances.set(householdId, balanceMinor);
    fake.ledgers.set(householdId, ledgerOf(householdId, balanceMinor));
    fake.users.push({
      id: `u-r${index}`,
      login: `r${name.toLowerCase()}`,
      name: residents[0]?.name ?? "",
      roles: ["resident"],
      siteIds: ["s1"],
      householdId,
      locale: "zh",
      status: "active",
      password: "hallmeter",
    });
  }
  for (const [position, id] of circuitIds.entries()) {
    const holds = position === 0 ? (SPECIAL_HOLDS[name]?.() ?? []) : [];
    const isOpen = holds.some(({ suspended }) => !suspended);
    const isThreePhase = within < 4 && position === 0 && building === 1;
    fake.holds.set(id, holds);
    fake.live.set(id, liveOf(id, isOpen, isThreePhase, index + position));
    fake.circuits.push({
      id,
      siteId: "s1",
      name: circuitIds.length > 1 ? `${name} ${position === 0 ? "sockets" : "lights"}` : name,
      meterId: `m${building + 1}`,
      busId: `bus${building + 1}`,
      unitAddress: (within % 24) + 13,
      householdId,
      variant: isThreePhase ? "three-phase" : "single-phase",
      profile: "acrel-adf400l",
      relay: isOpen ? "open" : "closed",
      intended: isOpen ? "open" : "closed",
      presence: name === "203" ? "offline" : name === "204" ? "flaky" : "online",
      keepPower: name === "106",
      rules: {},
      commissionedAt: name === "W102" ? null : agoS(8e6),
      ctRatio: 1,
      ptRatio: 1,
      switchRatingCa: 6000,
      asOf: name === "203" ? agoS(1900) : agoS(2),
    });
  }
}

function addAlarms(fake: FakeSite): void {
  const rows = [
    ["bus-down", "critical", "raised", "Bus West", {}],
    ["vicious-load", "medium", "raised", "102", { stepW: 1815, factorPpm: 999_870, trip: 1, tripsPerDay: 5 }],
    ["overload", "medium", "acknowledged", "103", { powerW: 3420, limitW: 3000 }],
    ["unit-offline", "medium", "raised", "203", {}],
    ["low-balance", "low", "raised", "105", { balanceMinor: 190, levelMinor: 200 }],
    ["register-suspect", "high", "shelved", "W104", {}],
    ["relay-fault", "critical", "cleared", "W105", {}],
  ] as const;
  for (const [index, [kind, severity, state, subjectName, params]] of rows.entries()) {
    const circuit = fake.circuits.find(({ name }) => name === subjectName);
    const sample = circuit === undefined ? undefined : fake.live.get(circuit.id);
    const levels = [120, 118, 121, 1240, 1936, 1931, 1935, 1934];
    fake.alarms.push({
      id: `a${index}`,
      key: `${kind}:${subjectName}`,
      kind,
      severity,
      state,
      raisedAt: agoS(300 + index * 4000),
      lastRaisedAt: agoS(120 + index * 4000),
      subject: circuit === undefined ? { busId: "bus2" } : { circuitId: circuit.id },
      subjectName,
      params,
      count: index === 1 ? 3 : 1,
      ...(state === "acknowledged" && {
        acknowledgedBy: "Zhao Min",
        acknowledgedAt: agoS(60),
        comment: "calling the room",
      }),
      ...(state === "shelved" && {
        shelvedBy: "Zhao Min",
        shelvedUntil: inS(9000),
        shelveReason: "meter swap on Monday",
      }),
      ...(state === "cleared" && { clearedAt: agoS(30) }),
      ...(kind === "vicious-load" &&
        sample && {
          evidence: {
            ruleVersion: 1,
            samples: levels.map((activePowerW, at) => ({
              ...sample,
              circuitId: sample.id,
              activePowerW,
              at: agoS(40 - at * 2),
            })),
          },
        }),
    });
  }
}

/** The board's tiles from the parts above. */
export function tilesOf(fake: FakeSite): Tile[] {
  return fake.units.map((unit) => {
    const circuits = fake.circuits.filter(({ householdId, name }) =>
      unit.householdId === null ? name === unit.name : householdId === unit.householdId,
    );
    const [circuit] = circuits;
    const household = fake.households.find(({ id }) => id === unit.householdId);
    const balanceMinor = unit.householdId === null ? null : (fake.balances.get(unit.householdId) ?? 0);
    return {
      unitId: unit.id,
      unitName: unit.name,
      buildingId: unit.buildingId,
      floor: unit.floor,
      householdId: unit.householdId,
      householdName: household?.name ?? null,
      balanceMinor,
      daysLeft: balanceMinor === null ? null : Math.max(0, balanceMinor / 310),
      relay: circuit?.relay ?? "unknown",
      intended: circuit?.intended ?? "closed",
      presence: circuit?.presence ?? "offline",
      keepPower: circuit?.keepPower ?? false,
      holds: circuit === undefined ? [] : (fake.holds.get(circuit.id) ?? []).map(({ kind }) => kind),
      activePowerW: circuit === undefined ? null : (fake.live.get(circuit.id)?.activePowerW ?? null),
      alarms: fake.alarms.filter(
        ({ subject, state }) =>
          (state === "raised" || state === "acknowledged") &&
          subject.circuitId !== undefined &&
          subject.circuitId === circuit?.id,
      ).length,
      circuitIds: circuits.map(({ id }) => id),
    };
  });
}
