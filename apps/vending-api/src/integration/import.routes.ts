import { createHash } from "node:crypto";
import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { claimKey } from "../db/claimed-key.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { hasRole } from "../http/access.ts";
import { accepted, ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import { jobAnswer } from "../jobs/present-job.ts";
import { requestJob } from "../jobs/start-job.ts";
import { findVisibleSite } from "../places/site.routes.ts";
import { importJob } from "./import-job.ts";
import { importLineId, importLineModel } from "./import-line.model.ts";
import { IMPORTABLE } from "./import-table.ts";
import { importers } from "./import-tables.ts";
import { LINE_OUTCOMES, type LinePlan } from "./plan-lines.ts";
import { type CsvFile, ENCODINGS, MOST_BYTES, MOST_LINES, readCsv } from "./read-csv.ts";
import { SEPARATORS, type Separator } from "./write-csv.ts";

const previewAnswer = z
  .object({
    what: z.enum(IMPORTABLE),
    encoding: z.string(),
    separator: z.enum(Object.keys(SEPARATORS) as [Separator, ...Separator[]]),
    columns: z.array(z.string()),
    counts: z.record(z.enum(LINE_OUTCOMES), z.int()),
    lines: z.array(
      z.object({
        line: z.int().meta({ description: "As an editor counts: the header is line 1." }),
        outcome: z.enum(LINE_OUTCOMES),
        id: z.string().nullable().meta({ description: "Of the row that exists." }),
        changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
        mistakes: z.array(
          z.object({
            path: z.string().meta({ description: "The column; empty for the whole line." }),
            code: z.string(),
            message: z.string(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: "ImportPreview" });

export function importRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const tables = importers(deps);

  /** The same file under the same key is stored once. */
  const keep = async (
    { lines }: CsvFile,
    plans: readonly LinePlan[],
    given: { importId: string; siteId: string; at: Date },
  ): Promise<void> => {
    const model = importLineModel(connection);
    const writes = lines.map(({ line, cells }, index) => ({
      updateOne: {
        filter: { _id: importLineId(given.importId, line) },
        // Only what the file alone is to blame for: the rest is looked at again when the line's turn comes.
        update: {
          $setOnInsert: {
            ...given,
            line,
            cells,
            mistakes: plans[index]?.mistakes.filter(({ code }) => code === "duplicate") ?? [],
          },
        },
        upsert: true,
      },
    }));
    await model.bulkWrite(writes, { ordered: false });
  };

  return [
    route({
      method: "post",
      path: "/imports",
      tag: "Integration",
      summary: "Show what a CSV file would add and change, or do it",
      description: `The body is the file: a header with the columns of the export, at most ${MOST_LINES} lines, in UTF-8, UTF-16 or GB 18030. Rows are found by id, or by name within what they stand in; nothing is moved or deleted. Sales are booked once under their reference, and opening balances become adjustments that a second person approves. Applied, it is a job with a result for each line.`,
      access: { roles: ["administrator", "property-manager", "campus-admin"] },
      idempotencyKey: "required",
      query: z.strictObject({
        siteId: idSchema,
        what: z.enum(IMPORTABLE),
        dryRun: z.enum(["true", "false"]).default("true"),
        encoding: z.enum(ENCODINGS).default("auto"),
      }),
      takesBytes: true,
      bodyLimitBytes: MOST_BYTES,
      answers: { 200: previewAnswer, 202: jobAnswer },
      problems: ["forbidden", "not-found", "invalid-body"],
      async handle(request) {
        const { caller, query, bytes, now, idempotencyKey } = request;
        const { what, encoding } = query;
        const table = tables[what];
        if (!hasRole(caller, ...table.roles)) throw new ApiError("forbidden");
        const { _id: siteId } = await findVisibleSite(deps, query.siteId, caller);
        const file = readCsv(bytes, table.columns, encoding);
        const plans = await table.plan(siteId, file.lines, request);
        if (query.dryRun === "true") return ok(present(what, file, plans));
        const requestHash = createHash("sha256")
          .update(JSON.stringify([request.requestHash, siteId, what, encoding]))
          .update(bytes)
          .digest("hex");
        await claimKey(connection, { idempotencyKey, requestHash, now });
        const importId = createHash("sha256")
          .update(`${siteId}:${idempotencyKey}`)
          .digest("hex")
          .slice(0, 24);
        await keep(file, plans, { importId, siteId, at: now });
        const wish = { siteId, params: { what, importId } };
        return accepted(await requestJob(deps, importJob, wish, { ...request, requestHash }));
      },
    }),
  ];
}

function present(
  what: (typeof IMPORTABLE)[number],
  { encoding, separator, columns }: CsvFile,
  lines: LinePlan[],
): z.input<typeof previewAnswer> {
  const counts = Object.fromEntries(
    LINE_OUTCOMES.map((outcome) => [outcome, lines.filter((line) => line.outcome === outcome).length]),
  ) as Record<(typeof LINE_OUTCOMES)[number], number>;
  return { what, encoding, separator, columns, counts, lines };
}
