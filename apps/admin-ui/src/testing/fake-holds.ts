import type { HoldKind } from "@hallmeter/meter-model";
import type { WhyHold } from "../api/rows.ts";

export const agoS = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
export const inS = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

const hold = (kind: HoldKind, rank: number, part: Partial<WhyHold>): WhyHold => ({
  kind,
  rank,
  reason: "(English text of the API)",
  reasonCode: "balance-used-up",
  params: {},
  since: agoS(140),
  origin: { type: "rule", id: kind, name: kind },
  releasedBy: "(English text of the API)",
  releasers: [],
  locked: false,
  suspended: false,
  ...part,
});

const credit = (part: Partial<WhyHold> = {}) =>
  hold("credit", 6, { params: { balanceMinor: -12, cutMinor: 0, releaseMinor: 0 }, ...part });

/** Rooms that show one rule each. */
export const SPECIAL_HOLDS: Record<string, () => WhyHold[]> = {
  "101": () => [credit()],
  "102": () => [
    hold("vicious-load", 5, {
      reasonCode: "vicious-step",
      params: { stepW: 1815, factorPpm: 999_870, trip: 1, tripsPerDay: 5 },
      until: inS(45),
      releasers: ["staff"],
    }),
  ],
  "103": () => [
    hold("overload", 4, {
      reasonCode: "power-above-limit",
      params: { powerW: 3420, limitW: 3000, residentMayRelease: true },
      locked: true,
      releasers: ["staff", "resident-where-allowed"],
    }),
  ],
  "104": () => [
    hold("schedule", 8, { reasonCode: "off-period", params: { rule: "Study hours" }, until: inS(3600) }),
  ],
  "105": () => [
    hold("reminder", 7, {
      reasonCode: "balance-low",
      params: { balanceMinor: 190 },
      releasers: ["resident", "staff"],
    }),
  ],
  "106": () => [credit({ suspended: true })],
  "107": () => [
    hold("lockout", 1, {
      reasonCode: "tagged-out",
      params: { note: "replacing the socket by the window" },
      origin: { type: "staff", id: "u-maint", name: "Zhao Min" },
      releasers: ["tag-holder", "two-administrators"],
    }),
    credit(),
  ],
};

export const SPECIAL_BALANCES: Record<string, number> = {
  "101": -12,
  "105": 190,
  "106": -340,
  "107": -55,
  "108": 260,
};
