import type { Role } from "../api/rows.ts";

const STAFF = ["administrator", "property-manager", "campus-admin", "maintenance"] as const;
const SELLERS = ["administrator", "property-manager", "campus-admin"] as const;

/**
 * Who may do what in the console; what is not here, nobody may. The server decides again on every request: this table only
 * keeps away what would be refused.
 */
export const RIGHTS = {
  "board.list": STAFF,
  "desk.list": SELLERS,
  "purchases.list": STAFF,
  "purchases.create": SELLERS,
  "purchases.void": SELLERS,
  "tills.list": SELLERS,
  "till-shifts.list": SELLERS,
  "adjustments.list": SELLERS,
  "adjustments.create": SELLERS,
  "cards.list": STAFF,
  "cards.handle": SELLERS,
  "households.list": STAFF,
  "households.show": STAFF,
  "households.move": SELLERS,
  "residents.list": STAFF,
  "residents.edit": SELLERS,
  "balances.show": STAFF,
  "circuits.list": STAFF,
  "circuits.show": STAFF,
  "circuits.open": STAFF,
  "circuits.close": STAFF,
  "circuits.release": STAFF,
  "circuits.read": STAFF,
  "circuits.lockout": ["administrator", "maintenance"],
  "circuits.compare-parameters": ["administrator", "maintenance"],
  "circuits.repair-parameters": ["administrator", "maintenance"],
  "circuits.keep-power": SELLERS,
  "circuits.test-relay": ["administrator", "maintenance"],
  "circuits.commission": ["administrator", "maintenance"],
  "network.list": STAFF,
  "network.scan": ["administrator", "maintenance"],
  "network.create": ["administrator", "maintenance"],
  "first-run.list": ["administrator"],
  "alarms.list": STAFF,
  "alarms.acknowledge": STAFF,
  "alarms.shelve": STAFF,
  "rules.list": STAFF,
  "rules.change": STAFF,
  "rules.protect": ["administrator", "campus-admin"],
  "campaigns.run": ["administrator", "maintenance"],
  "cuts.answer": SELLERS,
  "tariffs.list": STAFF,
  "tariffs.paint": ["administrator", "campus-admin"],
  "users.list": ["administrator"],
  "audit.list": ["administrator"],
  "integration.list": STAFF,
  "imports.create": SELLERS,
  "webhooks.list": ["administrator"],
  "reports.list": STAFF,
  "reports.money": SELLERS,
  "home.show": ["property-manager", "campus-admin"],
  "grants.list": SELLERS,
  "grants.give": ["administrator", "campus-admin"],
  "refunds.list": SELLERS,
  "refunds.type-reading": SELLERS,
  "jobs.list": SELLERS,
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
