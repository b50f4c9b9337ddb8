import { isApiError } from "../errors.ts";
import type { Role } from "../http/access.ts";
import type { Write } from "../places/editable-resource.ts";
import type { ColumnName } from "./csv-columns.ts";
import { type LineMistake, LineProblem } from "./import-table.ts";
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

/** What one line would do; equal keys for two lines that mean one thing. */
export interface TriedLine {
  plan: LinePlan;
  key: string;
}

/** In the lines' order. Of two lines that mean one thing the second is wrong. `columnOf`: fields by their column, where the names differ. */
export async function planLines(
  lines: readonly CsvLine[],
  planOne: (line: CsvLine) => Promise<TriedLine>,
  columnOf: Readonly<Record<string, ColumnName>> = {},
): Promise<LinePlan[]> {
  const firstLineOf = new Map<string, number>();
  const plans: LinePlan[] = [];
  for (let from = 0; from < lines.length; from += CHECKED_AT_A_TIME) {
    const some = lines.slice(from, from + CHECKED_AT_A_TIME);
    const tried = await Promise.all(
      some.map((line) =>
        planOne(line).catch((error: unknown) => ({
          plan: planned(line, "wrong", { mistakes: mistakesOf(error, columnOf) }),
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
}

function mistakesOf(error: unknown, columnOf: Readonly<Record<string, ColumnName>>): LineMistake[] {
  if (error instanceof LineProblem) return [error.mistake];
  if (!isApiError(error) || error.failureClass !== "permanent") throw error;
  if (error.errors.length === 0) return [{ path: "", code: error.code, message: error.message }];
  return error.errors.map((one) => ({ ...one, path: columnOf[one.path] ?? one.path }));
}

export function planned(
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
