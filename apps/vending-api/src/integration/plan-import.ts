import type { z } from "zod";
import type { Deps } from "../deps.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Write } from "../places/editable-resource.ts";
import { changeRow, createRow } from "../places/write-resource.ts";
import { type Importable, type ImportTable, LineProblem } from "./import-table.ts";
import { type KnownPlaces, readKnownPlaces } from "./known-places.ts";
import { type Importer, type LinePlan, planLines, planned } from "./plan-lines.ts";
import type { CsvLine } from "./read-csv.ts";

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

  return {
    columns: table.columns,
    roles: resource.write,
    async plan(siteId, lines, write) {
      const known = await readKnownPlaces(deps.connection, siteId, what, lines);
      return planLines(lines, (line) => planOne(line, known, write), table.columnOf);
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
