import type { Connection } from "mongoose";
import type { Deps } from "../deps.ts";
import type { PersonCaller } from "../http/access.ts";
import { readAccessToken } from "./access-token.ts";
import { type User, userModel } from "./user.model.ts";

/**
 * The token says who, the store says what that person may do now: a role taken away or an account disabled counts at once, not
 * when the token ends. One read by `_id` per request.
 */
export async function authenticatePerson(
  token: string,
  { connection, clock, secrets }: Pick<Deps, "connection" | "clock" | "secrets">,
): Promise<PersonCaller | undefined> {
  const claims = readAccessToken(token, secrets.jwtSecret, clock.now());
  if (claims === undefined) return undefined;
  const user = await activeUser(connection, claims.userId);
  return user?.sessionEpoch === claims.sessionEpoch ? callerOf(user) : undefined;
}

/** The user as a caller, as of now; undefined when there is none, or no more. */
export async function callerById(connection: Connection, userId: string): Promise<PersonCaller | undefined> {
  const user = await activeUser(connection, userId);
  return user && callerOf(user);
}

async function activeUser(connection: Connection, userId: string): Promise<User | undefined> {
  const user = await userModel(connection).findById(userId).lean<User | null>();
  return user?.status === "active" ? user : undefined;
}

function callerOf({ _id: id, login, name, roles, siteIds, householdId }: User): PersonCaller {
  return {
    kind: "person",
    id,
    login,
    name,
    roles,
    siteIds,
    ...(householdId === null ? {} : { householdId }),
  };
}
