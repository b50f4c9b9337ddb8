/**
 * The demonstration site as data: two buildings, a bus and a 36-circuit cabinet each. Rooms 101 to 107 each show one rule
 * within three minutes of the start; all others live a quiet life.
 */
import {
  type CircuitRules,
  type CreditPlace,
  dayScheme,
  defaultOverloadRule,
  defaultViciousLoadRule,
  flatScheme,
  type TariffScheme,
} from "@hallmeter/meter-model";

export interface DemoAppliance {
  kind: "kettle" | "heater" | "laptop" | "air-conditioner" | "refrigerator" | "charger" | "lamp" | "vacuum";
  /** Seconds after the start of the simulation; `everyS` repeats it, without `forS` it stays on. */
  afterS: number;
  everyS?: number;
  forS?: number;
}

export interface DemoRoom {
  name: string;
  building: number;
  floor: number;
  variant: "single-phase" | "three-phase";
  unitId: number;
  appliances: DemoAppliance[];
  /** Without one the room is vacant or common: metered, charged to nobody. */
  household?: { name: string; purchaseMinor: number };
  /** Lived here and has left with a refund before the first start. */
  formerHousehold?: string;
  /** What its account shall hold at the first start, whatever was used before. */
  startMinor?: number;
  /** Gets free energy every month. */
  isSubsidised?: boolean;
  keepPower?: boolean;
  rules: (startedAt: Date) => CircuitRules;
  /** Staff tag the circuit out once the gateway is there. */
  lockoutReason?: string;
  /** Purchases are written into the room's meter, which keeps the credit itself. */
  creditPlace?: CreditPlace;
  hasLogin?: boolean;
}

export const DEMO_TIME_ZONE = "Asia/Shanghai";
/** Asia/Shanghai has no daylight saving. */
export const DEMO_UTC_OFFSET_MINUTES = 480;

export const DEMO_TARIFFS: { name: string; tariff: TariffScheme }[] = [
  {
    name: "Flat",
    tariff: flatScheme(600_000),
  },
  {
    name: "Day and night",
    tariff: dayScheme(
      [
        { id: "day", name: "Day", priceMicroPerKWh: 680_000 },
        { id: "night", name: "Night", priceMicroPerKWh: 350_000 },
      ],
      [
        { from: "00:00", to: "07:00", rateId: "night" },
        { from: "07:00", to: "23:00", rateId: "day" },
        { from: "23:00", to: "24:00", rateId: "night" },
      ],
    ),
  },
];

/** Of the meter before each cabinet; the cabinets end at 36. */
export const MASTER_UNIT_ID = 60;

export const DEMO_BUILDINGS = [
  { name: "Maple Hall", floors: 3, tariff: 0, bus: "Maple bus", cabinet: "Maple cabinet" },
  { name: "Cedar Hall", floors: 3, tariff: 1, bus: "Cedar bus", cabinet: "Cedar cabinet" },
] as const;

const ON: Pick<DemoAppliance, "afterS"> = { afterS: 0 };
const QUIET_LOADS: DemoAppliance[][] = [
  [
    { kind: "laptop", ...ON },
    { kind: "lamp", ...ON },
  ],
  [
    { kind: "refrigerator", ...ON },
    { kind: "charger", afterS: 20, everyS: 900, forS: 600 },
  ],
  [
    { kind: "lamp", ...ON },
    { kind: "laptop", afterS: 40 },
    { kind: "refrigerator", ...ON },
  ],
  [
    { kind: "laptop", ...ON },
    { kind: "charger", ...ON },
    { kind: "lamp", afterS: 15 },
  ],
  [{ kind: "refrigerator", ...ON }],
];
const THREE_PHASE_LOADS: DemoAppliance[] = [
  { kind: "air-conditioner", ...ON },
  { kind: "refrigerator", ...ON },
  { kind: "lamp", ...ON },
];

// Sites start in alarm only; a room's own rule may say otherwise (see 102).
const QUIET_RULES: CircuitRules = {
  overload: { ...defaultOverloadRule, maxPowerW: 4000 },
  viciousLoad: { ...defaultViciousLoadRule, mode: "alarm" },
};

const FAMILY_NAMES = ["Li 李", "Wang 王", "Zhang 张", "Chen 陈", "Liu 刘", "Yang 杨", "Zhao 赵", "Huang 黄"];
const GIVEN_NAMES = ["Wei 伟", "Na 娜", "Min 敏", "Jing 静", "Qiang 强", "Yan 燕", "Jie 杰"];

function personName(index: number): string {
  const [family = "", familySign = ""] = (FAMILY_NAMES[index % FAMILY_NAMES.length] ?? "").split(" ");
  const [given = "", givenSign = ""] = (GIVEN_NAMES[index % GIVEN_NAMES.length] ?? "").split(" ");
  return `${family} ${given} ${familySign}${givenSign}`;
}

type RoomStory = Partial<Omit<DemoRoom, "household">> & { isVacant?: boolean };

/** What makes the named rooms special; everything else comes from the quiet pattern. */
const STORIES: Record<string, RoomStory> = {
  // 5 fen at 0.60 a kWh are 83 Wh: an air conditioner and a kettle use them up within three minutes.
  "101": {
    startMinor: 5,
    appliances: [
      { kind: "air-conditioner", afterS: 0 },
      { kind: "kettle", afterS: 5 },
    ],
    rules: () => ({ overload: { ...defaultOverloadRule, maxPowerW: 6000 } }),
  },
  "102": {
    appliances: [
      { kind: "laptop", afterS: 0 },
      { kind: "heater", afterS: 45 },
    ],
    rules: () => ({
      ...QUIET_RULES,
      viciousLoad: { ...defaultViciousLoadRule, mode: "trip", probeAfterS: 900 },
    }),
  },
  "103": {
    appliances: [
      { kind: "lamp", afterS: 0 },
      { kind: "air-conditioner", afterS: 40 },
      { kind: "vacuum", afterS: 50 },
    ],
    rules: () => ({
      overload: { ...defaultOverloadRule, maxPowerW: 1500, recloseAfterS: 900 },
    }),
  },
  "104": { rules: (startedAt) => ({ ...QUIET_RULES, schedule: storeRoomSchedule(startedAt) }) },
  "105": {
    startMinor: 300,
    rules: () => ({
      ...QUIET_RULES,
      reminder: { level1Minor: 1000, level2Minor: 500, mode: "trip-until-acknowledged", recloseAfterS: 300 },
    }),
  },
  // Below zero from the start: a fraction of a fen above it lasts a frugal room for minutes.
  "106": { startMinor: -1, keepPower: true },
  "107": { lockoutReason: "Socket replaced, insulation test outstanding" },
  // Sold at the Desk only: what was sold before the gateway's first start, no journal could vouch for.
  "108": { creditPlace: "meter" },
  "607": { isVacant: true, formerHousehold: "Xu Lei 徐磊" },
};

const NAMED_ROOMS = ["101", "102", "103", "104", "105", "106", "107"];

/** Power for half an hour a day, twelve hours away from the first start, so that a newcomer meets the off period. */
function storeRoomSchedule(startedAt: Date): NonNullable<CircuitRules["schedule"]> {
  const local = new Intl.DateTimeFormat("en-GB", {
    timeZone: DEMO_TIME_ZONE,
    hour: "2-digit",
    hourCycle: "h23",
  });
  const onHour = (Number(local.format(startedAt)) + 12) % 24;
  const pad = (hour: number) => String(hour).padStart(2, "0");
  const off = [
    { from: "00:00", to: `${pad(onHour)}:00` },
    { from: `${pad(onHour)}:30`, to: "24:00" },
  ].filter(({ from, to }) => from < to);
  return { id: "store-room", name: "Store room hours", off: { workday: off, "rest-day": off, holiday: off } };
}

function singlePhaseRoom(building: number, index: number): DemoRoom {
  const floor = Math.floor(index / 8) + 1;
  const name = String((building * 3 + floor) * 100 + (index % 8) + 1);
  const story = STORIES[name] ?? {};
  return {
    name,
    building,
    floor,
    variant: "single-phase",
    unitId: 13 + index,
    appliances: story.appliances ?? QUIET_LOADS[index % QUIET_LOADS.length] ?? [],
    ...(story.isVacant
      ? {}
      : {
          household: {
            name: personName(building * 24 + index),
            purchaseMinor: 2000 + 500 * (index % 9),
          },
        }),
    ...(story.formerHousehold === undefined ? {} : { formerHousehold: story.formerHousehold }),
    ...(story.startMinor === undefined ? {} : { startMinor: story.startMinor }),
    // The rooms with a story of their own have nothing but what they bought.
    isSubsidised: !(name in STORIES) && index % 2 === 0,
    keepPower: story.keepPower ?? false,
    rules: story.rules ?? (() => QUIET_RULES),
    lockoutReason: story.lockoutReason,
    creditPlace: story.creditPlace ?? "server",
    hasLogin: NAMED_ROOMS.includes(name),
  };
}

const THREE_PHASE_ROOMS = [
  ["Kitchen", "Laundry", "Workshop", "Lift"],
  ["Canteen", "Gym", "Bakery", "Pumps"],
] as const;

function threePhaseRoom(building: number, index: number): DemoRoom {
  const name = THREE_PHASE_ROOMS[building]?.[index] ?? "";
  const isCommon = index === 3;
  return {
    name,
    building,
    floor: 0,
    variant: "three-phase",
    unitId: 1 + 3 * index,
    appliances: THREE_PHASE_LOADS,
    ...(isCommon ? {} : { household: { name: `${name} lease`, purchaseMinor: 80_000 } }),
    keepPower: isCommon,
    rules: () => ({ overload: { ...defaultOverloadRule, maxPowerW: 30_000 } }),
  };
}

const CIRCUITS_PER_BUILDING = { threePhase: 4, singlePhase: 24 } as const;

export const DEMO_ROOMS: DemoRoom[] = DEMO_BUILDINGS.flatMap((_, building) => [
  ...Array.from({ length: CIRCUITS_PER_BUILDING.threePhase }, (_row, index) =>
    threePhaseRoom(building, index),
  ),
  ...Array.from({ length: CIRCUITS_PER_BUILDING.singlePhase }, (_row, index) =>
    singlePhaseRoom(building, index),
  ),
]);
