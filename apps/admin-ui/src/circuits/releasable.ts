import type { Role, User, WhyHold } from "../api/rows.ts";
import { may } from "../auth/roles.ts";

const hasAny = (roles: readonly Role[], ...wanted: Role[]) => wanted.some((role) => roles.includes(role));

/** May this person take this hold away by hand? The server decides; this only hides what it would refuse. */
export function mayRelease(
  hold: Pick<WhyHold, "kind" | "releasers" | "origin">,
  user: Pick<User, "id" | "roles">,
): boolean {
  if (!may(user.roles, "circuits.release")) return false;
  return hold.releasers.some((releaser) => {
    switch (releaser) {
      case "tag-holder":
        return hold.origin.id === user.id;
      case "two-administrators":
        return hasAny(user.roles, "administrator");
      case "maintenance":
        return hasAny(user.roles, "maintenance");
      case "staff":
        return true;
      default:
        return false;
    }
  });
}
