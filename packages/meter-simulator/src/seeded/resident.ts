import type { DailyUse } from "../appliance/daily-use.ts";
import type { Random } from "../random.ts";
import type { AppliancePlanInput } from "../site/site-file.ts";

/** Seasons of the northern temperate zone in which people cool and heat. */
const SUMMER = [6, 7, 8, 9];
const WINTER = [11, 12, 1, 2, 3];

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const clock = (hour: number, minute = 0) => 60 * hour + minute;

type UseInput = Omit<Partial<DailyUse>, "months"> &
  Pick<DailyUse, "atMinute" | "forS"> & { months?: number[] };

/** What a household may own: how likely it is, in thousandths, and how it is used. */
interface Habit {
  kind: AppliancePlanInput["kind"];
  owned: number;
  /** Without uses it runs all the time, by its own thermostat. */
  uses?: (shiftMinutes: number) => UseInput[];
}

/** Hours of a student's or worker's day; `shiftMinutes` makes early birds and night owls. */
const HABITS: readonly Habit[] = [
  { kind: "refrigerator", owned: 700 },
  {
    kind: "lamp",
    owned: 1000,
    uses: (shift) => [
      {
        atMinute: clock(6, 45) + shift,
        forS: 40 * MINUTE,
        jitterMinutes: 15,
        chanceMilli: 800,
        months: WINTER,
      },
      { atMinute: clock(18, 30) + shift, forS: 4 * HOUR, jitterMinutes: 40, chanceMilli: 970 },
    ],
  },
  {
    kind: "kettle",
    owned: 600,
    uses: (shift) => [
      { atMinute: clock(7) + shift, forS: 3 * MINUTE, jitterMinutes: 20, chanceMilli: 850 },
      {
        atMinute: clock(16) + shift,
        forS: 3 * MINUTE,
        jitterMinutes: 60,
        chanceMilli: 300,
        days: "rest-days",
      },
      { atMinute: clock(21) + shift, forS: 4 * MINUTE, jitterMinutes: 45, chanceMilli: 600 },
    ],
  },
  {
    kind: "laptop",
    owned: 900,
    uses: (shift) => [
      { atMinute: clock(19) + shift, forS: 3 * HOUR, jitterMinutes: 60, chanceMilli: 900 },
      { atMinute: clock(10) + shift, forS: 4 * HOUR, jitterMinutes: 90, chanceMilli: 500, days: "rest-days" },
    ],
  },
  {
    kind: "charger",
    owned: 1000,
    uses: (shift) => [
      { atMinute: clock(22, 30) + shift, forS: 2 * HOUR, jitterMinutes: 60, chanceMilli: 950 },
    ],
  },
  {
    kind: "air-conditioner",
    owned: 450,
    uses: (shift) => [
      { atMinute: clock(18) + shift, forS: 5 * HOUR, jitterMinutes: 60, chanceMilli: 800, months: SUMMER },
      {
        atMinute: clock(13) + shift,
        forS: 4 * HOUR,
        jitterMinutes: 60,
        chanceMilli: 600,
        months: SUMMER,
        days: "rest-days",
      },
    ],
  },
  {
    kind: "heater",
    owned: 250,
    uses: (shift) => [
      {
        atMinute: clock(6, 30) + shift,
        forS: 50 * MINUTE,
        jitterMinutes: 15,
        chanceMilli: 700,
        months: WINTER,
      },
      { atMinute: clock(19) + shift, forS: 3 * HOUR, jitterMinutes: 45, chanceMilli: 600, months: WINTER },
    ],
  },
  {
    kind: "vacuum",
    owned: 300,
    uses: (shift) => [
      {
        atMinute: clock(11) + shift,
        forS: 15 * MINUTE,
        jitterMinutes: 120,
        chanceMilli: 400,
        days: "rest-days",
      },
    ],
  },
];

const SHIFT_MINUTES = 90;

/** A household's appliances and the hours in which it uses them. */
export function residentsAppliances(random: Random): AppliancePlanInput[] {
  const shift = Math.round((2 * random() - 1) * SHIFT_MINUTES);
  return HABITS.flatMap(({ kind, owned, uses }): AppliancePlanInput[] => {
    if (random() * 1000 >= owned) return [];
    if (!uses) return [{ kind }];
    return [{ kind, uses: uses(shift).map((use) => ({ ...use, atMinute: (use.atMinute + 1440) % 1440 })) }];
  });
}
