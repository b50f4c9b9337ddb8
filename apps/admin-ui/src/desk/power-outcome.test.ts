import { describe, expect, it } from "vitest";
import type { Why, WhyHold } from "../api/rows.ts";
import { powerOutcome } from "./power-outcome.ts";

const hold = (kind: WhyHold["kind"], rank: number, suspended = false): WhyHold => ({
  kind,
  rank,
  reason: "",
  reasonCode: "balance-used-up",
  params: {},
  since: "2026-03-02T09:00:00Z",
  origin: { type: "rule", id: "r", name: "" },
  releasedBy: "",
  releasers: [],
  locked: false,
  suspended,
});
const why = (part: Partial<Why>): Why => ({
  id: "c1",
  circuitId: "c1",
  relay: "closed",
  intended: "closed",
  presence: "online",
  keepPower: false,
  asOf: "2026-03-02T10:00:00Z",
  holds: [],
  ...part,
});

describe("powerOutcome", () => {
  it.each([
    ["waits while the credit hold stands", [why({ relay: "open", holds: [hold("credit", 6)] })], "waiting"],
    ["waits for the relay after the hold is gone", [why({ relay: "open" })], "waiting"],
    ["waits for the relay that is not known", [why({ relay: "unknown" })], "waiting"],
    ["is on when every circuit is seen closed", [why({}), why({ id: "c2" })], "on"],
    ["waits for the second circuit", [why({}), why({ relay: "open" })], "waiting"],
    [
      "does not promise what a schedule forbids",
      [why({ relay: "open", holds: [hold("schedule", 8)] })],
      "stays",
    ],
    [
      "waits for the credit first when both stand",
      [why({ relay: "open", holds: [hold("credit", 6), hold("lockout", 1)] })],
      "waiting",
    ],
    ["ignores what keep-power suspends", [why({ holds: [hold("credit", 6, true)] })], "on"],
  ] as const)("%s", (_what, whys, expected) => {
    expect(powerOutcome(whys).kind).toBe(expected);
  });

  it("names the strongest hold and the latest reading", () => {
    const two = [
      why({ relay: "open", holds: [hold("schedule", 8)] }),
      why({ relay: "open", holds: [hold("lockout", 1)] }),
    ];
    expect(powerOutcome(two)).toMatchObject({ kind: "stays", hold: { kind: "lockout" } });
    const later = [why({}), why({ asOf: "2026-03-02T10:00:03Z" })];
    expect(powerOutcome(later)).toEqual({ kind: "on", at: "2026-03-02T10:00:03Z" });
  });
});
