import {
  creditPlaceSchema,
  HOLD_KIND_NAMES,
  idSchema,
  instantSchema,
  intendedStateSchema,
  presenceSchema,
  relayStateSchema,
} from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { READERS } from "../http/access.ts";
import { ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import type { Site } from "../places/site.model.ts";
import { findVisibleSite } from "../places/site.routes.ts";
import { alarmCounts } from "./alarm-counts.ts";
import { readBoard } from "./board.ts";
import { shareReads } from "./share-reads.ts";

const tileAnswer = z
  .object({
    unitId: idSchema,
    unitName: z.string(),
    buildingId: idSchema,
    floor: z.int(),
    householdId: idSchema.nullable(),
    householdName: z.string().nullable(),
    balanceMinor: z.int().nullable().meta({
      description:
        "What keeps the room lit. Where its meter holds the credit: what the meter last said, null before that.",
    }),
    creditPlace: creditPlaceSchema.nullable(),
    daysLeft: z.int().nullable(),
    relay: relayStateSchema.nullable(),
    intended: intendedStateSchema.nullable(),
    presence: presenceSchema.nullable(),
    keepPower: z.boolean(),
    holds: z.array(z.enum(HOLD_KIND_NAMES)),
    activePowerW: z.int().nullable(),
    alarms: z.int(),
    circuitIds: z.array(idSchema),
  })
  .meta({ id: "Tile" });

export function boardRoutes(deps: Deps): Route[] {
  const countAlarms = alarmCounts(deps);
  const read = shareReads(
    (site: Site) => readBoard(deps.connection, site, countAlarms),
    ({ _id }) => _id,
  );
  return [
    route({
      method: "get",
      path: "/board",
      tag: "Board",
      summary: "Every room of a site at a glance",
      access: { roles: READERS },
      query: z.strictObject({ siteId: idSchema }),
      answers: { 200: z.object({ asOf: instantSchema, tiles: z.array(tileAnswer) }) },
      async handle({ caller, query, now }) {
        const site = await findVisibleSite(deps, query.siteId, caller);
        return ok({ asOf: now.toISOString(), tiles: await read(site) });
      },
    }),
  ];
}
