import type {
  AlarmKind,
  CircuitRules,
  CommandAction,
  CommandState,
  CreditPlace,
  HoldKind,
  HoldOrigin,
  HoldReason,
  IntendedState,
  LineConfig,
  PipeConfig,
  Presence,
  RelayState,
  SaleCode,
  Sample,
  SampleFlag,
  Severity,
  TariffScheme,
} from "@hallmeter/meter-model";

/** What the API answers, row by row. Instants are RFC 3339 UTC, money is integer minor units, ids are opaque. */

export const ROLES = [
  "administrator",
  "property-manager",
  "campus-admin",
  "maintenance",
  "resident",
  "integrator",
  "gateway",
] as const;
export type Role = (typeof ROLES)[number];

export interface User {
  id: string;
  login: string;
  name: string;
  roles: Role[];
  siteIds: string[];
  householdId?: string;
  locale: string;
  status: "active" | "disabled";
}

export interface Site {
  id: string;
  name: string;
  timeZone: string;
  currency: string;
  currencyDigits: number;
  holidays: string[];
  restWeekdays: number[];
}

export interface Building {
  id: string;
  siteId: string;
  name: string;
  floors: number;
}

export interface Unit {
  id: string;
  siteId: string;
  buildingId: string;
  name: string;
  floor: number;
  householdId: string | null;
}

export interface Household {
  id: string;
  siteId: string;
  unitId: string;
  unitName: string;
  name: string;
  circuitIds: string[];
  status: "open" | "closed";
  tariffId: string | null;
  cutMinor: number;
  releaseMinor: number;
  residents: { id: string; name: string }[];
  openedAt: string;
  /** Oldest first. */
  pastRooms: { unitId: string; unitName: string; circuitIds: string[]; from: string; until: string }[];
}

export interface Tile {
  unitId: string;
  unitName: string;
  buildingId: string;
  floor: number;
  householdId: string | null;
  householdName: string | null;
  /** What keeps the room lit; a meter that holds the credit says it itself, null before it has. */
  balanceMinor: number | null;
  creditPlace: "server" | "meter" | null;
  daysLeft: number | null;
  relay: RelayState;
  intended: IntendedState;
  presence: Presence;
  keepPower: boolean;
  holds: HoldKind[];
  activePowerW: number | null;
  alarms: number;
  circuitIds: string[];
}

export interface Board {
  id: string;
  asOf: string;
  tiles: Tile[];
}

export interface Balance {
  id: string;
  currency: string;
  ledgerMinor: number;
  accruedMinor: number;
  /** By the books; where a meter holds the credit, `inMeter` is what is left. */
  liveMinor: number;
  creditPlace: CreditPlace;
  /** What that meter last said; null before it has said anything. */
  inMeter: { remainingMinor: number; at: string } | null;
  /** What is left of each, in the order of their use; `commodity` is the currency, or Wh for free energy. */
  grants: { grantId: string; commodity: string; amount: number; expiresAt: string | null }[];
  daysLeft: number | null;
  asOf: string;
  estimated?: boolean;
}

export interface LedgerEntry {
  id: string;
  seq: number;
  kind: string;
  at: string;
  amountMinor: number;
  balanceAfterMinor: number;
  ref: string;
  hash: string;
  note: string;
  by: string;
}

export interface Purchase {
  id: string;
  householdId: string;
  amountMinor: number;
  currency: string;
  method: string;
  note: string;
  at: string;
  cashier: string;
  balanceAfterMinor: number;
  /** `server`: the credit lives there; otherwise how far it has come into the meter. */
  delivery: "server" | "pending" | "written" | "unknown" | "failed" | "on-card" | "returned";
  /** Why it is not in the meter. */
  deliveryCode?: SaleCode;
  receiptNumber: string;
  voidedAt?: string;
  voidedBy?: string;
  voidReason?: string;
}

export interface Circuit {
  id: string;
  siteId: string;
  name: string;
  meterId: string;
  busId: string;
  /** A Modbus unit id, or the twelve digits of a DL/T 645 address. */
  unitAddress: number | string;
  householdId: string | null;
  variant: string;
  profile: string;
  relay: RelayState;
  intended: IntendedState;
  presence: Presence;
  keepPower: boolean;
  rules: CircuitRules;
  commissionedAt: string | null;
  ctRatio: number;
  ptRatio: number;
  switchRatingCa: number;
  asOf: string | null;
}

export interface Live extends Omit<Sample, "circuitId" | "flags"> {
  id: string;
  flags: SampleFlag[];
}

export interface WhyHold {
  kind: HoldKind;
  rank: number;
  /** English text of the API; pages build their own from the code and params. */
  reason: string;
  reasonCode: HoldReason;
  params: Record<string, string | number | boolean>;
  since: string;
  origin: HoldOrigin;
  releasedBy: string;
  releasers: string[];
  until?: string;
  locked: boolean;
  /** It stands, but opens nothing: the circuit keeps its power. */
  suspended: boolean;
}

export interface Why {
  id: string;
  circuitId: string;
  relay: RelayState;
  intended: IntendedState;
  presence: Presence;
  keepPower: boolean;
  asOf: string | null;
  holds: WhyHold[];
}

export type IntervalFlag = "good" | "estimated" | "missing" | "suspect";
export interface LoadProfile {
  circuitId: string;
  intervalMinutes: number;
  /** Beginning of the first; the others follow without a gap. */
  from: string;
  wh: (number | null)[];
  /** The first letter of each one's IntervalFlag. */
  flags: string;
}

export interface Command {
  id: string;
  circuitId: string;
  action: CommandAction;
  state: CommandState;
  reason: string;
  by: { id: string; name: string; role: string };
  issuedAt: string;
  expiresAt: string;
  resultAt?: string;
  code?: string;
  detail?: string;
}

export interface TariffRow {
  id: string;
  siteId: string;
  name: string;
  tariff: TariffScheme;
  effectiveFrom: string;
}

export type AlarmState = "raised" | "acknowledged" | "shelved" | "cleared";
export interface Alarm {
  id: string;
  key: string;
  kind: AlarmKind;
  severity: Severity;
  state: AlarmState;
  raisedAt: string;
  lastRaisedAt: string;
  clearedAt?: string;
  acknowledgedBy?: string;
  acknowledgedAt?: string;
  comment?: string;
  shelvedBy?: string;
  shelvedUntil?: string;
  shelveReason?: string;
  subject: { circuitId?: string; meterId?: string; busId?: string; householdId?: string };
  subjectName: string;
  params: Record<string, string | number | boolean>;
  evidence?: { ruleVersion?: number; samples: Sample[] };
  count: number;
}

export interface BulkAnswer {
  done: string[];
  failed: { id: string; code: string }[];
}

export interface EventRow {
  id: string;
  at: string;
  kind: string;
  subject: { circuitId?: string; meterId?: string; busId?: string; householdId?: string };
  subjectName: string;
  params: Record<string, string | number | boolean>;
}

export interface Bus {
  id: string;
  siteId: string;
  gatewayId: string;
  name: string;
  pipe: PipeConfig;
  line: LineConfig;
  pollIntervalMs: number;
}

export interface Me {
  user: User;
  resident: { id: string; name: string } | null;
  household: { id: string; name: string; status: "open" | "closed" } | null;
  unit: { id: string; name: string; floor: number } | null;
  residents: { id: string; name: string; isYou: boolean }[];
  /** The present one first. */
  rooms: { unitName: string; from: string; until: string | null }[];
  site: Site | null;
  circuits: Pick<Circuit, "id" | "name" | "relay" | "intended" | "presence" | "keepPower" | "asOf">[];
}

export interface MyUse {
  today: { wh: number; costMicro: number; intervals: { at: string; wh: number | null }[] };
  days: { day: string; wh: number; costMinor: number }[];
  asOf: string | null;
}
