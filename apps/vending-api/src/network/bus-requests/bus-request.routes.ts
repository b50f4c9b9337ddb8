import {
  busStatisticsSchema,
  idSchema,
  instantSchema,
  SCAN_STATES,
  scanProgressSchema,
  scanRangeSchema,
  tracedFrameSchema,
} from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../../audit/audit.ts";
import { newId } from "../../db/model.ts";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { actorOf, READERS, STAFF } from "../../http/access.ts";
import { accepted, ok } from "../../http/answer.ts";
import { type Route, route } from "../../http/route.ts";
import { findVisible } from "../../http/visible-row.ts";
import { busModel } from "../bus.model.ts";
import { askBus, isSilent } from "./ask-bus.ts";
import { type BusScan, busScanModel } from "./bus-scan.model.ts";
import { type BusView, busViewModel } from "./bus-view.model.ts";

const TAG = "Network";
const WRITERS = { roles: ["administrator", "maintenance"] } as const;
/** A page asks again every 20 s while it is open. */
const WATCH_S = 30;

const scanAnswer = z
  .object({
    busId: idSchema,
    scan: scanProgressSchema
      .extend({
        state: z.enum(["asked", ...SCAN_STATES, "lost"]).meta({
          description: "asked: the gateway has not begun; lost: it fell silent before the end.",
        }),
        range: scanRangeSchema,
        by: z.object({ id: idSchema, name: z.string() }),
        askedAt: instantSchema,
        toldAt: instantSchema.nullable(),
      })
      .nullable()
      .meta({ description: "Null before the first." }),
  })
  .meta({ id: "BusScan" });

const statisticsAnswer = z
  .object({
    busId: idSchema,
    at: instantSchema.nullable(),
    statistics: busStatisticsSchema
      .nullable()
      .meta({ description: "Null until somebody has watched the bus." }),
  })
  .meta({ id: "BusStatistics" });

const framesAnswer = z
  .object({
    busId: idSchema,
    at: instantSchema.nullable(),
    frames: z.array(tracedFrameSchema).meta({ description: "Oldest first." }),
  })
  .meta({ id: "BusFrames" });

function presentScan(busId: string, row: BusScan | null, now: Date): z.input<typeof scanAnswer> {
  if (!row) return { busId, scan: null };
  const { range, by, state, asked, total, found, detail, askedAt, toldAt } = row;
  const isUnderWay = state === "asked" || state === "running";
  return {
    busId,
    scan: {
      ...{ range, by, asked, total, found, detail },
      state: isUnderWay && isSilent(row, now) ? "lost" : state,
      askedAt: askedAt.toISOString(),
      toldAt: toldAt?.toISOString() ?? null,
    },
  };
}

export function busRequestRoutes(deps: Deps): Route[] {
  const { connection, changes } = deps;
  const buses = busModel(connection);
  const scans = busScanModel(connection);
  const viewOf = (busId: string) => busViewModel(connection).findById(busId).lean<BusView | null>();
  return [
    route({
      method: "post",
      path: "/buses/:id/scan",
      tag: TAG,
      summary: "Ask who is on the bus; its work goes on meanwhile",
      description:
        "Every Modbus address of the range, and whether DL/T 645 meters are there. Switches nothing.",
      access: WRITERS,
      body: scanRangeSchema,
      answers: { 202: scanAnswer },
      problems: ["wrong-state"],
      async handle(request) {
        const { caller, body: range, now } = request;
        const bus = await findVisible(buses, request.params.id, caller);
        const before = presentScan(bus._id, await scans.findById(bus._id).lean<BusScan | null>(), now).scan;
        if (before?.state === "running" || before?.state === "asked")
          throw new ApiError("wrong-state", "A scan of this bus is under way");
        const { id: byId, name } = actorOf(caller);
        const row: Omit<BusScan, "_id"> = {
          ...{ siteId: bus.siteId, requestId: newId(), range, by: { id: byId, name }, askedAt: now },
          ...{ toldAt: null, state: "asked", asked: 0, total: 0, found: [], detail: null },
        };
        await scans.updateOne({ _id: bus._id }, { $set: row }, { upsert: true });
        await askBus(deps, bus.gatewayId, { kind: "scan", id: row.requestId, busId: bus._id, range }, now);
        const subject = { resource: "buses", id: bus._id };
        await recordAudit(deps, { request, siteId: bus.siteId, action: "buses.scan", subject, after: range });
        changes.publish({ resource: "bus-scans", id: bus._id, siteId: bus.siteId });
        return accepted(presentScan(bus._id, { _id: bus._id, ...row }, now));
      },
    }),
    route({
      method: "post",
      path: "/buses/:id/scan/stop",
      tag: TAG,
      summary: "End a scan; what was found stays",
      access: WRITERS,
      answers: { 202: scanAnswer },
      async handle({ caller, params, now }) {
        const bus = await findVisible(buses, params.id, caller);
        await askBus(deps, bus.gatewayId, { kind: "stop-scan", id: newId(), busId: bus._id }, now);
        return accepted(presentScan(bus._id, await scans.findById(bus._id).lean<BusScan | null>(), now));
      },
    }),
    route({
      method: "get",
      path: "/buses/:id/scan",
      tag: TAG,
      summary: "How far the last scan is, and whom it found",
      access: { roles: READERS },
      answers: { 200: scanAnswer },
      async handle({ caller, params, now }) {
        const bus = await findVisible(buses, params.id, caller);
        return ok(presentScan(bus._id, await scans.findById(bus._id).lean<BusScan | null>(), now));
      },
    }),
    route({
      method: "post",
      path: "/buses/:id/watch",
      tag: TAG,
      summary: `Have the gateway tell of this bus for ${WATCH_S} s: statistics, and frames if wanted`,
      access: { roles: STAFF },
      body: z.strictObject({ withFrames: z.boolean().default(false) }),
      answers: { 202: z.object({ busId: idSchema, forS: z.int() }).meta({ id: "BusWatch" }) },
      async handle({ caller, params, body: { withFrames }, now }) {
        const bus = await findVisible(buses, params.id, caller);
        const wish = { kind: "watch", id: newId(), busId: bus._id, forS: WATCH_S, withFrames } as const;
        await askBus(deps, bus.gatewayId, wish, now);
        return accepted({ busId: bus._id, forS: WATCH_S });
      },
    }),
    route({
      method: "get",
      path: "/buses/:id/statistics",
      tag: TAG,
      summary: "The bus and its units in figures, as of the last watch",
      access: { roles: READERS },
      answers: { 200: statisticsAnswer },
      async handle({ caller, params }) {
        const bus = await findVisible(buses, params.id, caller);
        const view = await viewOf(bus._id);
        return ok({
          busId: bus._id,
          at: view?.statisticsAt?.toISOString() ?? null,
          statistics: view?.statistics ?? null,
        });
      },
    }),
    route({
      method: "get",
      path: "/buses/:id/frames",
      tag: TAG,
      summary: "The last frames of the bus, read for a person, as of the last watch",
      access: { roles: READERS },
      answers: { 200: framesAnswer },
      async handle({ caller, params }) {
        const bus = await findVisible(buses, params.id, caller);
        const view = await viewOf(bus._id);
        return ok({
          busId: bus._id,
          at: view?.framesAt?.toISOString() ?? null,
          frames: view?.frames ?? [],
        });
      },
    }),
  ];
}
