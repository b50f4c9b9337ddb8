import { createHash } from "node:crypto";
import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { canSee, hasRole } from "../http/access.ts";
import { defineJob } from "../jobs/define-job.ts";
import { callerById } from "../users/authenticate-person.ts";
import { type ImportLine, importLineId, importLineModel } from "./import-line.model.ts";
import { IMPORTABLE, type LineMistake } from "./import-table.ts";
import { importers } from "./import-tables.ts";

/** Line after line, with the rights that whoever asked has by then. */
export const importJob = defineJob({
  isForgotten: true,
  kind: "csv-import",
  roles: ["administrator", "property-manager", "campus-admin"],
  params: z.strictObject({ what: z.enum(IMPORTABLE), importId: idSchema }),
  async items({ deps, params: { importId } }) {
    const lines = await importLineModel(deps.connection)
      .find({ importId }, { line: 1 })
      .sort({ line: 1 })
      .lean<Pick<ImportLine, "line">[]>();
    return lines.map(({ line }) => String(line));
  },
  async runItem(itemId, { deps, job, params: { what, importId }, ref, now }) {
    const { connection } = deps;
    const line = await importLineModel(connection)
      .findById(importLineId(importId, itemId))
      .lean<ImportLine | null>();
    if (!line) throw new ApiError("not-found", "The file is no longer kept: import it anew");
    if (line.mistakes.length > 0) throw mistaken(line.line, line.mistakes);
    const importer = importers(deps)[what];
    const caller = await callerById(connection, job.by.id);
    if (!caller || !hasRole(caller, ...importer.roles) || !canSee(caller, job.siteId))
      throw new ApiError("forbidden", `${job.by.name} may no longer do this`);
    const newId = createHash("sha256").update(ref).digest("hex").slice(0, 24);
    const [planned] = await importer.plan(job.siteId, [line], { caller, id: ref, now });
    if (planned && planned.mistakes.length > 0) throw mistaken(line.line, planned.mistakes);
    const { outcome, id, changes } = await importer.apply(job.siteId, line, { caller, id: ref, now }, newId);
    return { outcome, id, changes };
  },
});

function mistaken(line: number, mistakes: readonly LineMistake[]): ApiError {
  const said = mistakes
    .map(({ path, message }) => (path === "" ? message : `${path}: ${message}`))
    .join("; ");
  return new ApiError("invalid-body", `Line ${line}: ${said}`, { errors: [...mistakes] });
}
