import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { actorOf, READERS, siteScope } from "../http/access.ts";
import { created, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { householdModel } from "../places/household.model.ts";
import { unknownReference } from "../places/reference.ts";
import { findVisibleSite } from "../places/site.routes.ts";
import { unitModel } from "../places/unit.model.ts";
import { announceSite } from "./announce.ts";
import { type CampaignRow, campaignModel } from "./campaign.model.ts";
import { circuitModel } from "./circuit.model.ts";

const TAG = "Network";
const CALLERS = { roles: ["administrator", "maintenance"] } as const;
/** A longer one is a schedule, and needs its rule. */
const LONGEST_MS = 24 * 3_600_000;

const campaignAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    name: z.string(),
    startsAt: instantSchema,
    endsAt: instantSchema,
    circuitIds: z.array(idSchema),
    by: z.object({ id: idSchema, name: z.string(), role: z.string() }),
  })
  .meta({ id: "Campaign" });

const campaignBody = z.strictObject({
  siteId: idSchema,
  name: z.string().trim().min(1).max(120),
  startsAt: instantSchema.optional().meta({ description: "Default now." }),
  endsAt: instantSchema,
  buildingId: idSchema.optional().meta({ description: "Only the circuits of this building's households." }),
  circuitIds: z
    .array(idSchema)
    .min(1)
    .max(5000)
    .optional()
    .meta({ description: "Only these. Without either, every circuit of the site." }),
});

const campaignList = listQuery({
  sort: ["startsAt"],
  defaultSort: ["startsAt", "DESC"],
  filter: { siteId: oneOrMany(idSchema).optional() },
});

function presentCampaign(row: CampaignRow): z.input<typeof campaignAnswer> {
  const { _id: id, siteId, name, startsAt, endsAt, circuitIds, by } = row;
  return { id, siteId, name, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString(), circuitIds, by };
}

/** The circuits that the body means. Throws `reference-unknown` for those of another site. */
async function circuitsOf(
  { connection }: Pick<Deps, "connection">,
  { siteId, buildingId, circuitIds }: z.output<typeof campaignBody>,
): Promise<string[]> {
  const circuits = circuitModel(connection);
  if (circuitIds !== undefined) {
    const known = await circuits.distinct("_id", { siteId, _id: { $in: circuitIds } });
    if (known.length !== new Set(circuitIds).size) throw unknownReference("circuitIds");
    return known;
  }
  if (buildingId === undefined) return circuits.distinct("_id", { siteId });
  const unitIds = await unitModel(connection).distinct("_id", { siteId, buildingId });
  const householdIds = await householdModel(connection).distinct("_id", { unitId: { $in: unitIds } });
  const found = await circuits.distinct("_id", { siteId, householdId: { $in: householdIds } });
  if (found.length === 0) throw unknownReference("buildingId");
  return found;
}

export function campaignRoutes(deps: Deps): Route[] {
  const { connection, changes } = deps;
  const campaigns = campaignModel(connection);
  const told = async (row: CampaignRow): Promise<void> => {
    await announceSite(deps, row.siteId);
    changes.publish({ resource: "campaigns", id: row._id, siteId: row.siteId });
  };
  return [
    route({
      method: "get",
      path: "/campaigns",
      tag: TAG,
      summary: "Load-shedding campaigns, newest first",
      access: { roles: READERS },
      query: campaignList,
      answers: { 200: pageOf(campaignAnswer) },
      handle: ({ caller, query }) =>
        readPage(
          campaigns,
          query,
          { $and: [siteScope(caller), equalityConditions(query.filter)] },
          presentCampaign,
        ),
    }),
    route({
      method: "post",
      path: "/campaigns",
      tag: TAG,
      summary: "Shed load: open circuits until an end time",
      description:
        "Circuits that keep power stay on. At the end they close in random order, at most one a second on a feeder.",
      access: CALLERS,
      idempotencyKey: "required",
      body: campaignBody,
      answers: { 201: campaignAnswer },
      problems: ["reference-unknown", "idempotency-key-reused"],
      async handle(request) {
        const { body, caller, now, idempotencyKey, requestHash } = request;
        const site = await findVisibleSite(deps, body.siteId, caller);
        const startsAt = body.startsAt === undefined ? now : new Date(body.startsAt);
        const endsAt = new Date(body.endsAt);
        const lastsMs = endsAt.getTime() - startsAt.getTime();
        if (lastsMs <= 0 || lastsMs > LONGEST_MS || endsAt <= now)
          throw new ApiError("invalid-body", "A campaign ends after it starts, and within a day", {
            errors: [{ path: "endsAt", code: "out-of-range", message: "Within a day of the start" }],
          });
        const row: CampaignRow = {
          _id: newId(),
          siteId: site._id,
          name: body.name,
          startsAt,
          endsAt,
          circuitIds: await circuitsOf(deps, body),
          by: actorOf(caller),
          idempotencyKey,
          requestHash,
        };
        try {
          await campaigns.create(row);
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
          const first = await campaigns
            .findOne({ siteId: row.siteId, idempotencyKey })
            .lean<CampaignRow | null>();
          if (first?.requestHash !== requestHash) throw new ApiError("idempotency-key-reused");
          await told(first);
          return created(presentCampaign(first));
        }
        const after = presentCampaign(row);
        const subject = { resource: "campaigns", id: row._id };
        await recordAudit(deps, { request, siteId: row.siteId, action: "campaigns.create", subject, after });
        await told(row);
        return created(after);
      },
    }),
    route({
      method: "post",
      path: "/campaigns/:id/end",
      tag: TAG,
      summary: "End a campaign now; ended already, it stays as it is",
      access: CALLERS,
      answers: { 200: campaignAnswer },
      async handle(request) {
        const row = await findVisible(campaigns, request.params.id, request.caller);
        if (row.endsAt <= request.now) return ok(presentCampaign(row));
        await campaigns.updateOne({ _id: row._id }, { $min: { endsAt: request.now } });
        const after = presentCampaign({ ...row, endsAt: request.now });
        await recordAudit(deps, {
          request,
          siteId: row.siteId,
          action: "campaigns.end",
          subject: { resource: "campaigns", id: row._id },
          before: presentCampaign(row),
          after,
        });
        await told(row);
        return ok(after);
      },
    }),
  ];
}
