import { DateTime } from "luxon";
import type { Model, QueryFilter } from "mongoose";
import type { z } from "zod";
import type { Deps } from "../deps.ts";
import type { Role } from "../http/access.ts";
import type { List } from "../http/list-query.ts";
import { effectOn, type LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { AUDITORS, entryCondition, entryList } from "../ledger/ledger.routes.ts";
import { householdLinks, residentLinks } from "../links.ts";
import { buildingResource } from "../places/building.routes.ts";
import { householdResource } from "../places/household.routes.ts";
import { residentResource } from "../places/resident.routes.ts";
import type { Site } from "../places/site.model.ts";
import { unitResource } from "../places/unit.routes.ts";
import { presentPurchases } from "../vending/list-purchases.ts";
import { purchaseCondition, purchaseList, READERS_OF_SALES } from "../vending/purchase.routes.ts";
import type { ColumnName } from "./csv-columns.ts";
import { readBatches } from "./export-batches.ts";
import { readNames } from "./place-names.ts";
import type { Cell } from "./write-csv.ts";

type Roles = readonly [Role, ...Role[]];

export interface ExportTable {
  /** As in the address. */
  what: string;
  summary: string;
  roles: Roles;
  /** Of the list whose rows these are. */
  list: z.ZodType<List<string, unknown>>;
  columns: readonly ColumnName[];
  /** The rows of a site that the list's filter names, in its order. */
  rows(site: Site, list: List<string, unknown>): AsyncIterable<Cell[][]>;
}

/** Ties the types of one table together, and closes them in. */
function exportTable<Row, Filter, Column extends ColumnName>(table: {
  what: string;
  summary: string;
  roles: Roles;
  list: z.ZodType<List<string, Filter>>;
  columns: readonly Column[];
  model: Model<Row>;
  condition(filter: Filter, site: Site): Promise<object> | object;
  /** Many at once, so that what belongs to a batch is read once. */
  cells(rows: Row[], site: Site): Promise<Record<Column, Cell>[]>;
}): ExportTable {
  const { columns, model, list } = table;
  return {
    what: table.what,
    summary: table.summary,
    roles: table.roles,
    list: list as z.ZodType<List<string, unknown>>,
    columns,
    async *rows(site, { sort, filter }) {
      const condition = { $and: [{ siteId: site._id }, await table.condition(filter as Filter, site)] };
      for await (const rows of readBatches(model, condition as QueryFilter<Row>, sort)) {
        const shown = await table.cells(rows, site);
        yield shown.map((row) => columns.map((column) => row[column]));
      }
    },
  };
}

export function exportTables(deps: Deps): ExportTable[] {
  const { connection } = deps;
  const buildings = buildingResource(deps);
  const units = unitResource(deps);
  const households = householdResource(deps, householdLinks(deps));
  const residents = residentResource(deps, residentLinks(deps));
  const scopeOf = (site: Site) => ({ siteId: { $in: [site._id] } });

  return [
    exportTable({
      what: "buildings",
      summary: "Buildings as a table",
      roles: buildings.read,
      list: buildings.list,
      columns: ["id", "name", "floors"],
      model: buildings.model,
      condition: (filter, site) => buildings.condition(filter, scopeOf(site)),
      cells: async (rows) => rows.map(({ _id: id, name, floors }) => ({ id, name, floors })),
    }),
    exportTable({
      what: "units",
      summary: "Units with their building and floor as a table",
      roles: units.read,
      list: units.list,
      columns: ["id", "building_id", "building", "name", "floor", "household_id"],
      model: units.model,
      condition: (filter, site) => units.condition(filter, scopeOf(site)),
      async cells(rows) {
        const names = await readNames(connection, { buildingIds: rows.map((row) => row.buildingId) });
        return (await units.present(rows)).map(({ id, buildingId, name, floor, householdId }) => ({
          id,
          building_id: buildingId,
          building: names.building(buildingId),
          name,
          floor,
          household_id: householdId,
        }));
      },
    }),
    exportTable({
      what: "households",
      summary: "Households with their unit and tariff as a table",
      roles: households.read,
      list: households.list,
      columns: [
        ...(["id", "building", "unit_id", "unit", "name", "tariff_id", "tariff"] as const),
        ...(["cut_minor", "release_minor", "status", "opened_at", "closed_at"] as const),
      ],
      model: households.model,
      condition: (filter, site) => households.condition(filter, scopeOf(site)),
      async cells(rows) {
        const names = await readNames(connection, {
          unitIds: rows.map((row) => row.unitId),
          tariffIds: rows.flatMap((row) => row.tariffId ?? []),
        });
        return rows.map((row) => ({
          id: row._id,
          building: names.buildingOfUnit(row.unitId),
          unit_id: row.unitId,
          unit: names.unit(row.unitId),
          name: row.name,
          tariff_id: row.tariffId,
          tariff: row.tariffId && names.tariff(row.tariffId),
          cut_minor: row.cutMinor,
          release_minor: row.releaseMinor,
          status: row.status,
          opened_at: row.openedAt.toISOString(),
          closed_at: row.closedAt?.toISOString() ?? null,
        }));
      },
    }),
    exportTable({
      what: "residents",
      summary: "Residents with their household as a table, without anything to log in by",
      roles: residents.read,
      list: residents.list,
      columns: ["id", "household_id", "household", "building", "unit", "name", "phone", "has_login"],
      model: residents.model,
      condition: (filter, site) => residents.condition(filter, scopeOf(site)),
      async cells(rows) {
        const names = await readNames(connection, { householdIds: rows.map((row) => row.householdId) });
        return rows.map(({ _id: id, householdId, name, phone, userId }) => ({
          id,
          household_id: householdId,
          household: names.household(householdId),
          ...names.placeOfHousehold(householdId),
          name,
          phone,
          has_login: userId === null ? "no" : "yes",
        }));
      },
    }),
    exportTable({
      what: "purchases",
      summary: "Sales as a table",
      roles: READERS_OF_SALES.roles,
      list: purchaseList,
      columns: [
        ...([
          "id",
          "receipt_number",
          "at",
          "local_time",
          "household_id",
          "household",
          "building",
          "unit",
        ] as const),
        ...(["amount", "amount_minor", "currency", "method", "note", "by", "balance_after_minor"] as const),
        ...(["delivery", "shift_id", "ref", "voided_at", "voided_by", "void_reason"] as const),
      ],
      model: journalModel(connection),
      condition: (filter) => ({ $and: [{ kind: "purchase" }, purchaseCondition(filter)] }),
      async cells(rows, site) {
        const names = await readNames(connection, { householdIds: rows.map((row) => row.householdId) });
        const purchases = await presentPurchases(connection, rows as unknown as LedgerEntry[]);
        return purchases.map((row) => ({
          id: row.id,
          receipt_number: row.receiptNumber,
          at: row.at,
          local_time: localTime(new Date(row.at), site),
          household_id: row.householdId,
          household: names.household(row.householdId),
          ...names.placeOfHousehold(row.householdId),
          amount: majorUnits(row.amountMinor, site.currencyDigits),
          amount_minor: row.amountMinor,
          currency: row.currency,
          method: row.method,
          note: row.note,
          by: row.cashier,
          balance_after_minor: row.balanceAfterMinor,
          delivery: row.delivery,
          shift_id: row.shiftId ?? null,
          ref: row.ref,
          voided_at: row.voidedAt ?? null,
          voided_by: row.voidedBy ?? null,
          void_reason: row.voidReason ?? null,
        }));
      },
    }),
    exportTable({
      what: "ledger-entries",
      summary: "The journal as a table: what each entry did to its household",
      roles: AUDITORS.roles,
      list: entryList,
      columns: [
        ...(["id", "household_id", "household", "seq", "kind", "at", "local_time", "amount_minor"] as const),
        ...([
          "currency",
          "free_wh",
          "balance_after_minor",
          "note",
          "by",
          "ref",
          "previous_hash",
          "hash",
        ] as const),
      ],
      model: journalModel(connection),
      condition: (filter) => entryCondition(filter),
      async cells(rows, site) {
        const entries = rows as unknown as LedgerEntry[];
        const names = await readNames(connection, { householdIds: entries.map((row) => row.householdId) });
        return entries.map((entry) => {
          const effect = effectOn(entry.account, entry.postings);
          return {
            id: entry._id,
            household_id: entry.householdId,
            household: names.household(entry.householdId),
            seq: entry.seq,
            kind: entry.kind,
            at: entry.at.toISOString(),
            local_time: localTime(entry.at, site),
            amount_minor: effect[site.currency] ?? 0,
            currency: site.currency,
            free_wh: effect.Wh ?? 0,
            balance_after_minor: entry.balanceAfter[site.currency] ?? 0,
            note: entry.note,
            by: entry.by.name,
            ref: entry.ref,
            previous_hash: entry.previousHash,
            hash: entry.hash,
          };
        });
      },
    }),
  ];
}

function localTime(at: Date, { timeZone }: Site): string {
  return DateTime.fromJSDate(at, { zone: timeZone }).toFormat("yyyy-MM-dd HH:mm:ss");
}

/** "50.00" from 5000, without passing through a fraction. Not negative: a purchase never is. */
function majorUnits(amountMinor: number, digits: number): string {
  if (digits === 0) return String(amountMinor);
  const minor = String(amountMinor).padStart(digits + 1, "0");
  return `${minor.slice(0, -digits)}.${minor.slice(-digits)}`;
}
