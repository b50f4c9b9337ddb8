import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import type { PersonCaller } from "../http/access.ts";
import { type User, userModel } from "./user.model.ts";
import { mayManage } from "./user-rules.ts";

/** A user whom this caller cannot manage does not exist for them. Throws `not-found`. */
export async function manageableUser(
  connection: Connection,
  caller: PersonCaller,
  id: string,
): Promise<User> {
  const user = await userModel(connection).findById(id).lean<User | null>();
  if (!user || !mayManage(caller, user)) throw new ApiError("not-found");
  return user;
}
