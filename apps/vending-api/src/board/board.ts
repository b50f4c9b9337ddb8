import { type CreditPlace, HOLD_KINDS, type HoldKind } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { groupBy } from "../db/group-by.ts";
import { readHeads } from "../ledger/balance.model.ts";
import { balanceFoldOf } from "../ledger/balance-fold.ts";
import { type ChainHead, EMPTY_CHAIN, householdAccount } from "../ledger/entry.ts";
import { type Circuit, circuitModel } from "../network/circuit.model.ts";
import { blankMirror, type CircuitMirror, circuitMirrorModel } from "../network/circuit-mirror.model.ts";
import { type MeterMirror, meterMirrorModel } from "../network/meter-mirror.model.ts";
import { nanoPerMinor } from "../network/metering-contexts.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";
import { readLivingAccruals } from "../rating/accrual.model.ts";
import type { Accrual } from "../rating/accrual.ts";
import { daysLeft, leftOf } from "../rating/days-left.ts";
import { balanceOf, headsOf, unsettled } from "../rating/live-balance.ts";
import type { AlarmCounts } from "./alarm-counts.ts";

/** One room as the board shows it; null where there is no household or no circuit. */
export interface Tile {
  unitId: string;
  unitName: string;
  buildingId: string;
  floor: number;
  householdId: string | null;
  householdName: string | null;
  /** What keeps the room lit: the account's, or what the meter that holds the credit last said; null before it has said anything. */
  balanceMinor: number | null;
  creditPlace: CreditPlace | null;
  daysLeft: number | null;
  relay: CircuitMirror["relay"] | null;
  intended: CircuitMirror["intended"] | null;
  presence: CircuitMirror["presence"] | null;
  keepPower: boolean;
  holds: HoldKind[];
  activePowerW: number | null;
  alarms: number;
  circuitIds: string[];
}

/** Everything that tiles are made of, each kind read once. */
interface BoardRows {
  site: Site;
  units: Unit[];
  households: Household[];
  circuits: Circuit[];
  mirrors: TileMirror[];
  /** The end of each chain, by account. */
  chains: ReadonlyMap<string, ChainHead>;
  accruals: Accrual[];
  /** Of the meters that hold credit, by circuit; what the others would say of money is not asked. */
  metersCredit: ReadonlyMap<string, MeterMirror["credit"]>;
  alarms: AlarmCounts;
}

interface TileMirror
  extends Pick<CircuitMirror, "_id" | "relay" | "intended" | "presence" | "keepPower" | "holds"> {
  sample: { activePowerW: number } | null;
}
const TILE_FIELDS = {
  relay: 1,
  intended: 1,
  presence: 1,
  keepPower: 1,
  holds: 1,
  "sample.activePowerW": 1,
} as const;

/** Every room of the site, in the order of building, floor and name. Nine queries, whatever the number of rooms. */
export async function readBoard(
  connection: Connection,
  site: Site,
  countAlarms: (siteId: string) => Promise<AlarmCounts>,
): Promise<Tile[]> {
  const siteId = site._id;
  const [units, households, circuits, mirrors, accruals, alarms] = await Promise.all([
    unitModel(connection).find({ siteId }).lean<Unit[]>(),
    householdModel(connection).find({ siteId, status: "open" }).lean<Household[]>(),
    circuitModel(connection).find({ siteId }, { rules: 0 }).lean<Circuit[]>(),
    circuitMirrorModel(connection).find({ siteId }, TILE_FIELDS).lean<TileMirror[]>(),
    readLivingAccruals(connection, { siteId }),
    countAlarms(siteId),
  ]);
  // After the accruals: an entry posted in between then counts twice for a moment at worst, never as money too many.
  await balanceFoldOf(connection).caughtUp();
  const chains = await readHeads(
    connection,
    households.map(({ _id }) => householdAccount(_id)),
  );
  const metersCredit = await creditInMeters(connection, circuits);
  return tilesOf({
    ...{ site, units, households, circuits, mirrors, chains, accruals },
    ...{ metersCredit, alarms },
  });
}

async function creditInMeters(
  connection: Connection,
  circuits: readonly Circuit[],
): Promise<BoardRows["metersCredit"]> {
  const ids = circuits.filter(({ creditPlace }) => creditPlace === "meter").map(({ _id }) => _id);
  const rows = await meterMirrorModel(connection)
    .find({ _id: { $in: ids } }, { credit: 1 })
    .lean<Pick<MeterMirror, "_id" | "credit">[]>();
  return new Map(rows.map(({ _id, credit }) => [_id, credit]));
}

/** Pure. */
export function tilesOf(rows: BoardRows): Tile[] {
  const householdByUnit = new Map(rows.households.map((household) => [household.unitId, household]));
  const circuitsByHousehold = groupBy(rows.circuits, (circuit) => circuit.householdId);
  const mirrorById = new Map(rows.mirrors.map((mirror) => [mirror._id, mirror]));
  const money = moneyByHousehold(rows);
  const { byCircuit, byHousehold } = rows.alarms;
  return [...rows.units].sort(byPlace).map((unit) => {
    const household = householdByUnit.get(unit._id);
    const circuits = household ? (circuitsByHousehold.get(household._id) ?? []) : [];
    const mirrors = circuits.map((circuit) => mirrorById.get(circuit._id) ?? blankMirror(circuit));
    const circuitIds = circuits.map((circuit) => circuit._id);
    return {
      unitId: unit._id,
      unitName: unit.name,
      buildingId: unit.buildingId,
      floor: unit.floor,
      householdId: household?._id ?? null,
      householdName: household?.name ?? null,
      ...(household ? money(household, circuits) : NO_MONEY),
      ...stateOf(mirrors),
      alarms: circuitIds.reduce(
        (sum, id) => sum + (byCircuit.get(id) ?? 0),
        byHousehold.get(household?._id ?? "") ?? 0,
      ),
      circuitIds,
    };
  });
}

/** Made once: one in each comparison takes fifty times as long. */
const inNumericOrder = new Intl.Collator("en", { numeric: true });

function byPlace(a: Unit, b: Unit): number {
  return (
    Number(a.buildingId > b.buildingId) - Number(a.buildingId < b.buildingId) ||
    a.floor - b.floor ||
    inNumericOrder.compare(a.name, b.name)
  );
}

type TileMoney = Pick<Tile, "balanceMinor" | "creditPlace" | "daysLeft">;
const NO_MONEY: TileMoney = { balanceMinor: null, creditPlace: null, daysLeft: null };

function moneyByHousehold({ site, chains, accruals, metersCredit }: BoardRows) {
  const money = { currency: site.currency, nanoPerMinor: nanoPerMinor(site) };
  const accrualsOf = groupBy(accruals, (accrual) => accrual.householdId);
  return (household: Household, circuits: readonly Circuit[]): TileMoney => {
    const holder = circuits.find(({ creditPlace }) => creditPlace === "meter");
    if (holder) {
      const balanceMinor = metersCredit.get(holder._id)?.remainingMinor ?? null;
      return { balanceMinor, creditPlace: "meter", daysLeft: null };
    }
    const own = accrualsOf.get(household._id) ?? [];
    // Rows that straddle a midnight are off by a moment's use; the household's page is exact.
    const head = chains.get(householdAccount(household._id)) ?? EMPTY_CHAIN;
    const balance = balanceOf(head, unsettled(own, new Set()) ?? [], money);
    return {
      balanceMinor: Math.floor(balance.liveNano / money.nanoPerMinor),
      creditPlace: "server",
      daysLeft: daysLeft(leftOf(balance), headsOf(own)),
    };
  };
}

const RELAY_ORDER = ["open", "unknown", "closed"] as const;
const PRESENCE_ORDER = ["offline", "flaky", "online"] as const;

/** A room with several circuits shows the worst of each. */
function stateOf(
  mirrors: readonly TileMirror[],
): Pick<Tile, "relay" | "intended" | "presence" | "keepPower" | "holds" | "activePowerW"> {
  const powers = mirrors.flatMap(({ sample }) => (sample ? [sample.activePowerW] : []));
  const kinds = new Set(mirrors.flatMap(({ holds }) => holds.map((hold) => hold.kind)));
  return {
    relay: RELAY_ORDER.find((relay) => mirrors.some((mirror) => mirror.relay === relay)) ?? null,
    intended:
      mirrors.length === 0 ? null : mirrors.some((mirror) => mirror.intended === "open") ? "open" : "closed",
    presence:
      PRESENCE_ORDER.find((presence) => mirrors.some((mirror) => mirror.presence === presence)) ?? null,
    keepPower: mirrors.some((mirror) => mirror.keepPower),
    holds: [...kinds].sort((a, b) => HOLD_KINDS[a].rank - HOLD_KINDS[b].rank),
    activePowerW: powers.length === 0 ? null : powers.reduce((sum, power) => sum + power, 0),
  };
}
