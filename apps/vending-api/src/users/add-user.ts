import type { Connection } from "mongoose";
import { isDuplicateKey, newId } from "../db/model.ts";
import { ApiError } from "../errors.ts";
import { parseInput } from "../http/parse-input.ts";
import { hashPassword, passwordWeakness } from "./password.ts";
import { type User, userModel } from "./user.model.ts";
import { type NewUser, newUserFields } from "./user-fields.ts";
import { assertConsistent } from "./user-rules.ts";

/**
 * Adds a user on behalf of whoever holds the store: the command line and the demonstration. Routes check the caller first.
 * Throws `invalid-body`, `password-too-weak`, `login-taken`.
 */
export async function addUser(connection: Connection, fields: NewUser, now: Date): Promise<User> {
  const { password, ...wanted } = parseInput(newUserFields, fields, { code: "invalid-body" });
  assertConsistent(wanted);
  assertStrong(password, wanted.login);
  const user: User = {
    ...wanted,
    _id: newId(),
    passwordHash: await hashPassword(password),
    status: "active",
    sessionEpoch: 0,
    createdAt: now,
  };
  try {
    await userModel(connection).create(user);
  } catch (error) {
    if (!isDuplicateKey(error, "login")) throw error;
    throw new ApiError("login-taken", undefined, {
      errors: [{ path: "login", code: "taken", message: "Another user has this login" }],
    });
  }
  return user;
}

/** Throws `password-too-weak`. */
export function assertStrong(password: string, login: string, path = "password"): void {
  const weakness = passwordWeakness(password, login);
  if (weakness === undefined) return;
  throw new ApiError("password-too-weak", weakness, {
    errors: [{ path, code: "too-weak", message: weakness }],
  });
}
