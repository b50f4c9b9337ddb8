import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import type { Role } from "../http/access.ts";
import { download, downloadOf, ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import type { ColumnName } from "../integration/csv-columns.ts";
import { type Cell, csvText } from "../integration/write-csv.ts";
import type { Site } from "../places/site.model.ts";
import { findVisibleSite } from "../places/site.routes.ts";
import { siteField, styleFields, styleOf } from "./report-query.ts";

const CSV = "text/csv; charset=utf-8";
/** Rows that are sent together; range 100–5000. */
const ROWS_AT_ONCE = 1000;

type Value = string | number | boolean | null | readonly string[] | undefined;

/** One report: what it is asked for, and what it answers. Every figure is an integer. */
export interface ReportTable<
  Asked extends z.ZodRawShape,
  Row extends z.ZodRawShape,
  Totals extends z.ZodRawShape,
> {
  /** As in the address. */
  what: string;
  summary: string;
  description?: string;
  roles: readonly [Role, ...Role[]];
  /** Beside the site. */
  asked: Asked;
  row: Row;
  totals: Totals;
  /** Of the table: names of columns, and the row's field in each. */
  columns: Partial<Record<ColumnName, keyof Row & string>>;
  read(
    site: Site,
    asked: z.output<z.ZodObject<Asked>>,
    now: Date,
  ): Promise<{ rows: z.input<z.ZodObject<Row>>[]; totals: z.input<z.ZodObject<Totals>> }>;
}

/** A report at two addresses: an answer for pages, and the same rows as a file. */
export function reportRoutesOf<
  Asked extends z.ZodRawShape,
  Row extends z.ZodRawShape,
  Totals extends z.ZodRawShape,
>(deps: Deps, table: ReportTable<Asked, Row, Totals>): Route[] {
  const { what, summary, roles, asked } = table;
  const columns = Object.keys(table.columns) as ColumnName[];
  const describe = (own: string) =>
    table.description === undefined ? {} : { description: `${table.description} ${own}`.trim() };
  const answer = z
    .object({
      siteId: idSchema,
      asOf: instantSchema,
      currency: z.string(),
      currencyDigits: z.int(),
      rows: z.array(z.object(table.row)),
      totals: z.object(table.totals),
    })
    .meta({ id: `${what.charAt(0).toUpperCase()}${what.slice(1)}Report` });

  return [
    route({
      method: "get",
      path: `/reports/${what}`,
      tag: "Reports",
      summary,
      ...describe(""),
      access: { roles },
      query: z.strictObject({ siteId: siteField, ...asked }),
      answers: { 200: answer },
      problems: ["not-found"],
      async handle({ caller, query, now }) {
        const { siteId, ...wish } = query as { siteId: string } & z.output<z.ZodObject<Asked>>;
        const site = await findVisibleSite(deps, siteId, caller);
        const { currency, currencyDigits } = site;
        const { rows, totals } = await table.read(site, wish as z.output<z.ZodObject<Asked>>, now);
        const body = { siteId, asOf: now.toISOString(), currency, currencyDigits, rows, totals };
        return ok(body as z.input<typeof answer>);
      },
    }),
    route({
      method: "get",
      path: `/reports/${what}.csv`,
      tag: "Reports",
      summary: `${summary}, as a table`,
      description: `Columns ${columns.join(", ")}. Texts that a spreadsheet would take for formulas begin with an apostrophe.`,
      access: { roles },
      query: z.strictObject({ siteId: siteField, ...asked, ...styleFields }),
      answers: { 200: downloadOf(CSV) },
      problems: ["not-found"],
      async handle(request) {
        const { caller, now } = request;
        const { siteId, separator, bom, titles, ...wish } = request.query as {
          siteId: string;
        } & z.output<z.ZodObject<typeof styleFields>> &
          z.output<z.ZodObject<Asked>>;
        const site = await findVisibleSite(deps, siteId, caller);
        const { rows } = await table.read(site, wish as unknown as z.output<z.ZodObject<Asked>>, now);
        await recordAudit(deps, {
          request,
          siteId,
          action: "reports.read",
          subject: { resource: what, id: siteId },
          after: wish,
        });
        const fields = columns.map((column) => table.columns[column] ?? "");
        const cells = batchesOf(
          rows.map((row) => fields.map((field) => cellOf((row as Record<string, Value>)[field]))),
        );
        const fileName = `${what}-${now.toISOString().slice(0, 10)}.csv`;
        return download(CSV, fileName, csvText(columns, cells, styleOf({ separator, bom, titles })));
      },
    }),
  ];
}

function cellOf(value: Value): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" || typeof value === "number" ? value : value.join(" ");
}

async function* batchesOf(rows: readonly Cell[][]): AsyncGenerator<Cell[][]> {
  for (let first = 0; first < rows.length; first += ROWS_AT_ONCE)
    yield rows.slice(first, first + ROWS_AT_ONCE);
}
