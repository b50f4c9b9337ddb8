import { formatFixed } from "../profile/units.ts";
import type { Hold, HoldReason } from "./hold.ts";
import { HOLD_KINDS, type HoldKind } from "./hold-kinds.ts";

/** Rank of a kind of hold, 1 first. */
export function rankOf(kind: HoldKind): number {
  return HOLD_KINDS[kind].rank;
}

function integer(hold: Hold, name: string): number | undefined {
  const value = hold.params[name];
  return typeof value === "number" ? value : undefined;
}

function text(hold: Hold, name: string): string | undefined {
  const value = hold.params[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function money(hold: Hold, name: string): string | undefined {
  const minor = integer(hold, name);
  if (minor === undefined) return undefined;
  const amount = formatFixed(minor, integer(hold, "currencyDigits") ?? 2);
  return [amount, text(hold, "currency")].filter(Boolean).join(" ");
}

function watts(hold: Hold, name: string): string | undefined {
  const value = integer(hold, name);
  return value === undefined ? undefined : `${value.toLocaleString("en")} W`;
}

function amperes(hold: Hold, name: string): string | undefined {
  const value = integer(hold, name);
  return value === undefined ? undefined : `${formatFixed(value, 2)} A`;
}

/** "a (b)", or "a" when there is no b. */
function withDetail(sentence: string, detail: string | undefined): string {
  return detail === undefined ? sentence : `${sentence} (${detail})`;
}

function against(value: string | undefined, limit: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  return limit === undefined ? value : `${value}, limit ${limit}`;
}

function factorText(hold: Hold): string | undefined {
  const ppm = integer(hold, "factorPpm");
  const step = watts(hold, "stepW");
  if (ppm === undefined || step === undefined) return undefined;
  return `${step} at a factor of ${formatFixed(Math.floor(ppm / 100), 4)}`;
}

const REASON_TEXTS = {
  "tagged-out": (hold) => withDetail(`Tagged out by ${hold.origin.name}`, text(hold, "note")),
  "current-above-switch-rating": (hold) =>
    withDetail(
      "Current above the switch's rating",
      against(amperes(hold, "currentCa"), amperes(hold, "ratingCa")),
    ),
  "meter-fault": () => "The meter reports a fault",
  "switched-off-by-staff": (hold) => withDetail(`Switched off by ${hold.origin.name}`, text(hold, "note")),
  "power-above-limit": (hold) =>
    withDetail("Power above the limit", against(watts(hold, "powerW"), watts(hold, "limitW"))),
  "current-above-limit": (hold) =>
    withDetail("Current above the limit", against(amperes(hold, "currentCa"), amperes(hold, "limitCa"))),
  "vicious-step": (hold) => withDetail("A heating appliance was switched on", factorText(hold)),
  "vicious-level": (hold) => withDetail("Heating load has risen step by step", factorText(hold)),
  "balance-used-up": (hold) => withDetail("The balance is used up", money(hold, "balanceMinor")),
  "balance-low": (hold) => withDetail("The balance is low", money(hold, "balanceMinor")),
  "off-period": (hold) => withDetail("Off by the timetable", text(hold, "rule")),
  "load-shedding": (hold) => withDetail("Load shedding on grid demand", text(hold, "campaign")),
} as const satisfies Record<HoldReason, (hold: Hold) => string>;

/** Why the hold was placed, in plain English, e.g. "Power above the limit (3,400 W, limit 3,000 W)". */
export function holdReasonText(hold: Hold): string {
  return REASON_TEXTS[hold.reason](hold);
}

function clockText(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

function orItsEnd(releaser: string, hold: Hold): string {
  return hold.until === undefined ? releaser : `${releaser}, or by itself at ${clockText(hold.until)}`;
}

const RELEASED_BY_TEXTS = {
  lockout: (hold) => `the tag's holder (${hold.origin.name}), or two administrators`,
  safety: () => "maintenance, after inspection",
  manual: (hold) => orItsEnd("staff", hold),
  overload: (hold) => {
    const person = hold.params.residentMayRelease === true ? "staff or the resident" : "staff";
    return orItsEnd(hold.locked ? `${person}, after too many trips` : person, hold);
  },
  "vicious-load": (hold) =>
    hold.until === undefined
      ? "staff, after too many trips today"
      : `staff, or a new try at ${clockText(hold.until)} once the appliance is off`,
  credit: (hold) =>
    `a purchase that lifts the balance above ${money(hold, "releaseMinor") ?? "the release value"}`,
  reminder: (hold) => orItsEnd("the resident's acknowledgement, or a purchase", hold),
  schedule: (hold) =>
    hold.until === undefined ? "the next on period" : `the next on period, at ${clockText(hold.until)}`,
  campaign: () => "the end of the campaign",
} as const satisfies Record<HoldKind, (hold: Hold) => string>;

/** Who or what releases the hold, in plain English, e.g. "a purchase that lifts the balance above 0.00 CNY". */
export function holdReleasedByText(hold: Hold): string {
  return RELEASED_BY_TEXTS[hold.kind](hold);
}
