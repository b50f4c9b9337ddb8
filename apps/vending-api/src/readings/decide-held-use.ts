import { clearAlarm } from "../alarms/alarms.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { announceCredit } from "../network/announce.ts";
import { meteringContextsById } from "../network/metering-contexts.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { accrualModel } from "../rating/accrual.model.ts";
import type { Accrual } from "../rating/accrual.ts";
import type { HeldState, HeldUse } from "../rating/held-use.ts";
import { postUsage } from "../rating/post-usage.ts";
import { releasedAccrual } from "../rating/released-accrual.ts";
import { findTariffs } from "../tariffs/tariff.model.ts";
import { findHeldUse, waitingStretches } from "./held-uses.ts";

export type Decision = "release" | "reject";
/** Where each leads, and where one that was made before may stand now. */
const DECIDED_STATES = {
  release: { first: "releasing", done: ["releasing", "released"] },
  reject: { first: "rejected", done: ["rejected"] },
} as const satisfies Record<Decision, { first: HeldState; done: readonly HeldState[] }>;

export interface DecisionRequest {
  decision: Decision;
  by: { id: string; name: string };
  reason: string;
  now: Date;
}

export interface Decided {
  accrual: Accrual;
  before: HeldUse;
  after: HeldUse;
  /** The same had been decided before. */
  isRepeated: boolean;
}

/** Samples of the same circuit write the same document; each of these tries loses to one of them. */
const MOST_TRIES = 50;

/**
 * Charges a stretch that was held back, once for ever and at the prices of its time, or decides that it is never charged.
 * Throws `not-found`, `wrong-state` where the opposite was decided, `household-closed` where nobody is left to charge.
 */
export async function decideHeldUse(
  deps: Deps,
  id: string,
  scope: Record<string, unknown>,
  request: DecisionRequest,
): Promise<Decided> {
  const { connection } = deps;
  const { decision, by, reason, now } = request;
  const { first, done } = DECIDED_STATES[decision];
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const found = await findHeldUse(connection, id, scope);
    if (!found) throw new ApiError("not-found");
    const { accrual, use } = found;
    if ((done as readonly HeldState[]).includes(use.state)) {
      const after = await settleRelease(deps, accrual, use, now);
      return { accrual, before: use, after, isRepeated: true };
    }
    if (use.state !== "held") throw new ApiError("wrong-state", `This was ${use.state} before`);
    if (decision === "release") await assertChargeable(deps, accrual);
    const decided: HeldUse = { ...use, state: first, decided: { by, at: now, reason } };
    if (!(await writeUse(deps, accrual, decided))) continue;
    const after = await settleRelease(deps, { ...accrual, revision: accrual.revision + 1 }, decided, now);
    return { accrual, before: use, after, isRepeated: false };
  }
  throw new ApiError("store-unavailable", "The accrual kept changing; try again");
}

/** Releases that a crash cut off between the decision and its entry. */
export async function finishReleases(deps: Deps, now: Date): Promise<void> {
  const accruals = await accrualModel(deps.connection)
    .find({ "held.0": { $exists: true }, "held.state": "releasing" })
    .lean<Accrual[]>();
  for (const accrual of accruals)
    for (const use of accrual.held) await settleRelease(deps, accrual, use, now);
}

/** Posts what was released, and tells everybody that nothing waits any more. */
async function settleRelease(deps: Deps, accrual: Accrual, use: HeldUse, now: Date): Promise<HeldUse> {
  const after = use.state === "releasing" ? await postRelease(deps, accrual, use, now) : use;
  const { siteId, circuitId, householdId } = accrual;
  if ((await waitingStretches(deps.connection, circuitId)) === 0)
    await clearAlarm(deps, { siteId, key: `use-held:${circuitId}`, at: now });
  deps.changes.publish({
    resource: "intervals",
    id: circuitId,
    siteId,
    ...(householdId ? { householdId } : {}),
  });
  if (householdId !== null && after !== use) await announceCredit(deps, [householdId]);
  return after;
}

async function postRelease(deps: Deps, accrual: Accrual, use: HeldUse, now: Date): Promise<HeldUse> {
  const { connection } = deps;
  const [context] = await meteringContextsById(deps, [accrual.circuitId]);
  const [tariff] = accrual.tariffId === null ? [] : await findTariffs(connection, [accrual.tariffId]);
  const version = tariff?.versions.find(({ number }) => number === accrual.versionNumber);
  if (!context || !version)
    throw new ApiError("internal", `accrual ${accrual._id} has lost its circuit or its prices`);
  await postUsage(ledgerOf(connection), releasedAccrual(accrual, use, version.tariff, context), now);
  const released: HeldUse = { ...use, state: "released" };
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const current = await accrualModel(connection).findById(accrual._id).lean<Accrual | null>();
    if (!current || current.held[use.n]?.state === "released") break;
    if (await writeUse(deps, current, released)) break;
  }
  return released;
}

async function assertChargeable({ connection }: Deps, { householdId }: Accrual): Promise<void> {
  const household =
    householdId === null
      ? null
      : await householdModel(connection).findById(householdId).lean<Household | null>();
  if (household?.status !== "open") throw new ApiError("household-closed");
}

/** False when the accrual was written by somebody else since it was read. */
async function writeUse({ connection }: Deps, accrual: Accrual, use: HeldUse): Promise<boolean> {
  const { _id, revision, held } = accrual;
  const changed = await accrualModel(connection).updateOne(
    { _id, revision },
    { $set: { held: held.map((row) => (row.n === use.n ? use : row)), revision: revision + 1 } },
  );
  return changed.modifiedCount === 1;
}
