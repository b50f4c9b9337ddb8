import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { PAYMENT_METHOD_NAMES } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import type { Household } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import {
  bookForeignSale,
  type ForeignSale,
  findForeignSale,
  foreignSaleRefusal,
} from "../vending/book-sale.ts";
import { MOST_PURCHASE_MINOR } from "../vending/purchases.ts";
import { siteOf } from "../vending/visible-purchase.ts";
import { given, LineProblem } from "./import-table.ts";
import { householdOf, type KnownPlaces, readKnownPlaces } from "./known-places.ts";
import { amountMinorOf, instantOf } from "./line-money.ts";
import { type Importer, type LinePlan, planLines, planned, type TriedLine } from "./plan-lines.ts";
import type { CsvLine } from "./read-csv.ts";

const LONGEST_REFERENCE = 64;
const LONGEST_NOTE = 200;

/**
 * Sales that were made elsewhere, each under its own reference, so that a file brought in again books nothing. A file that was
 * exported from here finds its sales by their ids.
 */
export function saleImporter(deps: Deps): Importer {
  const { connection, clock } = deps;

  const planOne = async (line: CsvLine, known: KnownPlaces, site: Site): Promise<TriedLine> => {
    const own = await ownSale(line, site._id);
    if (own) return { plan: planned(line, "leave", { id: own._id }), key: own._id };
    const { sale, household } = saleOf(line, known, site, clock.now());
    const found = await findForeignSale(connection, site._id, sale);
    if (found?.differs)
      throw new LineProblem("ref", "contradiction", "This reference has another sale in the books");
    if (found) return { plan: planned(line, "leave", { id: found.entry._id }), key: sale.reference };
    const refusal = await foreignSaleRefusal(connection, household);
    if (refusal) throw new ApiError(refusal);
    const { amountMinor, method, at, note, reference } = sale;
    const shown = { household: household.name, amountMinor, method, at: at.toISOString(), note, reference };
    const changes = Object.fromEntries(
      Object.entries(shown).map(([field, to]) => [field, { from: null, to }]),
    );
    return { plan: planned(line, "create", { changes }), key: sale.reference };
  };

  const ownSale = async (line: CsvLine, siteId: string): Promise<LedgerEntry | undefined> => {
    const id = given(line, "id");
    if (id === undefined) return undefined;
    const entry = await journalModel(connection)
      .findOne({ _id: id, siteId, kind: "purchase" })
      .lean<LedgerEntry | null>();
    if (!entry) throw new LineProblem("id", "unknown", "This site has no sale with this id");
    return entry;
  };

  return {
    columns: [
      ...(["id", "receipt_number", "at", "local_time", "household_id", "household", "building_id"] as const),
      ...([
        "building",
        "unit_id",
        "unit",
        "amount",
        "amount_minor",
        "currency",
        "method",
        "note",
        "by",
      ] as const),
      ...(["balance_after_minor", "delivery", "shift_id", "ref"] as const),
      ...(["voided_at", "voided_by", "void_reason"] as const),
    ],
    roles: ["administrator", "property-manager", "campus-admin"],
    async plan(siteId, lines) {
      const [known, site] = await Promise.all([
        readKnownPlaces(connection, siteId, "purchases", lines),
        siteOf(connection, siteId),
      ]);
      return planLines(lines, (line) => planOne(line, known, site));
    },
    async apply(siteId, line, { caller, id: importedBy, now }): Promise<LinePlan> {
      const [known, site] = await Promise.all([
        readKnownPlaces(connection, siteId, "purchases", [line]),
        siteOf(connection, siteId),
      ]);
      const own = await ownSale(line, siteId);
      if (own) return planned(line, "leave", { id: own._id });
      const { sale } = saleOf(line, known, site, now);
      const author = { id: caller.id, name: caller.name };
      const entry = await bookForeignSale(deps, site, sale, { author, importedBy, now });
      // Done again after a crash the line meets its own entry.
      const isMine = entry.details.importedBy === importedBy;
      return planned(line, isMine ? "create" : "leave", { id: entry._id });
    },
  };
}

/** What a line says. Throws LineProblem. */
function saleOf(
  line: CsvLine,
  known: KnownPlaces,
  site: Site,
  now: Date,
): { sale: ForeignSale; household: Household } {
  const household = householdOf(line, known);
  const amountMinor = amountMinorOf(line, site);
  if (amountMinor <= 0) throw new LineProblem("amount_minor", "too-small", "Must be more than zero");
  if (amountMinor > MOST_PURCHASE_MINOR)
    throw new LineProblem("amount_minor", "too-large", `At most ${MOST_PURCHASE_MINOR}`);
  const said = given(line, "method");
  const method = PAYMENT_METHOD_NAMES.find((name) => name === said);
  if (method === undefined)
    throw new LineProblem("method", "not-allowed", `One of ${PAYMENT_METHOD_NAMES.join(", ")}`);
  const reference = given(line, "ref") ?? given(line, "receipt_number");
  if (reference === undefined) throw new LineProblem("ref", "required", "Is missing");
  if (reference.length > LONGEST_REFERENCE)
    throw new LineProblem("ref", "too-large", `At most ${LONGEST_REFERENCE} characters`);
  const note = given(line, "note") ?? "";
  if (note.length > LONGEST_NOTE)
    throw new LineProblem("note", "too-large", `At most ${LONGEST_NOTE} characters`);
  if (given(line, "voided_at") !== undefined)
    throw new LineProblem("voided_at", "not-allowed", "A sale that was taken back is none");
  const at = instantOf(line, site);
  const column = given(line, "at") === undefined ? "local_time" : "at";
  if (at > now) throw new LineProblem(column, "not-allowed", "Is in the future");
  // What was sold before is part of the balance that the account was opened with.
  if (at < household.openedAt)
    throw new LineProblem(
      column,
      "not-allowed",
      `The household was opened ${household.openedAt.toISOString()}`,
    );
  return { sale: { reference, householdId: household._id, amountMinor, method, at, note }, household };
}
