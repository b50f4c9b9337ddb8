import { createHash } from "node:crypto";
import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../../audit/audit.ts";
import { claimKey } from "../../db/claimed-key.ts";
import { groupBy } from "../../db/group-by.ts";
import { isDuplicateKey } from "../../db/model.ts";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { canSee, READERS, siteScope } from "../../http/access.ts";
import { created, ok, pageOf } from "../../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../../http/list-query.ts";
import { type Route, route } from "../../http/route.ts";
import { findVisible } from "../../http/visible-row.ts";
import { announceCredit } from "../../network/announce.ts";
import { areContextsTrue, meteringContextsById } from "../../network/metering-contexts.ts";
import { unknownReference } from "../../places/reference.ts";
import { type Site, siteModel } from "../../places/site.model.ts";
import { chargeSamples } from "../../rating/charge-samples.ts";
import { registerSample } from "../register-sample.ts";
import { LINE_OUTCOMES } from "./judge-readings.ts";
import { isMatched, judgeAgain, previewReadings } from "./match-readings.ts";
import { COLUMNS, MOST_LINES, parseCsvReadings, parseJsonReadings } from "./parse-readings.ts";
import {
  IMPORT_STATES,
  type ImportLine,
  type ImportState,
  type ReadingImport,
  readingImportModel,
} from "./reading-import.model.ts";

const TAG = "Readings";
const IMPORTERS = { roles: ["administrator", "property-manager", "maintenance"] } as const;
/** 5000 lines of 80 characters, and room for JSON's field names. */
const MOST_BYTES = 1_000_000;

const lineAnswer = z.object({
  line: z.int(),
  outcome: z.enum(LINE_OUTCOMES),
  field: z.string().nullable().meta({ description: "Of a bad line: which field." }),
  message: z.string(),
  serial: z.string().nullable(),
  circuitId: idSchema.nullable(),
  at: instantSchema.nullable(),
  registerWh: z.int().nullable().meta({ description: "After ratios." }),
  operator: z.string().nullable(),
  usedWh: z
    .int()
    .nullable()
    .meta({ description: "What would be charged; null where the line is not ready." }),
});
const importAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    state: z.enum(IMPORT_STATES),
    by: z.string(),
    at: instantSchema,
    appliedBy: z.string().nullable(),
    appliedAt: instantSchema.nullable(),
    counts: z.record(z.enum(LINE_OUTCOMES), z.int()),
    lines: z.array(lineAnswer),
  })
  .meta({ id: "ReadingImport" });

export function readingImportRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const model = readingImportModel(connection);

  const keep = async (row: ReadingImport): Promise<ReadingImport> => {
    try {
      await model.create(row);
      return row;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const kept = await model.findById(row._id).lean<ReadingImport | null>();
    if (kept?.requestHash !== row.requestHash) throw new ApiError("idempotency-key-reused");
    return kept;
  };

  const move = (id: string, from: ImportState, set: Partial<ReadingImport>): Promise<ReadingImport | null> =>
    model
      .findOneAndUpdate({ _id: id, state: from }, { $set: set }, { returnDocument: "after" })
      .lean<ReadingImport | null>();

  /** Which lines count is written before any is charged: what a crash cuts off goes on with the same. */
  const decide = async (
    kept: ReadingImport,
    picked: readonly number[] | undefined,
    { by, now }: { by: { id: string; name: string }; now: Date },
  ): Promise<ReadingImport> => {
    const chosen = kept.lines.filter(
      ({ line, outcome }) => outcome === "ready" && (picked === undefined || picked.includes(line)),
    );
    const again = new Map((await judgeAgain(deps, chosen, now)).map((line) => [line.line, line]));
    const lines = kept.lines.map((line): ImportLine => {
      const judged = again.get(line.line) ?? line;
      return again.has(line.line) && judged.outcome === "ready" ? { ...judged, outcome: "applied" } : judged;
    });
    const decided = { state: "applying", lines, appliedBy: by, appliedAt: now } as const;
    const moved = await move(kept._id, "previewed", decided);
    if (moved) return moved;
    const other = await model.findById(kept._id).lean<ReadingImport | null>();
    if (!other) throw new ApiError("not-found");
    return other;
  };

  return [
    route({
      method: "post",
      path: "/reading-imports",
      tag: TAG,
      summary: "Show what a list of handheld readings would do",
      description: `Columns ${COLUMNS.join(", ")}; at most ${MOST_LINES} lines. Nothing is charged before it is applied by its id.`,
      access: IMPORTERS,
      idempotencyKey: "required",
      body: z.strictObject({
        siteId: idSchema,
        format: z.enum(["csv", "json"]),
        content: z.string().min(1).max(MOST_BYTES),
      }),
      bodyLimitBytes: 2 * MOST_BYTES,
      answers: { 201: importAnswer },
      problems: ["reference-unknown", "idempotency-key-reused", "payload-too-large"],
      async handle({ body, caller, now, idempotencyKey, requestHash }) {
        const site = canSee(caller, body.siteId)
          ? await siteModel(connection).findById(body.siteId).lean<Site | null>()
          : null;
        if (!site) throw unknownReference("siteId");
        const parse = body.format === "csv" ? parseCsvReadings : parseJsonReadings;
        const parsed = parse(body.content, site.timeZone, now);
        if (parsed.readings.length + parsed.bad.length > MOST_LINES)
          throw new ApiError("payload-too-large", `At most ${MOST_LINES} lines at once`);
        const kept = await keep({
          _id: createHash("sha256").update(`${site._id}:${idempotencyKey}`).digest("hex").slice(0, 24),
          siteId: site._id,
          state: "previewed",
          lines: await previewReadings(deps, site._id, parsed, now),
          by: { id: caller.id, name: caller.name },
          at: now,
          appliedBy: null,
          appliedAt: null,
          requestHash,
        });
        return created(present(kept));
      },
    }),
    route({
      method: "get",
      path: "/reading-imports",
      tag: TAG,
      summary: "Lists of handheld readings, newest first",
      access: { roles: READERS },
      query: listQuery({
        sort: ["at"],
        defaultSort: ["at", "DESC"],
        filter: {
          siteId: oneOrMany(idSchema).optional(),
          state: oneOrMany(z.enum(IMPORT_STATES)).optional(),
        },
      }),
      answers: { 200: pageOf(importAnswer) },
      handle: ({ caller, query }) =>
        readPage(model, query, { $and: [siteScope(caller), equalityConditions(query.filter)] }, present),
    }),
    route({
      method: "get",
      path: "/reading-imports/:id",
      tag: TAG,
      summary: "One list with every line",
      access: { roles: READERS },
      answers: { 200: importAnswer },
      handle: async ({ caller, params }) => ok(present(await findVisible(model, params.id, caller))),
    }),
    route({
      method: "post",
      path: "/reading-imports/:id/apply",
      tag: TAG,
      summary: "Charge the lines that are ready, or some of them",
      description:
        "Each line is looked at again; what has become a duplicate or a conflict meanwhile is left out.",
      access: IMPORTERS,
      idempotencyKey: "required",
      body: z.strictObject({ lines: z.array(z.int().positive()).min(1).max(MOST_LINES).optional() }),
      answers: { 200: importAnswer },
      async handle(request) {
        const { body, caller, now, params } = request;
        const found = await findVisible(model, params.id, caller);
        await claimKey(connection, request);
        const decided =
          found.state === "previewed"
            ? await decide(found, body.lines, { by: { id: caller.id, name: caller.name }, now })
            : found;
        if (decided.state === "applied") return ok(present(decided));
        await chargeLines(deps, decided, now);
        const applied = await move(decided._id, "applying", { state: "applied" });
        // Somebody else finished it in this very moment: theirs is the answer.
        if (!applied) return ok(present(await findVisible(model, params.id, caller)));
        const { counts } = present(applied);
        await recordAudit(deps, {
          request,
          siteId: applied.siteId,
          action: "reading-imports.apply",
          subject: { resource: "reading-imports", id: applied._id },
          before: { state: "previewed" },
          after: { state: "applied", counts },
        });
        deps.changes.publish({ resource: "reading-imports", id: applied._id, siteId: applied.siteId });
        return ok(present(applied));
      },
    }),
  ];
}

/** Charged again, a line changes nothing: its time is over. */
async function chargeLines(deps: Deps, { lines }: ReadingImport, now: Date): Promise<void> {
  const byCircuit = groupBy(
    lines.filter(isMatched).filter(({ outcome }) => outcome === "applied"),
    ({ circuitId }) => circuitId,
  );
  const contexts = await meteringContextsById(deps, [...byCircuit.keys()]);
  const work = contexts.map((context) => ({
    context,
    samples: (byCircuit.get(context.circuitId) ?? []).map(({ circuitId, at, registerWh }) =>
      registerSample(circuitId, at, registerWh, "unknown"),
    ),
  }));
  await chargeSamples(deps.connection, work, now, {
    areTrue: (told) => areContextsTrue(deps.connection, told),
  });
  const households = contexts.flatMap(({ household }) => household?.id ?? []);
  if (households.length > 0) await announceCredit(deps, households);
}

function present(row: ReadingImport): z.input<typeof importAnswer> {
  const { _id: id, siteId, state, by, at, appliedBy, appliedAt, lines } = row;
  const counts = Object.fromEntries(
    LINE_OUTCOMES.map((outcome) => [outcome, lines.filter((line) => line.outcome === outcome).length]),
  ) as Record<(typeof LINE_OUTCOMES)[number], number>;
  return {
    id,
    siteId,
    state,
    by: by.name,
    at: at.toISOString(),
    appliedBy: appliedBy?.name ?? null,
    appliedAt: appliedAt?.toISOString() ?? null,
    counts,
    lines: lines.map((line) => ({ ...line, at: line.at?.toISOString() ?? null })),
  };
}
