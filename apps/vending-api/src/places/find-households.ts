import type { Connection } from "mongoose";
import { householdModel } from "./household.model.ts";
import { residentModel } from "./resident.model.ts";
import { wordBeginsWith } from "./search-words.ts";
import { unitModel } from "./unit.model.ts";

/** More than anybody reads: whoever typed one letter goes on typing. */
const MAX_MATCHES = 1000;

/** A condition on households: the own name, the unit's or a resident's has a word that begins with what was typed. */
export async function householdsNamed(
  connection: Connection,
  typed: string,
  scope: Record<string, unknown>,
): Promise<{ $or: Record<string, unknown>[] }> {
  const condition = { ...scope, words: wordBeginsWith(typed) };
  const [units, residents] = await Promise.all([
    unitModel(connection).find(condition, { _id: 1 }).limit(MAX_MATCHES).lean<{ _id: string }[]>(),
    residentModel(connection)
      .find(condition, { householdId: 1 })
      .limit(MAX_MATCHES)
      .lean<{ householdId: string }[]>(),
  ]);
  return {
    $or: [
      { words: condition.words },
      { unitId: { $in: units.map((unit) => unit._id) } },
      { _id: { $in: residents.map((resident) => resident.householdId) } },
    ],
  };
}

/** Ids of the households that `householdsNamed` describes. */
export async function householdIdsNamed(
  connection: Connection,
  typed: string,
  scope: Record<string, unknown>,
): Promise<string[]> {
  const named = await householdsNamed(connection, typed, scope);
  const rows = await householdModel(connection)
    .find({ $and: [scope, named] }, { _id: 1 })
    .limit(MAX_MATCHES)
    .lean<{ _id: string }[]>();
  return rows.map((row) => row._id);
}
