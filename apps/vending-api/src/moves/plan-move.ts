import { hasCreditOnCard } from "../cards/card-credit.ts";
import type { Deps } from "../deps.ts";
import { ApiError, type ErrorCode } from "../errors.ts";
import type { PersonCaller } from "../http/access.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { findReferenced, unknownReference } from "../places/reference.ts";
import { unitModel } from "../places/unit.model.ts";
import { withdrawalModel } from "../refunds/withdrawal.model.ts";
import { type MoveLeg, moveModel } from "./move.model.ts";

export interface MoveWish {
  unitId: string;
  /** The circuits of the new room; default those that are known to feed it and serve nobody. */
  circuitIds?: string[] | undefined;
  /** Change rooms with the household that lives there. */
  swap: boolean;
}

export interface MovePlan {
  siteId: string;
  legs: MoveLeg[];
  /** Why it cannot be done now. */
  problems: { code: ErrorCode; detail: string }[];
}

/** Who goes where, with which circuits. Changes nothing. Throws `reference-unknown`. */
export async function planMove(
  deps: Pick<Deps, "connection">,
  household: Household,
  wish: MoveWish,
  caller: PersonCaller,
): Promise<MovePlan> {
  const { connection } = deps;
  const unit = await findReferenced(unitModel(connection), wish.unitId, caller, "unitId");
  if (unit.siteId !== household.siteId || unit._id === household.unitId) throw unknownReference("unitId");
  const problems: MovePlan["problems"] = [];
  const say = (code: ErrorCode, detail = new ApiError(code).message) => problems.push({ code, detail });
  const dweller = await householdModel(connection).findOne({ occupies: unit._id }).lean<Household | null>();
  const isSwap = wish.swap && dweller !== null;
  if (dweller && !wish.swap) say("unit-occupied");
  const mine = await circuitsOf(deps, { householdId: household._id });
  const theirs = isSwap
    ? await circuitsOf(deps, { householdId: dweller._id })
    : await vacantCircuits(deps, household.siteId, unit._id, wish.circuitIds);
  if (theirs.length === 0)
    say("reference-unknown", "Which circuits feed the new room is not known: name them");
  for (const { name, creditPlace } of [...mine, ...theirs])
    if (creditPlace === "meter") say("credit-in-meter", `${name}: its meter holds the credit`);
  const moving = [household, ...(isSwap ? [dweller] : [])];
  if (moving.some(({ status }) => status !== "open")) say("household-closed");
  for (const { _id: householdId, siteId } of moving)
    if (await hasCreditOnCard(connection, { siteId, householdId })) say("card-unsettled");
  const householdIds = { $in: moving.map(({ _id }) => _id) };
  if (await withdrawalModel(connection).exists({ householdId: householdIds, isLive: true }))
    say("refund-under-way");
  if (await moveModel(connection).exists({ householdIds, isLive: true }))
    say("wrong-state", "The household is moving already");
  const leg: MoveLeg = {
    householdId: household._id,
    fromUnitId: household.unitId,
    toUnitId: unit._id,
    fromCircuitIds: idsOf(mine),
    toCircuitIds: idsOf(theirs),
  };
  const back: MoveLeg[] = isSwap ? [reversed(leg, dweller._id)] : [];
  return { siteId: household.siteId, legs: [leg, ...back], problems };
}

function reversed(
  { fromUnitId, toUnitId, fromCircuitIds, toCircuitIds }: MoveLeg,
  householdId: string,
): MoveLeg {
  return {
    householdId,
    fromUnitId: toUnitId,
    toUnitId: fromUnitId,
    fromCircuitIds: toCircuitIds,
    toCircuitIds: fromCircuitIds,
  };
}

function circuitsOf({ connection }: Pick<Deps, "connection">, condition: object): Promise<Circuit[]> {
  return circuitModel(connection).find(condition).sort({ name: 1, _id: 1 }).lean<Circuit[]>();
}

async function vacantCircuits(
  deps: Pick<Deps, "connection">,
  siteId: string,
  unitId: string,
  named: string[] | undefined,
): Promise<Circuit[]> {
  if (named === undefined) return circuitsOf(deps, { unitId, householdId: null });
  const found = await circuitsOf(deps, { _id: { $in: named }, siteId, householdId: null });
  if (found.length !== new Set(named).size) throw unknownReference("circuitIds");
  return found;
}

function idsOf(rows: readonly { _id: string }[]): string[] {
  return rows.map(({ _id }) => _id);
}
