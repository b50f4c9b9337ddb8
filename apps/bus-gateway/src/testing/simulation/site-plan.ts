import {
  type CircuitConfig,
  type CircuitRules,
  defaultOverloadRule,
  defaultViciousLoadRule,
  type GatewayConfig,
  safetyPolicySchema,
} from "@hallmeter/meter-model";
import type { Random } from "./random.ts";

export const PRICE_MICRO_PER_KWH = 600_000;
/** Thursday, 1 January 2026, 00:00 in Shanghai, which knows no daylight saving: the judge can count its hours by itself. */
export const SITE_START_MS = Date.UTC(2025, 11, 31, 16);
export const SITE_OFFSET_MS = 8 * 3_600_000;
const UNITS_PER_BUS = 50;
const CURRENCY_DIGITS = 2;

export const SCHEDULE_OFF = { from: "01:00", to: "05:30" } as const;
export const NIGHT = [
  { from: "00:00", to: "07:00" },
  { from: "22:00", to: "24:00" },
];

export interface SitePlan {
  config: GatewayConfig;
  /** Nights without cuts for credit (S5). */
  hasProtectedNights: boolean;
  /** First register of each circuit, in hundredths of a kWh. */
  firstRegister: Map<string, number>;
}

function rulesOf(random: Random): CircuitRules {
  const rules: CircuitRules = {};
  if (random.chance(0.08)) rules.overload = { ...defaultOverloadRule, maxPowerW: 3000, recloseAfterS: 120 };
  if (random.chance(0.06)) rules.viciousLoad = { ...defaultViciousLoadRule, mode: "trip" };
  if (random.chance(0.06)) {
    const off = [SCHEDULE_OFF];
    rules.schedule = { id: "night", name: "Night", off: { workday: off, "rest-day": off, holiday: off } };
  }
  if (random.chance(0.15))
    rules.reminder = { level1Minor: 400, level2Minor: 200, mode: "trip-and-reclose", recloseAfterS: 300 };
  return rules;
}

/** A dormitory from a seed: households of one to three loops under different rules, and what the meters showed before. */
export function planSite(random: Random, circuitCount: number, pollIntervalMs: number): SitePlan {
  const circuits: CircuitConfig[] = [];
  const firstRegister = new Map<string, number>();
  let household = 0;
  while (circuits.length < circuitCount) {
    household += 1;
    const loops = Math.min(circuitCount - circuits.length, random.chance(0.1) ? random.integer(2, 3) : 1);
    for (let loop = 0; loop < loops; loop += 1) {
      const index = circuits.length;
      const id = `c${index + 1}`;
      const rules = rulesOf(random);
      // The second loop is the lighting: it outlasts the sockets by 5.00 of debt, or for good.
      if (loop === 1) rules.credit = { debtMinor: random.chance(0.5) ? 500 : null };
      // Some registers are about to start again from zero.
      firstRegister.set(
        id,
        random.chance(0.01) ? 2 ** 32 - random.integer(10, 2000) : random.integer(0, 9_000_000),
      );
      circuits.push({
        id,
        name: `${household}.${loop + 1}`,
        meterId: `m${Math.floor(index / 12) + 1}`,
        busId: `b${Math.floor(index / UNITS_PER_BUS) + 1}`,
        profile: "acrel-adf400l",
        variant: "single-phase",
        unitId: (index % UNITS_PER_BUS) + 1,
        ctRatio: 1,
        ptRatio: 1,
        householdId: `h${household}`,
        switchRatingCa: 6000,
        keepPower: random.chance(0.03),
        hasSecondSource: random.chance(0.01),
        commissionedAt: random.chance(0.02) ? null : "2025-12-01T00:00:00Z",
        rules,
        lastKnownHolds: [],
      });
    }
  }
  const hasProtectedNights = random.chance(0.5);
  const nights = hasProtectedNights ? NIGHT : [];
  const busIds = [...new Set(circuits.map(({ busId }) => busId))];
  return {
    firstRegister,
    hasProtectedNights,
    config: {
      revision: 1,
      gatewayId: "g1",
      siteId: "s1",
      timeZone: "Asia/Shanghai",
      currency: "CNY",
      currencyDigits: CURRENCY_DIGITS,
      holidays: ["2026-01-01"],
      restWeekdays: [6, 7],
      safety: safetyPolicySchema.parse({
        protectedTimes: { workday: nights, "rest-day": nights, holiday: nights },
      }),
      buses: busIds.map((id) => ({
        id,
        name: id,
        pipe: { kind: "rtu-tcp", host: "127.0.0.1", port: 5020 },
        // Slow enough that a watched circuit is read every some seconds, not every one.
        line: { baud: 1200, parity: "none", stopBits: 1 },
        pollIntervalMs,
      })),
      circuits,
      campaigns: [],
    },
  };
}
