import type { Role } from "../api/rows.ts";

const STAFF = ["administrator", "property-manager", "campus-admin", "maintenance"] as const;
const MONEY = ["administrator", "property-manager", "campus-admin"] as const;
const DESK = ["administrator", "property-manager"] as const;
const SWITCHING = ["administrator", "property-manager", "maintenance"] as const;

/**
 * Who may do what in the console; what is not here, nobody may. The server decides again on every request: this table only
 * keeps away what would be refused.
 */
export const RIGHTS = {
  "board.list": STAFF,
  "desk.list": DESK,
  "purchases.list": MONEY,
  "purchases.create": DESK,
  "purchases.void": DESK,
  "households.list": STAFF,
  "households.show": STAFF,
  "balances.show": MONEY,
  "circuits.list": STAFF,
  "circuits.show": STAFF,
  "circuits.open": SWITCHING,
  "circuits.close": SWITCHING,
  "circuits.release": SWITCHING,
  "circuits.read": SWITCHING,
  "circuits.lockout": ["administrator", "maintenance"],
  "circuits.keep-power": ["administrator", "property-manager"],
  "alarms.list": STAFF,
  "alarms.acknowledge": STAFF,
  "alarms.shelve": STAFF,
  "tariffs.list": MONEY,
  "users.list": ["administrator"],
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof RIGHTS;

export const may = (roles: readonly Role[], right: Right): boolean => {
  const allowed: readonly Role[] = RIGHTS[right];
  return roles.some((role) => allowed.includes(role));
};

const isRight = (text: string): text is Right => Object.hasOwn(RIGHTS, text);

/** react-admin's question, in its words; an action or resource that the table does not name is refused. */
export const canAccess = (roles: readonly Role[], resource: string, action: string): boolean => {
  const right = `${resource}.${action}`;
  return isRight(right) && may(roles, right);
};

/** Residents have a page of their own; programs and gateways have none. */
export const belongsToConsole = (roles: readonly Role[]): boolean => may(roles, "board.list");
