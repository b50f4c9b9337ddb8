import type { Connection } from "mongoose";
import { type Household, householdModel } from "../places/household.model.ts";
import type { Subject } from "./alarm.model.ts";

/** Names of circuits, meters and buses by id; given by the room that knows them. */
export type NetworkNames = (ids: {
  circuitIds: readonly string[];
  meterIds: readonly string[];
  busIds: readonly string[];
}) => Promise<ReadonlyMap<string, string>>;

/** Ids of meters and buses whose name has the text in it; given by the room that knows them. */
export type NetworkSearch = (
  typed: string,
  scope: Record<string, unknown>,
) => Promise<{ meterIds: string[]; busIds: string[] }>;

/** What the subject is called, by its narrowest part; an id when the thing itself is gone. Reads once for a whole page. */
export async function subjectNames(
  connection: Connection,
  networkNames: NetworkNames,
  subjects: readonly Subject[],
): Promise<(subject: Subject) => string> {
  const idsOf = (part: keyof Subject) => [
    ...new Set(subjects.flatMap((subject) => (subject[part] === undefined ? [] : [subject[part]]))),
  ];
  const [names, households] = await Promise.all([
    networkNames({ circuitIds: idsOf("circuitId"), meterIds: idsOf("meterId"), busIds: idsOf("busId") }),
    householdModel(connection)
      .find({ _id: { $in: idsOf("householdId") } }, { name: 1 })
      .lean<Pick<Household, "_id" | "name">[]>(),
  ]);
  const householdNames = new Map(households.map((household) => [household._id, household.name]));
  return ({ circuitId, meterId, busId, householdId }) => {
    const id = circuitId ?? meterId ?? busId ?? householdId;
    return id === undefined ? "" : (names.get(id) ?? householdNames.get(id) ?? id);
  };
}
