import type { z } from "zod";
import type { Deps } from "../deps.ts";
import { isApiError } from "../errors.ts";
import type { Role } from "../http/access.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Write } from "../places/editable-resource.ts";
import { changeRow, createRow } from "../places/write-resource.ts";
import type { ColumnName } from "./csv-columns.ts";
import { type Importable, type ImportTable, type LineMistake, LineProblem } from "./import-table.ts";
import { type KnownPlaces, readKnownPlaces } from "./known-places.ts";
import type { CsvLine } from "./read-csv.ts";

export const LINE_OUTCOMES = ["create", "change", "leave", "wrong"] as const;
export type LineOutcome = (typeof LINE_OUTCOMES)[number];

/** What one line would do. */
export interface LinePlan {
  line: number;
  outcome: LineOutcome;
  /** Of the row that exists. */
  id: string | null;
  /** By field. */
  changes: Record<string, { from: unknown; to: unknown }>;
  mistakes: LineMistake[];
}

/** A table with its types closed in. */
export interface Importer {
  columns: readonly ColumnName[];
  roles: readonly Role[];
  /** In the lines' order. Changes nothing. */
  plan(siteId: string, lines: readonly CsvLine[], write: Write): Promise<LinePlan[]>;
  /**
   * Does what one line says and tells what that was. A new row gets `newId`, so that a line that is done again after a crash meets
   * its own row. Rejects as the API's own route for it does.
   */
  apply(siteId: string, line: CsvLine, write: Write, newId: string): Promise<LinePlan>;
}

/** Lines whose own checks read the store, at a time. Range 1–20: a pool has 20 connections. */
const CHECKED_AT_A_TIME = 10;

type Step<New, Patch> = { create: New } | { change: Patch } | "leave";

export function closedIn<
  Row extends { _id: string; siteId: string },
  Filter,
  Answer extends object,
  New,
  Patch,
>(deps: Deps, what: Importable, table: ImportTable<Row, Filter, Answer, New, Patch>): Importer {
  const { resource } = table;

  const planOne = async (
    line: CsvLine,
    known: KnownPlaces,
    write: Write,
  ): Promise<{ plan: LinePlan; step: Step<New, Patch>; row: Row | undefined; key: string }> => {
    const { row, key, standsIn } = table.target(line, known);
    const values = table.values(line, known);
    if (!row) {
      const create = parsed(resource.newFields, { ...standsIn, ...values });
      await resource.newRow(create, write);
      const changes = Object.fromEntries(
        Object.entries(values).map(([field, to]) => [field, { from: null, to }]),
      );
      return { plan: planned(line, "create", { changes }), step: { create }, row, key };
    }
    const now = row as Record<string, unknown>;
    for (const [field, id] of Object.entries(standsIn))
      if (now[field] !== id)
        throw new LineProblem(
          table.columnOf[field] ?? "id",
          "fixed",
          "Stands elsewhere; an import moves nothing",
        );
    const differing = Object.entries(values).filter(([field, to]) => now[field] !== to);
    const changes = Object.fromEntries(
      differing.map(([field, to]) => [field, { from: now[field] ?? null, to }]),
    );
    if (differing.length === 0)
      return { plan: planned(line, "leave", { id: row._id }), step: "leave", row, key };
    const change = parsed(resource.patchFields, Object.fromEntries(differing));
    await resource.patch(row, change, write);
    return { plan: planned(line, "change", { id: row._id, changes }), step: { change }, row, key };
  };

  const mistakesOf = (error: unknown): LineMistake[] => {
    if (error instanceof LineProblem) return [error.mistake];
    if (!isApiError(error) || error.failureClass !== "permanent") throw error;
    if (error.errors.length === 0) return [{ path: "", code: error.code, message: error.message }];
    return error.errors.map((one) => ({ ...one, path: table.columnOf[one.path] ?? one.path }));
  };

  return {
    columns: table.columns,
    roles: resource.write,
    async plan(siteId, lines, write) {
      const known = await readKnownPlaces(deps.connection, siteId, what, lines);
      const firstLineOf = new Map<string, number>();
      const plans: LinePlan[] = [];
      for (let from = 0; from < lines.length; from += CHECKED_AT_A_TIME) {
        const some = lines.slice(from, from + CHECKED_AT_A_TIME);
        const tried = await Promise.all(
          some.map((line) =>
            planOne(line, known, write).catch((error: unknown) => ({
              plan: planned(line, "wrong", { mistakes: mistakesOf(error) }),
              key: undefined,
            })),
          ),
        );
        for (const { plan, key } of tried) {
          const first = key === undefined ? undefined : firstLineOf.get(key);
          if (key !== undefined && first === undefined) firstLineOf.set(key, plan.line);
          plans.push(first === undefined ? plan : repeated(plan, first));
        }
      }
      return plans;
    },
    async apply(siteId, line, write, newId) {
      const known = await readKnownPlaces(deps.connection, siteId, what, [line]);
      const { plan, step, row } = await planOne(line, known, write);
      if (step === "leave") return row?._id === newId ? { ...plan, outcome: "create" } : plan;
      if ("create" in step) {
        await createRow(deps, resource, step.create, write, newId);
        return { ...plan, id: newId };
      }
      if (row) await changeRow(deps, resource, row, step.change, write);
      return plan;
    },
  };
}

function parsed<Out>(schema: z.ZodType<Out>, input: unknown): Out {
  return parseInput(schema, input, { code: "invalid-body" });
}

function planned(
  { line }: CsvLine,
  outcome: LineOutcome,
  { id = null, changes = {}, mistakes = [] }: Partial<Pick<LinePlan, "id" | "changes" | "mistakes">>,
): LinePlan {
  return { line, outcome, id, changes, mistakes };
}

function repeated({ line, id }: LinePlan, first: number): LinePlan {
  const mistake = { path: "", code: "duplicate", message: `Is the same as line ${first}` };
  return { line, outcome: "wrong", id, changes: {}, mistakes: [mistake] };
}
