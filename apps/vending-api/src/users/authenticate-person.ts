import type { Deps } from "../deps.ts";
import type { PersonCaller } from "../http/access.ts";
import { readAccessToken } from "./access-token.ts";
import { type User, userModel } from "./user.model.ts";

export function callerOf(user: User): PersonCaller {
  const { _id: id, login, name, roles, siteIds, householdId } = user;
  return { kind: "person", id, login, name, roles, siteIds, ...(householdId === null ? {} : { householdId }) };
}

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
  const user = await userModel(connection).findById(claims.userId).lean<User | null>();
  if (!user || user.status !== "active" || user.sessionEpoch !== claims.sessionEpoch) return undefined;
  return callerOf(user);
}
