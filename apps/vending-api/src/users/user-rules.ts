import { ApiError } from "../errors.ts";
import {
  canSee,
  EVERY_SITE,
  type PersonCaller,
  ROLE_NAMES,
  type Role,
  seesEverySite,
} from "../http/access.ts";
import type { PersonRole, User } from "./user.model.ts";

export const PERSON_ROLES = ROLE_NAMES.filter((role) => role !== "gateway") as [PersonRole, ...PersonRole[]];

type Reach = Pick<User, "roles" | "siteIds" | "householdId">;

/** A user is managed only by an administrator who sees every one of that user's sites. */
export function mayManage(caller: PersonCaller, user: Pick<User, "siteIds">): boolean {
  return user.siteIds.every((siteId) =>
    siteId === EVERY_SITE ? seesEverySite(caller) : canSee(caller, siteId),
  );
}

/** Whether `caller` may leave a user with this reach. Throws `role-not-grantable` or `invalid-body`. */
export function assertGrantable(caller: PersonCaller, reach: Reach): void {
  if (!mayManage(caller, reach)) {
    throw new ApiError("role-not-grantable", "You can only give access to your own sites", {
      errors: [{ path: "siteIds", code: "refused", message: "Names a site outside your own" }],
    });
  }
  assertConsistent(reach);
}

/** Roles, sites and household fit each other. Throws `invalid-body`. */
export function assertConsistent({ roles, siteIds, householdId }: Reach): void {
  const refuse = (path: string, message: string): never => {
    throw new ApiError("invalid-body", `${path}: ${message}`, {
      errors: [{ path, code: "refused", message }],
    });
  };
  const isResident = roles.includes("resident");
  if (isResident && roles.length > 1) refuse("roles", "A resident has no other role");
  if (isResident && householdId === null) refuse("householdId", "A resident needs a household");
  if (isResident && (siteIds.length !== 1 || siteIds[0] === EVERY_SITE))
    refuse("siteIds", "A resident has one site");
  if (!isResident && householdId !== null) refuse("householdId", "Only a resident has a household");
  if (siteIds.includes(EVERY_SITE) && siteIds.length > 1) refuse("siteIds", "Every site stands alone");
}

/** Site of a user's audit entries: their own, or that of those who see everything. */
export function homeSiteOf({ siteIds }: Pick<User, "siteIds">): string {
  return siteIds.length === 1 ? (siteIds[0] as string) : EVERY_SITE;
}

export function sameSet(a: readonly (Role | string)[], b: readonly (Role | string)[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
