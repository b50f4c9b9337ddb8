import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { READERS } from "../http/access.ts";
import { ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { cardModel } from "./card.model.ts";
import { type CardLoad, cardLoadModel, LOAD_STATES } from "./card-load.model.ts";

/** More lie years back. */
const MOST_LOADS = 200;

const loadAnswer = z
  .object({
    purchaseId: idSchema,
    count: z.int(),
    amountMinor: z.int(),
    state: z.enum(LOAD_STATES),
    at: instantSchema,
    cashier: z.string(),
    cardId: idSchema.meta({
      description: "The card that it was sold onto; a replacement carries it as well.",
    }),
  })
  .meta({ id: "CardLoad" });

export function cardLoadRoutes({ connection }: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/cards/:id/loads",
      tag: "Cards",
      summary: "What was sold onto this household's cards for this circuit, newest first",
      description: `At most ${MOST_LOADS}. Loads belong to household and circuit: a replaced card hands them on.`,
      access: { roles: READERS },
      answers: { 200: z.array(loadAnswer) },
      async handle({ params, caller }) {
        const { siteId, householdId, circuitId } = await findVisible(
          cardModel(connection),
          params.id,
          caller,
        );
        const loads = await cardLoadModel(connection)
          .find({ siteId, householdId, circuitId })
          .sort({ count: -1 })
          .limit(MOST_LOADS)
          .lean<CardLoad[]>();
        const purchases = await journalModel(connection)
          .find({ _id: { $in: loads.map(({ _id }) => _id) } })
          .lean<LedgerEntry[]>();
        const purchaseOf = new Map(purchases.map((entry) => [entry._id, entry]));
        return ok(
          loads.flatMap(({ _id: purchaseId, count, amountMinor, state }) => {
            const entry = purchaseOf.get(purchaseId);
            if (!entry) return [];
            const { at, by, details } = entry;
            return [
              {
                ...{ purchaseId, count, amountMinor, state, at: at.toISOString() },
                ...{ cashier: by.name, cardId: String(details.cardId) },
              },
            ];
          }),
        );
      },
    }),
  ];
}
