import { describe, expect, it } from "vitest";
import type { Alarm, AlarmState } from "./alarm.model.ts";
import { type AlarmMove, moveAlarm } from "./alarm-moves.ts";

const now = new Date("2026-03-02T08:00:00Z");
const until = new Date("2026-03-02T20:00:00Z");
const earlier = new Date("2026-03-02T07:00:00Z");

function alarmIn(state: AlarmState, acknowledgedAt: Date | null = null): Alarm {
  return {
    _id: "a1",
    siteId: "s1",
    key: "bus-down:b1",
    standingKey: state === "cleared" ? "bus-down:b1#a1" : "bus-down:b1",
    kind: "bus-down",
    severity: "critical",
    severityRank: 4,
    state,
    raisedAt: earlier,
    lastRaisedAt: earlier,
    count: 1,
    clearedAt: null,
    acknowledgedBy: null,
    acknowledgedAt,
    comment: null,
    shelvedBy: null,
    shelvedUntil: null,
    shelveReason: null,
    subject: { busId: "b1" },
    params: {},
    evidence: null,
  };
}

const acknowledge: AlarmMove = { type: "acknowledge", by: "Wu Gang", comment: "on my way" };
const shelve: AlarmMove = { type: "shelve", by: "Wu Gang", reason: "works until evening", until };
const unshelve: AlarmMove = { type: "unshelve" };

describe("moveAlarm", () => {
  it.each<[AlarmState, AlarmMove, string]>([
    ["raised", acknowledge, "acknowledged"],
    ["acknowledged", acknowledge, "unchanged"],
    ["shelved", acknowledge, "wrong-state"],
    ["cleared", acknowledge, "wrong-state"],
    ["raised", shelve, "shelved"],
    ["acknowledged", shelve, "shelved"],
    ["shelved", shelve, "shelved"],
    ["cleared", shelve, "wrong-state"],
    ["raised", unshelve, "wrong-state"],
    ["acknowledged", unshelve, "wrong-state"],
    ["shelved", unshelve, "raised"],
    ["cleared", unshelve, "wrong-state"],
  ])("%s, %o → %s", (state, move, expected) => {
    const outcome = moveAlarm(alarmIn(state), move, now);
    const result =
      outcome.is === "moved" ? outcome.set.state : outcome.is === "refused" ? outcome.code : outcome.is;
    expect(result).toBe(expected);
  });

  it("keeps who acknowledged and what was said", () => {
    expect(moveAlarm(alarmIn("raised"), acknowledge, now)).toMatchObject({
      set: { acknowledgedBy: "Wu Gang", acknowledgedAt: now, comment: "on my way" },
    });
  });

  it("comes back from the shelf acknowledged when it went there so", () => {
    expect(moveAlarm(alarmIn("shelved", earlier), unshelve, now)).toMatchObject({
      set: { state: "acknowledged", shelvedUntil: null, shelveReason: null },
    });
  });
});
