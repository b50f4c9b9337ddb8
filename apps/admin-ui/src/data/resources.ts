/**
 * Where each resource lives. A resource with `one` is a view of another row under that row's id ("why" of a circuit), so that
 * every figure shown has one place in the cache and one name in the change stream.
 */
export const RESOURCES = {
  sites: { path: "sites" },
  buildings: { path: "buildings" },
  units: { path: "units" },
  households: { path: "households" },
  residents: { path: "residents" },
  circuits: { path: "circuits" },
  meters: { path: "meters" },
  buses: { path: "buses" },
  gateways: { path: "gateways" },
  commands: { path: "commands" },
  purchases: { path: "purchases" },
  cards: { path: "cards" },
  tills: { path: "tills" },
  "till-shifts": { path: "till-shifts" },
  adjustments: { path: "adjustments" },
  policies: { path: "policies" },
  campaigns: { path: "campaigns" },
  "rule-changes": { path: "rule-changes" },
  "rule-sets": { path: "rule-sets", one: (id) => `rule-sets?siteId=${id}` },
  tariffs: { path: "tariffs" },
  users: { path: "users" },
  "api-keys": { path: "api-keys" },
  audit: { path: "audit" },
  webhooks: { path: "webhooks" },
  deliveries: { path: "webhooks", of: { filter: "webhookId", list: (id) => `webhooks/${id}/deliveries` } },
  notifications: { path: "notifications" },
  alarms: { path: "alarms" },
  events: { path: "events" },
  board: { path: "board", one: (id) => `board?siteId=${id}` },
  balances: { path: "households", one: (id) => `households/${id}/balance` },
  ledger: { path: "households", of: { filter: "householdId", list: (id) => `households/${id}/ledger` } },
  live: { path: "circuits", one: (id) => `circuits/${id}/live` },
  why: { path: "circuits", one: (id) => `circuits/${id}/why` },
  parameters: { path: "circuits", one: (id) => `circuits/${id}/parameters` },
  "relay-tests": { path: "circuits", one: (id) => `circuits/${id}/relay-test` },
  "bus-scans": { path: "buses", one: (id) => `buses/${id}/scan` },
  "bus-statistics": { path: "buses", one: (id) => `buses/${id}/statistics` },
  "bus-frames": { path: "buses", one: (id) => `buses/${id}/frames` },
  jobs: { path: "jobs" },
  "job-items": { path: "jobs", of: { filter: "jobId", list: (id) => `jobs/${id}/items` } },
  "grant-policies": { path: "grant-policies" },
  "grant-months": {
    path: "grant-policies",
    of: { filter: "policyId", list: (id) => `grant-policies/${id}/months` },
  },
  "grant-runs": { path: "grant-runs" },
  grants: { path: "grant-runs", of: { filter: "runId", list: (id) => `grant-runs/${id}/grants` } },
  refunds: { path: "refunds" },
} as const satisfies Record<
  string,
  {
    path: string;
    one?: (id: string) => string;
    /** A list below one row: the named filter chooses the row and leaves the query. */
    of?: { filter: string; list: (id: string) => string };
  }
>;

export type ResourceName = keyof typeof RESOURCES;

interface Place {
  path: string;
  one?: (id: string) => string;
  of?: { filter: string; list: (id: string) => string };
}

export function placeOf(resource: string): Place {
  const places: Partial<Record<string, Place>> = RESOURCES;
  const place = Object.hasOwn(RESOURCES, resource) ? places[resource] : undefined;
  if (place === undefined) throw new RangeError(`no resource "${resource}"`);
  return place;
}

/**
 * What else is to be read again when a row of this resource changed. `same`: the view under the same id. `all`: views whose
 * id does not follow from the change. A sale moves a balance; a hold moves the board.
 */
export const CONSEQUENCES: Partial<
  Record<string, { same?: readonly ResourceName[]; all?: readonly ResourceName[] }>
> = {
  // New readings are told once for the whole site, as a change of its board.
  board: { all: ["live", "balances"] },
  circuits: { same: ["why", "live", "parameters"] },
  commands: { all: ["why"] },
  households: { same: ["balances"], all: ["board", "ledger"] },
  purchases: { all: ["balances", "ledger", "board", "till-shifts"] },
  cards: { all: ["purchases"] },
  adjustments: { all: ["balances", "ledger"] },
  alarms: { all: ["board"] },
  units: { all: ["board"] },
  buildings: { all: ["board"] },
  tariffs: { all: ["balances"] },
  // Once for a change of many circuits, instead of once for each.
  "rule-changes": { all: ["rule-sets"] },
  campaigns: { all: ["board", "why"] },
  // A job says only that it moved; what it moves is seen by its kind's own views.
  notifications: { all: ["deliveries"] },
  jobs: { all: ["job-items", "grant-runs", "grant-months", "grants"] },
  "grant-policies": { all: ["grant-months"] },
  "grant-runs": { all: ["grant-months", "grants"] },
};
