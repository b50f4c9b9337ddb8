import type { Request } from "express";
import { ApiError } from "../errors.ts";
import type { Access, Caller, GatewayCaller, PersonCaller } from "./access.ts";
import { hasRole } from "./access.ts";

/** Every gateway token starts so: found in a log or a repository, it says what it is. */
export const GATEWAY_TOKEN_PREFIX = "hmg_";

/** Where tokens become callers; given by the features that keep users and gateways. Each resolves undefined for a bad token. */
export interface Authenticators {
  person(accessToken: string): Promise<PersonCaller | undefined>;
  gateway(token: string): Promise<GatewayCaller | undefined>;
}

const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/;

/** The caller that may use a route with this access. Throws `unauthenticated` or `forbidden`. */
export async function admit(
  access: Access,
  request: Request,
  authenticators: Authenticators,
): Promise<Caller | undefined> {
  if (access === "public" || access === "stream-ticket") return undefined;
  const token = BEARER.exec(request.get("authorization") ?? "")?.[1];
  if (token === undefined) throw new ApiError("unauthenticated");
  const caller = token.startsWith(GATEWAY_TOKEN_PREFIX)
    ? await authenticators.gateway(token)
    : await authenticators.person(token);
  if (caller === undefined) throw new ApiError("unauthenticated", "The token is not valid or has ended");
  if (!isAllowed(access, caller)) throw new ApiError("forbidden");
  return caller;
}

function isAllowed(access: Exclude<Access, "public" | "stream-ticket">, caller: Caller): boolean {
  if (access === "gateway") return caller.kind === "gateway";
  if (caller.kind === "gateway") return false;
  return access === "signed-in" || hasRole(caller, ...access.roles);
}
