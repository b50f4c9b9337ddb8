import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import type { PersonCaller } from "../http/access.ts";
import { type Household, householdModel } from "../places/household.model.ts";

/** Throws `not-found` for somebody without a household. */
export async function ownHousehold(connection: Connection, caller: PersonCaller): Promise<Household> {
  const { householdId } = caller;
  const household =
    householdId === undefined
      ? null
      : await householdModel(connection).findById(householdId).lean<Household | null>();
  if (!household) throw new ApiError("not-found", "You belong to no household");
  return household;
}
