import { createHash } from "node:crypto";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { creditCircuitOf } from "../network/credit-circuit.ts";
import type { Household } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import { type Adjustment, adjustmentModel } from "../vending/adjustment.model.ts";
import { proposeAdjustment } from "../vending/adjustments.ts";
import { MOST_PURCHASE_MINOR } from "../vending/purchases.ts";
import { siteOf } from "../vending/visible-purchase.ts";
import { given, LineProblem } from "./import-table.ts";
import { householdOf, type KnownPlaces, readKnownPlaces } from "./known-places.ts";
import { amountMinorOf } from "./line-money.ts";
import { type Importer, type LinePlan, planLines, planned, type TriedLine } from "./plan-lines.ts";
import type { CsvLine } from "./read-csv.ts";

const LONGEST_REASON = 200;
const LONGEST_REFERENCE = 64;

interface Opening {
  household: Household;
  amountMinor: number;
  reason: string;
  /** One opening balance of a household for ever; another `ref` is another one, e.g. after the first was turned down. */
  key: string;
}

/**
 * What households bring with them from another system, as adjustments that wait for a second person: a file moves no money by
 * itself. A file brought in again proposes nothing anew.
 */
export function openingImporter(deps: Deps): Importer {
  const { connection } = deps;
  const known = (siteId: string, lines: readonly CsvLine[]) =>
    Promise.all([readKnownPlaces(connection, siteId, "opening-balances", lines), siteOf(connection, siteId)]);
  const proposed = ({ household: { siteId }, key }: Opening) =>
    adjustmentModel(connection).findOne({ siteId, proposalKey: key }).lean<Adjustment | null>();

  const planOne = async (line: CsvLine, places: KnownPlaces, site: Site): Promise<TriedLine> => {
    const opening = openingOf(line, places, site);
    const { household, amountMinor, reason, key } = opening;
    const before = await proposed(opening);
    if (before && before.amountMinor !== amountMinor)
      throw new LineProblem(
        "amount_minor",
        "contradiction",
        `Was brought in before as ${before.amountMinor}`,
      );
    if (before) return { plan: planned(line, "leave", { id: before._id }), key };
    if (household.status !== "open") throw new ApiError("household-closed");
    if (await creditCircuitOf(connection, household._id)) throw new ApiError("credit-in-meter");
    const shown = { household: household.name, amountMinor, reason };
    const changes = Object.fromEntries(
      Object.entries(shown).map(([field, to]) => [field, { from: null, to }]),
    );
    return { plan: planned(line, "create", { changes }), key };
  };

  return {
    columns: [
      ...(["household_id", "household", "building_id", "building", "unit_id", "unit"] as const),
      ...(["amount", "amount_minor", "currency", "note", "ref"] as const),
    ],
    roles: ["administrator", "property-manager", "campus-admin"],
    async plan(siteId, lines) {
      const [places, site] = await known(siteId, lines);
      return planLines(lines, (line) => planOne(line, places, site));
    },
    async apply(siteId, line, write): Promise<LinePlan> {
      const [places, site] = await known(siteId, [line]);
      const opening = openingOf(line, places, site);
      const { household, amountMinor, reason, key } = opening;
      const { caller, now } = write;
      const before = await proposed(opening);
      const { adjustment } = await proposeAdjustment(
        deps,
        { household, purchase: null, amountMinor, reason },
        {
          by: { id: caller.id, name: caller.name },
          idempotencyKey: key,
          requestHash: createHash("sha256").update(`${key} ${amountMinor}`).digest("hex"),
          now,
        },
      );
      if (before) return planned(line, "leave", { id: adjustment._id });
      await recordAudit(deps, {
        request: write,
        siteId,
        action: "adjustments.propose",
        subject: { resource: "adjustments", id: adjustment._id },
        after: { householdId: household._id, amountMinor, reason, state: adjustment.state },
        reason,
      });
      return planned(line, "create", { id: adjustment._id });
    },
  };
}

/** What a line says. Throws LineProblem. */
function openingOf(line: CsvLine, places: KnownPlaces, site: Site): Opening {
  const household = householdOf(line, places);
  const amountMinor = amountMinorOf(line, site);
  if (amountMinor === 0) throw new LineProblem("amount_minor", "not-allowed", "Zero is nothing to bring in");
  if (Math.abs(amountMinor) > MOST_PURCHASE_MINOR)
    throw new LineProblem("amount_minor", "too-large", `At most ${MOST_PURCHASE_MINOR}`);
  const reason = given(line, "note");
  if (reason === undefined) throw new LineProblem("note", "required", "Says why, for whoever approves it");
  if (reason.length > LONGEST_REASON)
    throw new LineProblem("note", "too-large", `At most ${LONGEST_REASON} characters`);
  const reference = given(line, "ref") ?? "";
  if (reference.length > LONGEST_REFERENCE)
    throw new LineProblem("ref", "too-large", `At most ${LONGEST_REFERENCE} characters`);
  return { household, amountMinor, reason, key: `opening-balance:${household._id}:${reference}` };
}
