/** What each circuit of the demonstration used before its first start: made up, but the same at every first start of a day. */
import { DEMO_ROOMS, DEMO_UTC_OFFSET_MINUTES, type DemoRoom } from "./demo-site.ts";

export const QUARTER_MS = 900_000;
const QUARTERS_PER_HOUR = 4;
/** Registers of the cabinets count hundredths of a kWh. */
const REGISTER_STEP_WH = 10;
/** Cables and the cabinet's own supply: what a master meter sees beyond its circuits. */
const CABLE_LOSS_PERMILLE = 34;
const CABINET_W = 18;

/** 0 to 1, the same for ever for the same seed and index. */
function chance(seed: number, index: number): number {
  let bits = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

interface LocalTime {
  hour: number;
  isWeekend: boolean;
  isHot: boolean;
}

function localTime(quarter: number): LocalTime {
  const local = new Date(quarter * QUARTER_MS + DEMO_UTC_OFFSET_MINUTES * 60_000);
  const month = local.getUTCMonth() + 1;
  return {
    hour: local.getUTCHours(),
    isWeekend: [0, 6].includes(local.getUTCDay()),
    isHot: month >= 6 && month <= 9,
  };
}

function dormitoryW({ hour, isWeekend, isHot }: LocalTime, dice: number): number {
  if (hour < 7) return 32;
  if (hour >= 18) return 165 + (isHot && dice > 0.5 ? 650 : 0);
  if (hour >= 12 && hour < 14) return 105;
  return isWeekend ? 130 : 55;
}

function businessW({ hour, isWeekend }: LocalTime): number {
  const isMeal = [6, 7, 8, 11, 12, 17, 18, 19].includes(hour);
  if (hour < 6 || hour >= 22) return 240;
  return (isMeal ? 2600 : 1100) * (isWeekend ? 0.7 : 1);
}

const VACANT_W = 62;

/** Mean power of the quarter of an hour that begins at `quarter` × 15 min. */
function meanPowerW(room: DemoRoom, quarter: number): number {
  if (room.creditPlace === "meter") return 0;
  const seed = room.building * 1000 + room.unitId;
  const dice = chance(seed, quarter);
  if (!room.household) return Math.round(VACANT_W * (0.6 + 0.8 * dice));
  const time = localTime(quarter);
  const usual = room.variant === "three-phase" ? businessW(time) : dormitoryW(time, chance(seed, -quarter));
  const habit = 0.7 + 0.8 * chance(seed, -1);
  return Math.round(usual * habit * (0.65 + 0.7 * dice));
}

/** What a register shows at the end of a quarter, and the mean power in it. */
export interface PastReading {
  atMs: number;
  energyWh: number;
  activePowerW: number;
}

/** The past of one circuit, as its register tells it. */
export interface PastUse {
  /** Readings at the ends of quarters, or of every so many, in (fromMs, toMs], oldest first. */
  readings(fromMs: number, toMs: number, everyQuarters?: number): PastReading[];
  /** Between two ends of quarters. */
  usedWh(fromMs: number, toMs: number): number;
}

/** A year of hot kitchens fits below it. */
const INITIAL_WH = { "single-phase": 1_500_000, "three-phase": 40_000_000 } as const;

/** What the simulated register shows when the simulator starts: where the past ends. */
export function registerAtStartWh({ building, unitId, variant }: DemoRoom): number {
  return INITIAL_WH[variant] + (((building * 100 + unitId) * 7919) % 900) * 1000;
}

export const masterRegisterAtStartWh = (): number => 2 * INITIAL_WH["three-phase"];

/** The past of a room between two ends of quarters; its register ends where the simulated one begins. */
export function pastUseOf(room: DemoRoom, beginMs: number, endMs: number): PastUse {
  return pastUse((quarter) => meanPowerW(room, quarter), registerAtStartWh(room), beginMs, endMs);
}

/** The past of a building's master meter: all its rooms, and what is lost on the way to them. */
export function pastUseOfMaster(building: number, beginMs: number, endMs: number): PastUse {
  const rooms = DEMO_ROOMS.filter((room) => room.building === building);
  const powerW = (quarter: number) => {
    const roomsW = rooms.reduce((sum, room) => sum + meanPowerW(room, quarter), 0);
    return Math.round((roomsW * (1000 + CABLE_LOSS_PERMILLE)) / 1000) + CABINET_W;
  };
  return pastUse(powerW, masterRegisterAtStartWh(), beginMs, endMs);
}

function pastUse(
  powerInW: (quarter: number) => number,
  lastWh: number,
  beginMs: number,
  endMs: number,
): PastUse {
  const first = Math.floor(beginMs / QUARTER_MS);
  const powersW = Array.from({ length: Math.floor(endMs / QUARTER_MS) - first }, (_, index) =>
    powerInW(first + index),
  );
  /** In quarters of a Wh, from the beginning; one more than there are quarters. */
  const used = [0];
  for (const powerW of powersW) used.push((used.at(-1) ?? 0) + powerW);
  const total = used.at(-1) ?? 0;
  const registerWh = (index: number) => {
    const left = (total - (used[index] ?? total)) / QUARTERS_PER_HOUR;
    return Math.floor((lastWh - left) / REGISTER_STEP_WH) * REGISTER_STEP_WH;
  };
  const indexOf = (atMs: number) =>
    Math.min(Math.max(Math.floor(atMs / QUARTER_MS) - first, 0), powersW.length);
  return {
    readings(fromMs, toMs, everyQuarters = 1) {
      const readings: PastReading[] = [];
      for (let index = indexOf(fromMs) + 1; index <= indexOf(toMs); index += 1) {
        if ((first + index) % everyQuarters !== 0) continue;
        readings.push({
          atMs: (first + index) * QUARTER_MS,
          energyWh: registerWh(index),
          activePowerW: powersW[index - 1] ?? 0,
        });
      }
      return readings;
    },
    usedWh: (fromMs, toMs) => registerWh(indexOf(toMs)) - registerWh(indexOf(fromMs)),
  };
}
