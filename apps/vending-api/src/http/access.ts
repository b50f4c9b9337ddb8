import { z } from "zod";

/** What each role is for; what it may do stands at each route. */
export const ROLES = {
  administrator: { purpose: "Runs the system: users, places, network" },
  "property-manager": { purpose: "Opens households and sells credit" },
  "campus-admin": { purpose: "Sets tariffs, grants and refunds" },
  maintenance: { purpose: "Looks after meters, buses and alarms" },
  resident: { purpose: "Sees the own household" },
  integrator: { purpose: "A program of the customer's" },
  gateway: { purpose: "A bus gateway; has a token, no login" },
} as const satisfies Record<string, { purpose: string }>;

export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as [Role, ...Role[]];
export const roleSchema = z.enum(ROLE_NAMES);

/** Everybody who works for the property. */
export const STAFF = [
  "administrator",
  "property-manager",
  "campus-admin",
  "maintenance",
] as const satisfies Role[];
/** Staff and the customer's programs: may read places and network of their sites. */
export const READERS = [...STAFF, "integrator"] as const satisfies Role[];

/** In place of a list of site ids: every site, those of tomorrow included. */
export const EVERY_SITE = "*";

/**
 * Who may call a route. `public` names itself on purpose; there is no default. `signed-in` is any person, whatever the role.
 * `stream-ticket` is a one-time ticket in the query, for EventSource, which cannot send a header.
 */
export type Access =
  | { readonly roles: readonly [Role, ...Role[]] }
  | "signed-in"
  | "gateway"
  | "stream-ticket"
  | "public";

export interface PersonCaller {
  readonly kind: "person";
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Site ids, or `[EVERY_SITE]`. */
  readonly siteIds: readonly string[];
  /** A resident's household. */
  readonly householdId?: string;
}

export interface GatewayCaller {
  readonly kind: "gateway";
  readonly id: string;
  readonly name: string;
  readonly roles: readonly ["gateway"];
  readonly siteIds: readonly [string];
}

export type Caller = PersonCaller | GatewayCaller;

export function seesEverySite(caller: Pick<Caller, "siteIds">): boolean {
  return (caller.siteIds as readonly string[]).includes(EVERY_SITE);
}

/** False means: for this caller the row does not exist, answer `not-found`. */
export function canSee(caller: Pick<Caller, "siteIds">, siteId: string): boolean {
  return seesEverySite(caller) || (caller.siteIds as readonly string[]).includes(siteId);
}

/** The condition that every query on behalf of a caller carries; `field` is `_id` for sites themselves. */
export function siteScope(
  caller: Pick<Caller, "siteIds">,
  field: "siteId" | "_id" = "siteId",
): Record<string, { $in: string[] }> {
  return seesEverySite(caller) ? {} : { [field]: { $in: [...caller.siteIds] } };
}

/** A person who decided earlier, as the caller of what is done on that decision by now. */
export function callerOf(actor: { id: string; name: string; role: Role }, siteId: string): PersonCaller {
  const { id, name, role } = actor;
  return { kind: "person", id, name, login: "", roles: [role], siteIds: [siteId] };
}

export function hasRole(caller: Pick<Caller, "roles">, ...roles: readonly Role[]): boolean {
  return roles.some((role) => (caller.roles as readonly Role[]).includes(role));
}

/** A person as named in commands, audit and ledger rows: with the role first in `ROLES`, the most powerful one held. */
export function actorOf(caller: Caller): { id: string; name: string; role: Role } {
  const role = ROLE_NAMES.find((name) => hasRole(caller, name));
  if (role === undefined) throw new RangeError(`caller ${caller.id} has no role`);
  return { id: caller.id, name: caller.name, role };
}
