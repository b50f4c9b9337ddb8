import type { Command } from "../contract/command.ts";
import { foldHolds } from "../holds/fold.ts";
import type { Hold } from "../holds/hold.ts";
import { HOLD_KINDS, type HoldKind } from "../holds/hold-kinds.ts";
import { holdReasonText } from "../holds/text.ts";
import { clearAlarm, type Draft, instant, note, placeHold, releaseHold, standing } from "./draft.ts";
import { type HoldRights, holdRights } from "./staff-roles.ts";
import { pardonViciousLoad } from "./vicious-load.ts";

export const COMMAND_OUTCOME_CODES = {
  "held-by-other": "applied, but other holds keep the circuit open",
  "not-releaser": "this person may not release this hold",
  "role-not-allowed": "this role may not give this command",
  "no-such-hold": "the circuit has no such hold",
  "awaiting-second-administrator": "noted; a second administrator must agree",
  "already-tagged": "somebody else's tag hangs there",
  late: "the command's time is over",
} as const satisfies Record<string, string>;
export type CommandOutcomeCode = keyof typeof COMMAND_OUTCOME_CODES;

export interface CommandOutcome {
  state: "applied" | "refused";
  code?: CommandOutcomeCode;
  /** For people. */
  detail?: string;
}

/** A first administrator's vote counts this long: within one working day two people look at the same tag. */
export const LOCKOUT_VOTE_VALID_MS = 8 * 3_600_000;

const APPLIED: CommandOutcome = { state: "applied" };

function refuse(code: CommandOutcomeCode, detail?: string): CommandOutcome {
  return { state: "refused", code, ...(detail === undefined ? {} : { detail }) };
}

/** Applied, and said plainly when the circuit stays open all the same. */
function appliedUnlessHeld(draft: Draft): CommandOutcome {
  const { effective } = foldHolds(draft.state.holds, draft.config.keepPower);
  if (effective.length === 0) return APPLIED;
  return { state: "applied", code: "held-by-other", detail: effective.map(holdReasonText).join("; ") };
}

function staffHold(draft: Draft, command: Command, kind: "manual" | "lockout"): Hold {
  return {
    kind,
    reason: kind === "manual" ? "switched-off-by-staff" : "tagged-out",
    params: { note: command.reason },
    origin: { type: "staff", id: command.by.id, name: command.by.name },
    since: instant(draft.nowMs),
    ...(command.until === undefined ? {} : { until: command.until }),
  };
}

function lockOut(draft: Draft, command: Command): CommandOutcome {
  const tag = standing(draft, "lockout");
  if (tag !== undefined && tag.origin.id !== command.by.id) return refuse("already-tagged", tag.origin.name);
  placeHold(draft, staffHold(draft, command, "lockout"));
  draft.state = { ...draft.state, lockoutVote: null };
  return APPLIED;
}

/** A tag is taken off by who hung it, or by two different administrators. */
function releaseLockout(draft: Draft, command: Command, tag: Hold): CommandOutcome {
  const { by } = command;
  const { lockoutVote } = draft.state;
  const isHolder = tag.origin.id === by.id;
  if (!isHolder && !holdRights(by.role).isAdministrator) return refuse("not-releaser");
  const hasFirstVote =
    lockoutVote !== null &&
    lockoutVote.id !== by.id &&
    draft.nowMs - lockoutVote.atMs <= LOCKOUT_VOTE_VALID_MS;
  if (!isHolder && !hasFirstVote) {
    draft.state = { ...draft.state, lockoutVote: { id: by.id, name: by.name, atMs: draft.nowMs } };
    note(draft, "lockout-vote", { by: by.name, holder: tag.origin.name });
    return refuse("awaiting-second-administrator");
  }
  draft.state = { ...draft.state, lockoutVote: null };
  releaseHold(draft, "lockout", "command-release", by.name);
  return appliedUnlessHeld(draft);
}

type Releaser = (typeof HOLD_KINDS)[HoldKind]["releasers"][number];

function isReleaser(releaser: Releaser, rights: HoldRights, residentMayReleaseOverload: boolean): boolean {
  switch (releaser) {
    case "staff":
      return rights.isStaff;
    case "maintenance":
      return rights.isMaintenance;
    case "resident":
      return rights.isResident;
    case "resident-where-allowed":
      return rights.isResident && residentMayReleaseOverload;
    case "tag-holder":
    case "two-administrators":
      // A matter of persons, not of roles: `releaseLockout`.
      return false;
  }
}

function mayRelease(draft: Draft, hold: Hold, command: Command): boolean {
  const rights = holdRights(command.by.role);
  const residentMayReleaseOverload = draft.config.rules.overload?.residentMayRelease === true;
  const releasers: readonly Releaser[] = HOLD_KINDS[hold.kind].releasers;
  return releasers.some((releaser) => isReleaser(releaser, rights, residentMayReleaseOverload));
}

/** What a release by hand means to the rule that placed the hold. */
function afterRelease(draft: Draft, kind: HoldKind, command: Command): void {
  switch (kind) {
    case "overload":
      draft.state = { ...draft.state, overload: { aboveSinceMs: null, trippedAtMs: [] } };
      clearAlarm(draft, "overload");
      return;
    case "vicious-load":
      pardonViciousLoad(draft);
      return;
    case "reminder":
      draft.state = { ...draft.state, reminder: { ...draft.state.reminder, isSpent: true } };
      note(draft, "reminder-acknowledged", { by: command.by.name });
      return;
    case "safety":
      draft.state = { ...draft.state, safety: { ...draft.state.safety, faultSamples: 0 } };
      return;
    default:
      return;
  }
}

function release(draft: Draft, command: Command, hold: Hold): void {
  releaseHold(draft, hold.kind, "command-release", command.by.name);
  afterRelease(draft, hold.kind, command);
}

/** One hold by name, or every one that the role may release; a tag is never taken off without being named. */
function releaseByHand(draft: Draft, command: Command): CommandOutcome {
  if (command.hold !== undefined) {
    const hold = standing(draft, command.hold);
    if (hold === undefined) return refuse("no-such-hold");
    if (hold.kind === "lockout") return releaseLockout(draft, command, hold);
    if (!mayRelease(draft, hold, command)) return refuse("not-releaser", holdReasonText(hold));
    release(draft, command, hold);
    return appliedUnlessHeld(draft);
  }
  if (draft.state.holds.length === 0) return refuse("no-such-hold");
  const releasable = draft.state.holds.filter((hold) => mayRelease(draft, hold, command));
  if (releasable.length === 0)
    return refuse("not-releaser", draft.state.holds.map(holdReasonText).join("; "));
  for (const hold of releasable) release(draft, command, hold);
  return appliedUnlessHeld(draft);
}

function execute(draft: Draft, command: Command): CommandOutcome {
  // S2: a late command is dropped, never executed.
  if (draft.nowMs > Date.parse(command.expiresAt)) return refuse("late");
  const { isStaff } = holdRights(command.by.role);
  switch (command.action) {
    case "release":
      return releaseByHand(draft, command);
    case "open":
      if (!isStaff) return refuse("role-not-allowed");
      placeHold(draft, staffHold(draft, command, "manual"));
      return APPLIED;
    case "close":
      if (!isStaff) return refuse("role-not-allowed");
      releaseHold(draft, "manual", "command-close", command.by.name);
      return appliedUnlessHeld(draft);
    case "lockout":
      return isStaff ? lockOut(draft, command) : refuse("role-not-allowed");
    case "keep-power":
    case "read":
    case "compare-parameters":
    case "repair-parameters":
      // Keep-power is the circuit's configuration, the rest is the bus' business: the rules have nothing to change.
      return APPLIED;
  }
}

export function applyCommand(draft: Draft, command: Command): CommandOutcome {
  const outcome = execute(draft, command);
  if (outcome.state === "refused")
    note(draft, "command-refused", {
      commandId: command.id,
      action: command.action,
      by: command.by.name,
      code: outcome.code ?? "",
    });
  return outcome;
}
