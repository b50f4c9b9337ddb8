import type { ErrorCode } from "../errors.ts";
import type { Alarm } from "./alarm.model.ts";
import { stateBeforeShelf, UNSHELVED } from "./alarms.ts";

export type AlarmMove =
  | { type: "acknowledge"; by: string; comment: string | null }
  | { type: "shelve"; by: string; reason: string; until: Date }
  | { type: "unshelve" };

export type MoveOutcome =
  | { is: "moved"; set: Partial<Alarm> }
  /** It is there already: done, and nothing to write. */
  | { is: "unchanged" }
  | { is: "refused"; code: ErrorCode };

/** What a person's action does to one alarm in whatever state it is; bulk actions meet every state. */
export function moveAlarm(alarm: Alarm, move: AlarmMove, now: Date): MoveOutcome {
  switch (move.type) {
    case "acknowledge":
      if (alarm.state === "acknowledged") return { is: "unchanged" };
      if (alarm.state !== "raised") return { is: "refused", code: "wrong-state" };
      return {
        is: "moved",
        set: { state: "acknowledged", acknowledgedBy: move.by, acknowledgedAt: now, comment: move.comment },
      };
    case "shelve":
      if (alarm.state === "cleared") return { is: "refused", code: "wrong-state" };
      return {
        is: "moved",
        set: { state: "shelved", shelvedBy: move.by, shelvedUntil: move.until, shelveReason: move.reason },
      };
    case "unshelve":
      if (alarm.state !== "shelved") return { is: "refused", code: "wrong-state" };
      return { is: "moved", set: { ...UNSHELVED, state: stateBeforeShelf(alarm) } };
  }
}
