import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { download, downloadOf } from "../http/answer.ts";
import type { List } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisibleSite } from "../places/site.routes.ts";
import { TITLE_CHOICES } from "./csv-columns.ts";
import { type ExportTable, exportTables } from "./export-tables.ts";
import { type CsvStyle, csvText, SEPARATOR_NAMES } from "./write-csv.ts";

const CSV = "text/csv; charset=utf-8";

/** The list's own sort and filter, and how the file shall look. */
function exportQuery({ what, list }: ExportTable) {
  const asInList = z
    .string()
    .max(10_000)
    .optional()
    .meta({ description: `JSON, as in the list of ${what}.` });
  return z
    .strictObject({
      siteId: idSchema.meta({ description: "A file is one site's." }),
      sort: asInList,
      filter: asInList,
      separator: z.enum(SEPARATOR_NAMES).default("comma"),
      bom: z.enum(["yes", "no"]).default("yes").meta({ description: "Excel needs it to see UTF-8." }),
      titles: z
        .enum(TITLE_CHOICES)
        .default("names")
        .meta({ description: "names never change; en and zh are for people." }),
    })
    .transform((query, context): { siteId: string; list: List<string, unknown>; style: CsvStyle } => {
      const { siteId, sort, filter, separator, bom, titles } = query;
      const asked = list.safeParse({
        ...(sort === undefined ? {} : { sort }),
        ...(filter === undefined ? {} : { filter }),
      });
      if (asked.success)
        return { siteId, list: asked.data, style: { separator, bom: bom === "yes", titles } };
      for (const { path, message } of asked.error.issues) context.addIssue({ code: "custom", path, message });
      return z.NEVER;
    });
}

/** Each list as a file of any length: read through a cursor while it is sent, audited before the first byte. */
export function exportRoutes(deps: Deps): Route[] {
  return exportTables(deps).map((table) =>
    route({
      method: "get",
      path: `/exports/${table.what}.csv`,
      tag: "Integration",
      summary: table.summary,
      description: `Columns ${table.columns.join(", ")}. Texts that a spreadsheet would take for formulas begin with an apostrophe.`,
      access: { roles: table.roles },
      query: exportQuery(table),
      answers: { 200: downloadOf(CSV) },
      problems: ["not-found"],
      async handle(request) {
        const { caller, query, now } = request;
        const site = await findVisibleSite(deps, query.siteId, caller);
        await recordAudit(deps, {
          request,
          siteId: site._id,
          action: "exports.read",
          subject: { resource: table.what, id: site._id },
          after: { sort: query.list.sort, filter: query.list.filter as object },
        });
        const fileName = `${table.what}-${now.toISOString().slice(0, 10)}.csv`;
        return download(CSV, fileName, csvText(table.columns, table.rows(site, query.list), query.style));
      },
    }),
  );
}
