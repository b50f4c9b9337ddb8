import type { Connection } from "mongoose";
import { endSessionsOf } from "../users/sessions.ts";
import { type User, userModel } from "../users/user.model.ts";

/** The household's residents can log in no more; who works here too keeps that login and loses sight of the household. */
export async function endLogins(connection: Connection, householdId: string, now: Date): Promise<void> {
  const users = await userModel(connection).find({ householdId }).lean<User[]>();
  for (const { _id, roles } of users) {
    const isOnlyResident = roles.every((role) => role === "resident");
    const set = isOnlyResident ? { status: "disabled" as const } : { householdId: null };
    // A second run, after a crash between the two, finds the household named still and ends what is left.
    await userModel(connection).updateOne({ _id, householdId }, { $set: set, $inc: { sessionEpoch: 1 } });
    await endSessionsOf(_id, { connection, now });
  }
}
